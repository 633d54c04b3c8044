"""Tasks given on: one to a person of the department, and all of a person who is away (交办、离岗与交接)."""

from __future__ import annotations

from asyncio import gather

from chassis.time.clock import CHINA
from contracts.case_tasks import (
    AbsentPeople,
    AbsentPerson,
    AssignTask,
    GetTask,
    ListAbsentPeople,
    ReassignTasks,
    TaskView,
)
from contracts.duties import DUTY_NAMES, DutyKind
from contracts.message import Id, Model
from contracts.people import ListAppointments
from contracts.refusal import NotFound
from gateway.access import Permitted
from gateway.door import Door
from gateway.identity.people.views import list_appointments
from gateway.permission_groups import DECIDERS
from gateway.portal.department.tasks.pages import LIST, TaskInList, query_of
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address
from gateway.portal.shell.time_left import time_left_until
from gateway.portal.staff.names import names_of

pages = Pages("tasks")
AWAY = "/department/absent-people"
COLLEAGUES = 200


class NobodyAway(NotFound):
    """Nobody of the department who is away, or has left with tasks open, has this id."""

    code = "nobody_away"
    sentence = "该人员今天在岗，名下也没有需要交接的任务。"


class OneAway(Model):
    from_person_id: Id


@pages.show(LIST + "/{task_id}/assign", TaskInList, Permitted(AssignTask), template="assign.html")
async def show_assign(door: Door, asked: TaskInList) -> Values:
    """One task of any kind, who has it, and to whom of the department it can be given (交办)."""
    task = await door.told(GetTask(task_id=asked.task_id))
    left, people, absent, names = await gather(
        time_left_until(door, task.due_at),
        _colleagues(door, task.department_id, _duties_for(task)),
        door.told(ListAbsentPeople()),
        names_of(door, [task.holder_id, task.given_by]),
    )
    away = {each.person_id for each in absent.items}
    return {
        "task": task,
        "left": left,
        "names": names,
        "listed": asked.said,
        "colleagues": [each for each in people if each[0] not in away],
        "open": may(door, AssignTask, task.state),
    }


@pages.form(LIST + "/{task_id}/assign", AssignTask, on=show_assign, versioned=True)
async def assign_task(door: Door, command: AssignTask) -> str:
    """Give it to one person, or back to everybody (交办)."""
    await door.done(command)
    return address(f"{LIST}/{command.task_id}/assign", query_of(door), done="assigned")


@pages.show(AWAY, ListAbsentPeople, template="absent.html")
async def list_absent(door: Door, query: ListAbsentPeople) -> Values:
    """Who of the department is away today, who stands in, and whose tasks wait."""
    return {"absent": (await door.told(query)).items, "duties": DUTY_NAMES, "may_give_on": may(door, ReassignTasks)}


@pages.show(AWAY + "/{from_person_id}", OneAway, Permitted(ReassignTasks), template="hand_over.html")
async def show_hand_over(door: Door, asked: OneAway) -> Values:
    """One person who is away, with what was given to them. Raises NobodyAway."""
    absent = await door.told(ListAbsentPeople())
    person = _found(absent, asked.from_person_id)
    people = await _colleagues(door, door.principal.actor.department_id, DECIDERS)
    away = {each.person_id for each in absent.items}
    return {
        "person": person,
        "duties": DUTY_NAMES,
        "colleagues": [each for each in people if each[0] not in away],
    }


@pages.form(AWAY + "/{from_person_id}", ReassignTasks, on=show_hand_over)
async def reassign_tasks(door: Door, command: ReassignTasks) -> str:
    """All of them go to another person, or back to everybody of the duty (全部交接)."""
    done = await door.done(command)
    if done.kept or done.more:
        return address(f"{AWAY}/{command.from_person_id}", done="reassigned_in_part")
    return address(AWAY, done="reassigned")


def _found(absent: AbsentPeople, person_id: Id) -> AbsentPerson:
    for each in absent.items:
        if each.person_id == person_id:
            return each
    raise NobodyAway()


def _duties_for(task: TaskView) -> tuple[DutyKind, ...]:
    """The duties that may do it: an approval is its own duty's alone, what is the first review's any decider's."""
    return DECIDERS if task.duty is None or task.duty == "first_review" else (task.duty,)


async def _colleagues(door: Door, department_id: Id | None, kinds: tuple[DutyKind, ...]) -> list[tuple[str, str]]:
    """Who of the department holds one of these duties today: (person, name)."""
    if department_id is None:
        return []
    held = await door.found(ListAppointments(department_id=department_id, limit=COLLEAGUES), list_appointments)
    today = door.frame.clock.now().astimezone(CHINA).date()
    people = {each.person_id: each.person_name for each in held.items if each.kind in kinds and each.since <= today}
    return sorted(people.items(), key=lambda each: each[1])
