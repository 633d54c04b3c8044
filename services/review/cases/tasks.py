"""The tasks that an item's plan gives the department in a case."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from chassis.time.calendar import Calendar
from contracts.case_tasks import Task
from contracts.rule import Plan
from services.review.cases.deadline import due_date


class DepartmentTask(NamedTuple):
    """What is to be done, and until when; or which year's working days that waits for. Without a limit neither."""

    task: Task
    due_at: datetime | None
    awaits_year: int | None


def tasks_of(plan: Plan, received: datetime, calendar: Calendar) -> list[DepartmentTask]:
    """The department's tasks, each due at the end of its own clock, and at the case's at the latest.

    An end that is not known yet lies behind every one that is.
    """
    case_end = due_date(plan.review_limit, received, calendar)
    tasks = []
    for step in plan.steps:
        if step.kind == "material_check" or step.kind == "site_inspection":
            ends = [due_date(step.clock, received, calendar), case_end]
            due = min((at for at, _year in ends if at is not None), default=None)
            years = [year for _at, year in ends if year is not None]
            tasks.append(DepartmentTask(step.kind, due, min(years) if due is None and years else None))
    return tasks
