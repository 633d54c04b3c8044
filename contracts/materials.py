"""Materials and licences (材料与证照) in an enterprise's dossier: the paper is an upload, known by its hash."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.message import Command, Id, Model, Page, PagedQuery, Query, ServiceName, Why

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""The SHA-256 of an uploaded object, in hexadecimal; it is the object's name in the store."""

MaterialKind = Literal[
    "business_licence",  # 营业执照
    "permit",  # 行政许可证
    "qualification",  # 资质证书
    "recognition",  # 认定、荣誉证书
    "intellectual_property",  # 知识产权证书
    "financial_report",  # 审计报告、财务报表
    "tax_certificate",  # 完税证明
    "contract",  # 合同、协议
    "other",  # 其他材料
]

MaterialStanding = Literal["not_begun", "valid", "expiring", "expired", "replaced", "withdrawn"]
"""As of today; *expiring* is valid for at most thirty more days."""


class MaterialRef(Model):
    """How an application refers to a material: which one, and exactly which paper."""

    material_id: Id
    sha256: Sha256


class MaterialView(Model):
    ref: MaterialRef
    enterprise_id: Id
    kind: MaterialKind
    name: str
    number: str | None
    issuer: str
    valid_from: date
    valid_until: date | None
    standing: MaterialStanding
    kept_by: Id
    kept_at: datetime
    replaced_by: Id | None = None
    withdrawn_why: str | None = None
    moved_from: Id | None = None
    size: int | None = None
    version: int


class KeepMaterial(Command[MaterialView]):
    """Put a material into the enterprise's dossier. `replaces` names the one that it renews, which then counts no more.

    Without `valid_until` it is valid for good; the last day counts. `size` is what the gateway finds in the store, in bytes,
    whatever the sender says.
    """

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id
    kind: MaterialKind
    name: str = Field(min_length=2, max_length=120)
    number: str | None = Field(default=None, min_length=1, max_length=60)
    issuer: str = Field(min_length=2, max_length=80)
    sha256: Sha256
    size: int | None = Field(default=None, ge=1)
    valid_from: date
    valid_until: date | None = None
    replaces: Id | None = None


class WithdrawMaterial(Command[MaterialView]):
    owner: ClassVar[ServiceName] = "catalog"

    material_id: Id
    reason: Why


class MaterialList(Model):
    items: tuple[MaterialView, ...] = ()


class ListMaterials(Query[MaterialList]):
    """All materials of an enterprise, the newest first, those that count no more included."""

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id


class MaterialPage(Page):
    items: tuple[MaterialView, ...] = ()


class ListExpiringMaterials(PagedQuery[MaterialPage]):
    """What runs out within so many days, the soonest first; what has run out already is left out."""

    owner: ClassVar[ServiceName] = "catalog"

    within_days: int = Field(default=30, ge=0, le=366)
