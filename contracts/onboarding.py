"""A place on board in one go, departments and all, and what it still lacks before it can work."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from contracts.departments import DepartmentChange, DepartmentView
from contracts.identity import InTenant, NewTenant, TenantView
from contracts.message import Command, Model, Query, ServiceName, TenantId


class OnboardedCounty(Model):
    """The tenant with the departments that came on board with it, in the order in which they were named."""

    tenant: TenantView
    departments: tuple[DepartmentView, ...]


class OnboardCounty(Command[OnboardedCounty], NewTenant):
    """Open the house to a county, city or zone and enter its departments: all of it, or nothing."""

    owner: ClassVar[ServiceName] = "gateway"

    departments: tuple[DepartmentChange, ...] = Field(default=(), max_length=200)


ChecklistSubject = Literal[
    "department",  # 部门：谁是审批局、财政局……
    "duty",  # 岗位：有没有人
    "window",  # 专窗
    "calendar",  # 工作日历
    "site",  # 网站页脚
    "remedies",  # 复议机关和管辖法院
]


class ChecklistLine(Model):
    """One thing that a place needs. `what` is a function, a kind of duty, a year, or a field of the footer.

    `needed`: without it the main job stops somewhere; what is not needed is still expected of a government's site.
    `count` is how many there are of it: departments, persons who hold the duty today, windows.
    """

    subject: ChecklistSubject
    what: str
    needed: bool
    there: bool
    count: int = 0


class OnboardingChecklist(Model):
    """All that a place needs, with what is there and what is not."""

    tenant: TenantId
    name: str
    lines: tuple[ChecklistLine, ...]


class GetOnboardingChecklist(Query[OnboardingChecklist], InTenant):
    """What a tenant still lacks before the main job can be done in it (开通核对单)."""

    owner: ClassVar[ServiceName] = "gateway"
