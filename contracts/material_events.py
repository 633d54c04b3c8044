"""What the catalogue says of materials in the files of enterprises, to those who take them with claims."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from contracts.materials import MaterialKind
from contracts.message import Event, Id
from contracts.uploads import Sha256


class MaterialKept(Event):
    """A paper was put into the file of an enterprise; the last day of its validity counts, without one it is valid for good."""

    aggregate: ClassVar[str] = "material"

    material_id: Id
    enterprise_id: Id
    kind: MaterialKind
    name: str
    sha256: Sha256
    size: int | None = None
    valid_from: date
    valid_until: date | None = None


class MaterialGone(Event):
    """It counts no more: a newer one was put in its place, or it was withdrawn. Claims that were filed with it keep it."""

    aggregate: ClassVar[str] = "material"

    material_id: Id
    enterprise_id: Id
    why: Literal["replaced", "withdrawn"]
