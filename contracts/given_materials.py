"""Materials of a firm's file that go with a claim (随申报材料), and how they are read: asked of whoever owns the question."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.message import Command, Id, Model, Query, ServiceName, TenantId
from contracts.uploads import Sha256

MaterialCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")]
"""The code of one of the materials in an item's plan."""


class GivenMaterial(Model):
    """A material of the applicant's file, given for the one that the plan calls `code`."""

    code: MaterialCode
    material_id: Id


class FiledMaterial(Model):
    """The same as it was when it was filed: what is renewed or withdrawn later stays what this claim rests on. The bytes lie in
    the store of `kept_in` under `sha256`; `size` is in bytes, and absent for what was kept before sizes were.
    """

    code: MaterialCode
    material_id: Id
    name: str
    sha256: Sha256
    size: int | None = None
    kept_in: TenantId


class CaseMaterial(Model):
    """A material that was given for a case, as whoever may open it sees it. `round` is that of the supplement with which it came;
    0: it came with the claim.
    """

    material_id: Id
    code: str
    name: str
    size: int | None = None
    round: int = 0
    given_at: datetime


class CaseMaterialList(Model):
    items: tuple[CaseMaterial, ...] = ()


class ListCaseMaterials(Query[CaseMaterialList]):
    """What was given for a case, in the order in which it came: for those who see the case, and for a department that has a
    task in it, in the tenant that acts.
    """

    owner: ClassVar[ServiceName] = "review"

    case_id: Id


class MaterialFileAnswer(Model):
    """Whose store has the bytes, and under which hash. It is for the gateway, which hands them out at once."""

    material_id: Id
    name: str
    sha256: Sha256
    size: int | None = None
    tenant: TenantId


class OpenMaterial(Command[MaterialFileAnswer]):
    """Read a material in a case. Who has read it is kept before the first byte goes out; each reading is one of its own."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    material_id: Id


class OpenKeptMaterial(Command[MaterialFileAnswer]):
    """Read a material in the enterprise's file: the enterprise its own, or a window of the place that keeps it."""

    owner: ClassVar[ServiceName] = "catalog"

    material_id: Id
