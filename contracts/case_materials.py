"""Who answers for the materials that a case needs, and how they know (材料核对)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from contracts.intake import Claim
from contracts.message import Event, Id, Model

MaterialMeans = Literal["original_seen", "department_list", "data_exchange"]
"""How an officer knows that a material is there: the original was seen, the department keeps the list, or data shared by
its owner says so."""

MATERIAL_MEANS: dict[MaterialMeans, str] = {
    "original_seen": "已核对原件",
    "department_list": "部门名单",
    "data_exchange": "数据共享核验",
}


class MaterialConfirmation(Model):
    """By which means an officer knows that this material is there; `code` is that of the plan."""

    code: Id
    means: MaterialMeans


class ConfirmedMaterial(Model):
    """A required material that somebody answers for, and by what means."""

    code: Id
    name: str
    means: MaterialMeans
    confirmed_by: Id
    confirmed_at: datetime


class MaterialsConfirmed(Event):
    """An officer answers for required materials, each by name (材料核对)."""

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    materials: tuple[ConfirmedMaterial, ...]
