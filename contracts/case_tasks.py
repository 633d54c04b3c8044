"""What somebody has to do in a case, until when, and who has taken it on."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.case_steps import PauseCause, StepKind
from contracts.duties import DutyKind
from contracts.message import Command, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId, Why
from contracts.refusal import Reason

Task = StepKind
"""A task is what one step asks of one department or duty; it is called as the step is."""


class SheetTask(Model):
    """What the department has to do in an open case, and until when by the calendars as they are now; without a date it
    waits for the working days of `awaits_year`, or has no limit. While it stands still `paused_why` says why, and
    `projected_due_at` when it would end if it went on now.
    """

    task: Task
    due_at: datetime | None
    awaits_year: int | None = None
    slot: str = ""
    task_id: Id | None = None
    department: str | None = None
    holder_id: Id | None = None
    paused_why: str | None = None
    projected_due_at: datetime | None = None


TaskState = Literal["open", "answered", "void"]
"""Somebody has to answer; somebody has; nobody needs to any more."""


class TaskView(Model):
    """One task as whoever has to do it sees it: what that tenant may see of the case, and no more.

    `tenant` acts, `case_tenant` is the case's: they differ where a level of government acts in another's case. `duty` is
    the kind of duty that answers, absent where any of the department's deciders may. `holder_id` is the person to whom it
    was given; without one it is everybody's of that duty. `paused`: the case waits for somebody else, and so does its clock:
    by `paused_by`, in words `paused_why`, since `paused_since`; `projected_due_at` is when it would be due if it went on now,
    absent where that waits for the working days of a year, or where nothing limits it.

    `given_by`, `given_at` and `given_why` are of the person to whom it was given. `in_place_of` is whom the actor stands in
    for as far as this task goes (代理), to `in_place_until`; absent where it is the actor's own or nobody's in particular.
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
    paused_by: tuple[PauseCause, ...] = ()
    paused_why: str | None = None
    paused_since: datetime | None = None
    projected_due_at: datetime | None = None
    given_by: Id | None = None
    given_at: datetime | None = None
    given_why: str | None = None
    in_place_of: Id | None = None
    in_place_of_name: str | None = None
    in_place_until: date | None = None
    answered_by: Id | None = None
    answered_at: datetime | None = None
    version: int


class TaskPage(Page):
    items: tuple[TaskView, ...] = ()


class ListTasks(PagedQuery[TaskPage]):
    """The open tasks of the actor's department with the least time left first; those without a deadline stand behind.

    `mine`: only those given to the actor, or to somebody for whom the actor stands in today. `stand_in`: only those that the
    actor has as a stand-in. `given_to`: only those given to this person. `overdue`: only those whose time is up. `about`: a
    receipt number or credit code.
    """

    owner: ClassVar[ServiceName] = "review"

    task: Task | None = None
    mine: bool = False
    stand_in: bool = False
    given_to: Id | None = None
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


class AbsentDuty(Model):
    """A duty of somebody who is away, and who holds it meanwhile."""

    kind: DutyKind
    stand_in_id: Id
    stand_in_name: str
    since: date
    until: date


class AbsentPerson(Model):
    """Somebody of the department who is away today, with what was given to them and is still open.

    `gone`: they hold no duty of the department any more, and nobody stands in. `tasks` of the department were given to them,
    `overdue` of these are late.
    """

    person_id: Id
    name: str
    duties: tuple[AbsentDuty, ...] = ()
    gone: bool = False
    tasks: int = 0
    overdue: int = 0


class AbsentPeople(Model):
    items: tuple[AbsentPerson, ...] = ()


class ListAbsentPeople(Query[AbsentPeople]):
    """Who of the actor's department is away today, and whose tasks therefore wait: those with a stand-in (委托代办), and those
    who have left with tasks open.
    """

    owner: ClassVar[ServiceName] = "review"


class MyTasks(Model):
    """How many open tasks were given to the actor, how many of them are late, and how many the actor has as a stand-in."""

    given: int = 0
    overdue: int = 0
    as_stand_in: int = 0


class CountMyTasks(Query[MyTasks]):
    """What was given to the actor in person: what its desk and its inbox tell."""

    owner: ClassVar[ServiceName] = "review"


class KeptTask(Model):
    """A task that stays with whom it was given to, and why."""

    task_id: Id
    receipt: str
    reason: Reason


class TasksReassigned(Model):
    """How many tasks were given on; `kept` are those that the other person could not do."""

    given: int
    kept: tuple[KeptTask, ...] = ()
    more: bool = False


MOST_REASSIGNED = 500
"""Tasks that are given on in one go."""


class ReassignTasks(Command[TasksReassigned]):
    """Give on all open tasks of the department that were given to `from_person_id`, to `to_person_id` or back to all who hold
    the duty (交接); at most 500, `more` says that some are left. What the other person could not do stays where it is.
    """

    owner: ClassVar[ServiceName] = "review"

    from_person_id: Id
    to_person_id: Id | None = None
    reason: Why
