"""A claim whose plan asks departments, those who answer, and review's stores in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from chassis.testing.fakes import FakeUnit, MemoryStore
from chassis.time.jobs import Job
from contracts.joint_checks import AnswerJointCheck, JointCheckView
from contracts.message import Actor
from contracts.refusal import Refused
from contracts.rule import ItemRules, JointCheck
from copies.departments import KnownDepartment, KnownDepartments
from copies.plan_terms import KnownPlanTerms
from services.review.cases.case import Case
from services.review.cases.handing_over import hand_over
from services.review.cases.progress import OPENED
from services.review.cases.store import Cases
from services.review.dispatches.answers import CHECK_ANSWERED, CHECK_FELL_BACK
from services.review.dispatches.domain import Dispatch
from services.review.dispatches.registered_system import RegisteredSystem
from services.review.dispatches.store import Dispatches, RegisteredSystems
from services.review.joint_checks import bringing, systems, use_cases
from services.review.joint_checks.check import GivenAnswer
from services.review.joint_checks.store import JointAnswers
from services.review.tasks.store import CaseTasks
from services.review.tasks.task import CaseTask
from tests.unit.review.review_kit import DUTIES, item_rules, review_unit

GROUNDS = ("近三年无重大税收违法记录", "纳税信用不为 D 级")
TAX = Actor(
    id="tax-1",
    roles=frozenset({"department"}),
    department="区税务局",
    department_id="dep-tax",
    duties=DUTIES,
    speaks_for=frozenset({"tax"}),
)
CITY_TAX = TAX.model_copy(update={"id": "tax-2", "department": "市税务局", "department_id": "dep-city-tax"})
SOCIAL = TAX.model_copy(update={"id": "social-1", "department": "区社保中心", "department_id": "dep-social"})
TODAY = date(2026, 3, 10)


class MemoryDispatches(MemoryStore[Dispatch]):
    def look_at(self, ids: Sequence[str]) -> dict[str, Dispatch]:
        return self.get_many(ids)


class MemorySystems(MemoryStore[RegisteredSystem]):
    def open_of(self, departments: set[tuple[str, str]]) -> dict[tuple[str, str], RegisteredSystem]:
        found = {(each.tenant, each.department_id): each for each in self.rows.values()}
        return {key: found[key] for key in departments if key in found}


class MemoryJointAnswers:
    """Answers in a list."""

    def __init__(self) -> None:
        self.given: list[GivenAnswer] = []
        self.unit: FakeUnit | None = None

    def of_task(self, tenant: str, task_id: str) -> list[GivenAnswer]:
        return [each for each in self.given if (each.tenant, each.task_id) == (tenant, task_id)]

    def add(self, given: GivenAnswer) -> None:
        self.given.append(given)


class MemoryDepartments:
    """The register: the tax bureaus, as they are called there."""

    def __init__(self) -> None:
        self.unit: FakeUnit | None = None

    def acting(self, tenants: Collection[str], ids: Collection[str], day: date) -> list[KnownDepartment]:
        known = {"dep-tax": ("zhanggong", "章贡区税务局"), "dep-city-tax": ("ganzhou", "赣州市税务局")}
        found = [(id, *known[id]) for id in ids if id in known]
        return [KnownDepartment(home, id, name, frozenset(), None) for id, home, name in found if home in tenants]


def with_checks(*names: str, grounds: Sequence[str] = GROUNDS) -> ItemRules:
    rules = item_rules()
    steps = (JointCheck(departments=names, grounds=tuple(grounds)), *rules.plan.steps)
    return rules.model_copy(update={"plan": rules.plan.model_copy(update={"steps": steps})})


def with_stores(uow: FakeUnit) -> FakeUnit:
    """The same with the stores of joint checks and of departments' systems."""
    own: dict[type, Any] = {
        JointAnswers: MemoryJointAnswers(),
        Dispatches: MemoryDispatches(),
        RegisteredSystems: MemorySystems(),
        KnownDepartments: MemoryDepartments(),
    }
    for store in own.values():
        store.unit = uow
    uow._stores.update(own)
    return uow


def unit_with(*names: str, grounds: Sequence[str] = GROUNDS, city: bool = False) -> FakeUnit:
    """A unit whose item asks these; 税务 is the district's tax bureau, or the city's."""
    uow = review_unit(with_checks(*names, grounds=grounds))
    with_stores(uow)
    terms: Any = uow.of(KnownPlanTerms)
    terms.there_for = {("zhanggong", "税务"): ("ganzhou", "dep-city-tax") if city else ("zhanggong", "dep-tax")}
    return uow


@contextmanager
def signed_in(uow: FakeUnit, actor: Actor) -> Iterator[FakeUnit]:
    before, uow.actor = uow.actor, actor
    yield uow
    uow.actor = before


def task_of(uow: FakeUnit, slot: str = "税务", state: str = "open") -> CaseTask:
    (found,) = [each for each in uow.of(CaseTasks).rows.values() if (each.slot, each.state) == (slot, state)]
    return found


def answers(uow: FakeUnit, actor: Actor = TAX, *, task: CaseTask | None = None, **said: Any) -> JointCheckView:
    asked = task or task_of(uow)
    words: dict[str, Any] = {"answer": "clear", "source": actor.department, "as_of": TODAY}
    words |= {"task_id": asked.id, "expected_version": asked.version}
    with signed_in(uow, actor):
        return use_cases.answer_joint_check(AnswerJointCheck(**words | said), uow)


def bars(uow: FakeUnit, actor: Actor = TAX, **said: Any) -> JointCheckView:
    against = {"ground": GROUNDS[1], "condition": "2025 年度评为 D 级", "basis": "《纳税信用管理办法》第三十二条"}
    return answers(uow, actor, **{"answer": "barred"} | against | said)


def refused(call: Any, *args: Any, **said: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        call(*args, **said)
    return [reason.code for reason in caught.value.reasons]


def the_case(uow: FakeUnit) -> Case:
    (case,) = uow.of(Cases).rows.values()
    return case


def state_of_slot(uow: FakeUnit, slot: str = "税务") -> str:
    case = the_case(uow)
    return next(
        each.state for step in case.steps if step.kind == "joint_check" for each in step.slots if each.slot == slot
    )


HANDLERS: tuple[tuple[str, Any], ...] = (
    (OPENED["joint_check"], systems.checks_opened),
    ("hand_over_tasks", hand_over),
    (CHECK_ANSWERED, systems.take_from_systems),
    (CHECK_FELL_BACK, systems.take_from_systems),
    (use_cases.BRING_ANSWER, bringing.bring_answers),
)


def does_jobs(uow: FakeUnit) -> None:
    """Hand tasks over and bring answers, as timers do."""
    for kind, handle in HANDLERS:
        jobs = [
            Job(tenant, each, subject, due_at) for (tenant, each, subject), due_at in uow.jobs.items() if each == kind
        ]
        if jobs:
            handle(jobs, lambda tenants: uow)  # type: ignore[arg-type, return-value]
