"""What a department that has something to do looks at: its tasks, a joint check to be answered, and one that is answered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from staff_kit import appointments, claim, colleague, listed, told

from chassis.testing.fakes import NOON
from contracts.case_tasks import AbsentDuty, AbsentPeople, AbsentPerson, MyTasks, TaskView
from contracts.joint_checks import JointAnswerView, JointCheckView, PassedOn
from page_samples import PageSample

WHERE = "章贡区税务局"
PEOPLE = {
    "tasks_officer": colleague("first_review", where=WHERE),
    "tasks_leader": colleague("leader", where=WHERE, name="周局长", department_id="department-1"),
    "tasks_bureau": colleague("payment_maker", where="章贡区行政审批局", name="王经办"),
}
LIST = "/department/tasks"
AWAY_LIST = "/department/absent-people"
ONE = LIST + "/{task_id}"
GROUNDS = ("近三年无重大税收违法记录", "纳税信用不为 D 级")


def task(n: int = 1, *, due_in: timedelta | None = timedelta(days=1), **changed: Any) -> TaskView:
    about = claim(n)
    said: dict[str, Any] = {
        **about.model_dump(include={"receipt", "item_id", "item_title", "enterprise_name", "uscc"}),
        "task_id": f"task-{n}",
        "case_id": f"case-{n}",
        "tenant": "zhanggong",
        "case_tenant": "zhanggong",
        "task": "joint_check",
        "slot": "税务部门",
        "step": 1,
        "department": "税务部门",
        "department_id": "department-1",
        "state": "open",
        "opened_at": NOON - timedelta(days=2),
        "due_at": None if due_in is None else NOON + due_in,
        "version": 2,
    }
    return TaskView.model_validate(said | changed)


def answer(**changed: Any) -> JointAnswerView:
    said: dict[str, Any] = {
        "task_id": "task-1",
        "step": 1,
        "slot": "税务部门",
        "answer": "clear",
        "source": WHERE,
        "as_of": date(2026, 3, 9),
        "department": WHERE,
        "answered_by": "officer-1",
        "answered_at": NOON,
    }
    return JointAnswerView.model_validate(said | changed)


BARRED = answer(
    answer="barred",
    ground=GROUNDS[1],
    condition="2025 年度评为 D 级",
    basis="《纳税信用管理办法》第三十二条",
    counts=False,
)


def check(about: TaskView | None = None, **changed: Any) -> JointCheckView:
    about = about or task()
    said: dict[str, Any] = {"task": about, "grounds": GROUNDS, "sources": (WHERE, "税务"), "version": about.version}
    return JointCheckView.model_validate(said | changed)


def both(about: JointCheckView) -> dict[str, Any]:
    return {"get_task": told(about.task), "get_joint_check": told(about), "list_appointments": appointments()}


ANSWERED = check(task(state="answered", answered_by="officer-1", answered_at=NOON), answers=(BARRED, answer()))
PASSED = check(
    task(3, holder_id="officer-1"),
    grounds=(),
    passed_on=(PassedOn(department="章贡区科学技术局", reason="加计扣除由税务部门认定"),),
    notice="部门系统在规定时间内没有给出可采信的答复，已转人工核查。",
)
NAMES = {"list_appointments": appointments()}
COUNTED = {"count_my_tasks": told(MyTasks(given=2, overdue=1, as_stand_in=3))}
HELD_BACK = {
    "paused": True,
    "paused_by": ("supplement",),
    "paused_why": "等待企业补正",
    "paused_since": NOON,
    "projected_due_at": NOON + timedelta(days=6),
    "due_in": None,
}
AWAY = AbsentPeople(
    items=(
        AbsentPerson(
            person_id="officer-2",
            name="李初审",
            duties=(
                AbsentDuty(
                    kind="first_review",
                    stand_in_id="officer-1",
                    stand_in_name="王审核",
                    since=date(2026, 3, 9),
                    until=date(2026, 3, 20),
                ),
            ),
            tasks=12,
            overdue=2,
        ),
        AbsentPerson(person_id="officer-3", name="赵离任", gone=True, tasks=1),
    )
)
IN_PLACE = task(
    7,
    holder_id="officer-2",
    given_by="officer-1",
    given_at=NOON,
    given_why="材料较多",
    in_place_of="officer-2",
    in_place_of_name="李初审",
    in_place_until=date(2026, 3, 20),
)
ROWS = listed(
    task(2, due_in=timedelta(days=-5)),
    task(1, holder_id="officer-1"),
    task(4, task="approval", slot="政策主管部门审批岗", due_in=timedelta(days=9)),
    task(5, task="panel", slot="", case_tenant="xingguo", due_in=None, paused=True),
    task(6, due_in=None, awaits_year=2027),
    IN_PLACE,
    task(8, **HELD_BACK),
    cursor="next-page",
)
GIVING = {"get_task": told(IN_PLACE), "list_absent_people": told(AWAY), "list_appointments": appointments()}

SAMPLES = [
    PageSample(
        LIST, LIST, {"list_tasks": ROWS, "list_absent_people": told(AWAY), **COUNTED, **NAMES}, who="tasks_officer"
    ),
    PageSample(
        LIST,
        f"{LIST}?task=joint_check&mine=yes&about=ZGQ-1&overdue=yes",
        {"list_tasks": listed(), **COUNTED},
        who="tasks_bureau",
    ),
    PageSample(ONE, f"{LIST}/task-1", both(check()), who="tasks_officer"),
    PageSample(ONE, f"{LIST}/task-1?mine=yes&done=answered", both(ANSWERED), who="tasks_officer"),
    PageSample(ONE, f"{LIST}/task-3", both(PASSED), who="tasks_officer"),
    PageSample(
        LIST, f"{LIST}?given_to=officer-2", {"list_tasks": listed(IN_PLACE), **COUNTED, **NAMES}, who="tasks_leader"
    ),
    PageSample(ONE + "/assign", f"{LIST}/task-7/assign", GIVING, who="tasks_leader"),
    PageSample(AWAY_LIST, AWAY_LIST, {"list_absent_people": told(AWAY)}, who="tasks_leader"),
    PageSample(
        AWAY_LIST + "/{from_person_id}",
        AWAY_LIST + "/officer-2",
        {"list_absent_people": told(AWAY), "list_appointments": appointments()},
        who="tasks_leader",
    ),
]
