"""Who answers for the materials that a case needs, and how they know (材料核对)."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

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


MaterialFinding = Literal["good", "missing", "wrong", "outdated", "commitment", "provisional"]
"""齐全有效 · 缺少 · 有误 · 已过期 · 以承诺代替 · 容缺受理，限期补交."""

MATERIAL_FINDINGS: dict[MaterialFinding, str] = {
    "good": "齐全有效",
    "missing": "缺少",
    "wrong": "有误",
    "outdated": "已过期",
    "commitment": "以承诺代替",
    "provisional": "容缺受理，限期补交",
}


class MaterialConfirmation(Model):
    """What an officer finds of this material; `code` is that of the plan.

    What is there (`good`) is known by some `means`. What is taken provisionally has to come by the end of the day `until`.
    `note` says what is wrong, or else worth knowing.
    """

    code: Id
    means: MaterialMeans | None = None
    finding: MaterialFinding = "good"
    until: date | None = None
    note: str = Field(default="", max_length=400)


class ConfirmedMaterial(Model):
    """A required material that somebody has looked at: what was found, and by what means where it is there."""

    code: Id
    name: str
    means: MaterialMeans | None = None
    confirmed_by: Id
    confirmed_at: datetime
    finding: MaterialFinding = "good"
    until: date | None = None
    note: str = ""


class MaterialsConfirmed(Event):
    """An officer answers for required materials, each by name (材料核对): those that are there, or may come later."""

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    materials: tuple[ConfirmedMaterial, ...]
