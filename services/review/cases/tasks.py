"""The tasks that an item's plan gives the department in a case."""

from __future__ import annotations

from datetime import datetime

from chassis.time.calendar import Calendar
from contracts.review import Task
from contracts.rule import Plan
from services.review.cases.deadline import due_date


def tasks_of(
    plan: Plan, case_due: datetime | None, received: datetime, calendar: Calendar
) -> list[tuple[Task, datetime | None]]:
    """The department's tasks, each due at the end of its own clock, and at the case's at the latest."""
    tasks: list[tuple[Task, datetime | None]] = []
    for step in plan.steps:
        if step.kind == "material_check" or step.kind == "site_inspection":
            own, _awaits_year = due_date(step.clock, received, calendar)
            ends = [end for end in (own, case_due) if end is not None]
            tasks.append((step.kind, min(ends, default=None)))
    return tasks
