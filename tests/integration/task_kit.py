"""A department that has tasks with clocks of their own in the county's cases, and its people: who is there and who stands in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from review_database import Review

from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import Job, claim
from contracts.case_tasks import ListTasks, TaskPage
from contracts.departments import DatedName, DepartmentRegistered, PlanTermMapped, ToDuty
from contracts.duties import DutyKind
from contracts.message import Actor
from contracts.people import DutyAssigned
from contracts.rule import ItemRules, JointCheck, Level, TimeLimit, TimeUnit
from services.review.cases.handing_over import hand_over
from services.review.cases.task_times import HAND_OVER, TASK_ALARM, raise_task_alarms
from tests.unit.review.review_kit import DUTIES, item_rules

CITY = "ganzhou"
TAX = "dep-city-tax"
TEN_DAYS = TimeLimit(limit=10, unit=TimeUnit.WORKING_DAYS)


def officer(id: str, *duties: DutyKind) -> Actor:
    return Actor(
        id=id,
        roles=frozenset({"department"}),
        department="赣州市税务局",
        department_id=TAX,
        duties=frozenset(duties) or DUTIES,
    )


LEADER, WANG, LI, ZHAO = (
    officer("tax-leader", "leader"),
    officer("tax-wang", "first_review"),
    officer("tax-li", "first_review"),
    officer("tax-zhao", "review_check"),
)
NAMES = {"tax-leader": "周局长", "tax-wang": "王审核", "tax-li": "李初审", "tax-zhao": "赵复核"}


def with_check(clock: TimeLimit | None = TEN_DAYS) -> ItemRules:
    rules = item_rules(limit=40)
    steps = (JointCheck(departments=("税务部门",), level=Level.CITY, clock=clock), *rules.plan.steps)
    return rules.model_copy(update={"plan": rules.plan.model_copy(update={"steps": steps})})


def prepared(review: Review, rules: ItemRules | None = None) -> Review:
    """The city's tax office answers for the county's cases; four people work there."""
    review.prepared(rules or with_check())
    review.does("DELETE FROM known_plan_term WHERE use = 'check'")
    name = DatedName(name="赣州市税务局", since=date(2020, 1, 1))
    registered = DepartmentRegistered(
        department_id=TAX, name=name.name, names=(name,), functions=frozenset({"taxation"})
    )
    review.hears(registered, tenant=CITY)
    review.hears(PlanTermMapped(use="approver", term="复核岗", meaning=ToDuty(kind="leader")))
    for actor in (LEADER, WANG, LI, ZHAO):
        (duty,) = actor.duties
        appointed(review, f"own-{actor.id}", actor.id, duty)
    return review


def appointed(
    review: Review, id: str, person: str, duty: DutyKind, *, of: str | None = None, until: date | None = None
) -> None:
    """`of`: whose appointment the person stands in for."""
    said = DutyAssigned(
        appointment_id=id,
        person_id=person,
        person_name=NAMES[person],
        department_id=TAX,
        duty_id=f"duty-{duty}",
        kind=duty,
        since=NOON.date(),
        until=until,
        stands_in_for=of,
    )
    review.hears(said, tenant=CITY)


def tasks(review: Review, actor: Actor = WANG, **asked: object) -> TaskPage:
    return TaskPage.model_validate(review.asked(ListTasks(**asked), tenant=CITY, actor=actor)["ok"])  # type: ignore[arg-type]


def hands_over(review: Review) -> None:
    review.works(HAND_OVER, hand_over)


def alarms_due(review: Review) -> list[Job]:
    return claim(review.frame.frame_engine, TASK_ALARM, review.frame.clock.now(), 50)


def raises(review: Review, jobs: list[Job]) -> None:
    raise_task_alarms(jobs, lambda tenants: review.frame.event_unit(tenants, action=TASK_ALARM))


def until(clock: FixedClock, text: str, china: Callable[[str], object]) -> None:
    clock.advance(china(text) - clock.now())  # type: ignore[operator]
