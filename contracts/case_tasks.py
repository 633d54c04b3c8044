"""What somebody has to do in a case, until when, and who has taken it on."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.case_steps import StepKind
from contracts.duties import DutyKind
from contracts.message import Command, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId, Why

Task = StepKind
"""A task is what one step asks of one department or duty; it is called as the step is."""


class SheetTask(Model):
    """What the department has to do in an open case, and until when by the calendars as they are now; without a date it
    waits for the working days of `awaits_year`, or has no limit.
    """

    task: Task
    due_at: datetime | None
    awaits_year: int | None = None
    slot: str = ""
    task_id: Id | None = None
    department: str | None = None
    holder_id: Id | None = None


TaskState = Literal["open", "answered", "void"]
"""Somebody has to answer; somebody has; nobody needs to any more."""


class TaskView(Model):
    """One task as whoever has to do it sees it: what that tenant may see of the case, and no more.

    `tenant` acts, `case_tenant` is the case's: they differ where a level of government acts in another's case. `duty` is
    the kind of duty that answers, absent where any of the department's deciders may. `holder_id` is the person to whom it
    was given; without one it is everybody's of that duty. `paused`: the case waits for somebody else, and so does its clock.
    """

    task_id: Id
    case_id: Id
    tenant: TenantId
    case_tenant: TenantId
    receipt: str
    item_id: Id
    item_title: str
    enterprise_name: str
    uscc: str
    task: Task
    slot: str
    step: int
    department: str
    department_id: Id | None = None
    duty: DutyKind | None = None
    holder_id: Id | None = None
    state: TaskState
    opened_at: datetime
    due_at: datetime | None
    awaits_year: int | None = None
    paused: bool = False
    answered_by: Id | None = None
    answered_at: datetime | None = None
    version: int


class TaskPage(Page):
    items: tuple[TaskView, ...] = ()


class ListTasks(PagedQuery[TaskPage]):
    """The open tasks of the actor's department with the least time left first; those without a deadline stand behind.

    `mine`: only those given to the actor. `overdue`: only those whose time is up. `about`: a receipt number or credit code.
    """

    owner: ClassVar[ServiceName] = "review"

    task: Task | None = None
    mine: bool = False
    overdue: bool = False
    about: str | None = Field(default=None, max_length=60)


class GetTask(Query[TaskView]):
    owner: ClassVar[ServiceName] = "review"

    task_id: Id


class AssignTask(Command[TaskView]):
    """Give a task to one person of its department, or (no person) back to all who hold the duty. The case goes on as before.

    Whoever is absent answers nothing: a stand-in holds the duty and sees what was given to the person they stand in for.
    """

    owner: ClassVar[ServiceName] = "review"

    task_id: Id
    person_id: Id | None = None
    reason: Why
    expected_version: int
