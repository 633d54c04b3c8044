"""The tasks of a department: all of them with the least time left first, and one joint check with its answer.

Other tasks are done on the page of their case.
"""

from __future__ import annotations

from asyncio import gather
from typing import get_args

from pydantic import Field
from starlette.responses import Response

from chassis.time.clock import CHINA
from contracts.case_tasks import AssignTask, CountMyTasks, GetTask, ListAbsentPeople, ListTasks, Task, TaskView
from contracts.joint_checks import JOINT_ANSWERS, AnswerJointCheck, GetJointCheck
from contracts.message import Cursor, Id, Model
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.shell.rendering import address
from gateway.portal.shell.serving import redirect
from gateway.portal.shell.time_left import time_left_until, times_left
from gateway.portal.staff.names import names_of

pages = Pages("tasks")
LIST = "/department/tasks"
ROWS = 50


class TaskList(Model):
    """What stands in the address of the list and of every task opened from it."""

    task: Task | None = None
    mine: bool = False
    stand_in: bool = False
    given_to: Id | None = None
    overdue: bool = False
    about: str | None = Field(default=None, max_length=60)
    cursor: Cursor | None = None

    @property
    def said(self) -> dict[str, str]:
        """The same for links that keep it."""
        said = self.model_dump(mode="json", exclude_defaults=True, include=set(TaskList.model_fields))
        return {name: "yes" if value is True else value for name, value in said.items()}


class TaskInList(TaskList):
    task_id: Id


@pages.show(LIST, TaskList, Permitted(ListTasks), template="list.html", nav=("tasks.nav", 3))
async def list_tasks(door: Door, asked: TaskList) -> Values:
    """The open tasks of the department; the filter stands in the address."""
    wanted = asked.model_dump(include=set(TaskList.model_fields))
    listed, counts = await gather(door.told(ListTasks(**wanted, limit=ROWS)), door.told(CountMyTasks()))
    left, names = await gather(
        times_left(door, [task.due_at for task in listed.items]),
        names_of(door, [asked.given_to, *(task.holder_id for task in listed.items)]),
    )
    return {
        "asked_for": asked,
        "counts": counts,
        "may": {"assign": may(door, AssignTask), "see_absent": may(door, ListAbsentPeople)},
        "listed": asked.said,
        "rows": [(task, each, _done_at(task, asked)) for task, each in zip(listed.items, left, strict=True)],
        "names": names,
        "kinds": get_args(Task),
        "next_cursor": listed.next_cursor,
    }


@pages.show(LIST + "/{task_id}", TaskInList, Permitted(GetTask), template="task.html")
async def show_task(door: Door, asked: TaskInList) -> Shown | Response:
    """One joint check: what is asked, what was answered, and the form. Other tasks lead to their case."""
    task = await door.told(GetTask(task_id=asked.task_id))
    if task.task != "joint_check":
        return redirect(door.request, address(f"/department/cases/{task.case_id}", {"state": "all"}))
    check = await door.told(GetJointCheck(task_id=asked.task_id))
    task = check.task
    left = await time_left_until(door, task.due_at)
    names = await names_of(door, [task.holder_id, task.answered_by, *(each.answered_by for each in check.answers)])
    return Shown(
        {
            "check": check,
            "task": task,
            "left": left,
            "names": names,
            "listed": asked.said,
            "answer_names": JOINT_ANSWERS,
            "today": door.frame.clock.now().astimezone(CHINA).date().isoformat(),
            "may": {
                "answer": may(door, AnswerJointCheck, task.state),
                "assign": may(door, AssignTask, task.state),
            },
        }
    )


@pages.form(LIST + "/{task_id}/answer", AnswerJointCheck, on=show_task, versioned=True)
async def answer_joint_check(door: Door, command: AnswerJointCheck) -> str:
    """Answer for the department (联合审核答复)."""
    await door.done(command)
    return address(f"{LIST}/{command.task_id}", query_of(door), done="answered")


def _done_at(task: TaskView, asked: TaskList) -> str | None:
    """Where the task is done. Of a case of another place only the task is seen."""
    if task.task == "joint_check":
        return address(f"{LIST}/{task.task_id}", asked.said)
    if task.case_tenant == task.tenant:
        return address(f"/department/cases/{task.case_id}", {"state": "all"})
    return None


def query_of(door: Door) -> dict[str, str]:
    """The list that the task was opened from, as the form's own address says it."""
    return {name: value for name, value in door.request.query_params.items() if name in TaskList.model_fields}
