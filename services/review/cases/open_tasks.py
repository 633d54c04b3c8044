"""The answers that a case waits for now, and who is to give them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from contracts.case_steps import StepKind
from contracts.case_tasks import SheetTask
from contracts.duties import Attention, DutyKind
from contracts.message import Id, TenantId
from contracts.rule import TimeLimit
from rules.plan_run import SlotPlace


class StepOwner(NamedTuple):
    """Who has to answer: the department by the register (its id absent where it is not in it), and by which duty; without one
    any of its deciders. `tenant` acts."""

    tenant: TenantId
    department: str
    department_id: Id | None
    duty: DutyKind | None

    @property
    def attention(self) -> Attention:
        return Attention(tenant=self.tenant, department_id=self.department_id, duty=self.duty or "first_review")


@dataclass(frozen=True, slots=True)
class OpenTask:
    """One answer that is waited for. `clock` is the step's own limit; `due_at` is the earlier end of it and of the case's.

    `kept_clock` is how that limit has run once it has stood still; absent, it has run since `opened_at`.
    """

    id: str
    step: int
    slot: str
    kind: StepKind
    tenant: TenantId
    department: str
    department_id: str | None
    duty: DutyKind | None
    opened_at: datetime
    clock: TimeLimit | None = None
    due_at: datetime | None = None
    awaits_year: int | None = None
    kept_clock: dict[str, Any] | None = None

    @property
    def place(self) -> SlotPlace:
        return SlotPlace(self.step, self.slot)

    @property
    def owner(self) -> StepOwner:
        return StepOwner(self.tenant, self.department, self.department_id, self.duty)

    def on_sheet(self) -> SheetTask:
        """The task as the case's sheet lists it."""
        return SheetTask(
            task=self.kind,
            due_at=self.due_at,
            awaits_year=self.awaits_year,
            slot=self.slot,
            task_id=self.id,
            department=self.department,
        )
