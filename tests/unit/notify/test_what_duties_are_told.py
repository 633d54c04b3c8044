"""Which event asks which duty for what, and what is told together."""

from __future__ import annotations

import typing
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from chassis.testing.fakes import FakeUnit
from contracts.case_events import (
    CaseReassessed,
    CaseReopened,
    ObjectionRaised,
    SupplementAnswered,
    TaskDeadlineApproaching,
    TaskDeadlineMissed,
)
from contracts.case_tasks import Task
from contracts.drafting import ConsultationOpened, ConsultedParty
from contracts.duties import Attention, DutyKind
from contracts.flow import FLOW
from contracts.message import Event
from contracts.policies import PolicyExpiring
from contracts.review import CaseAccepted, ReviewDeadlineMissed
from contracts.treasury import DisbursementHeld, DisbursementReady
from copies.departments import KnownDepartments
from services.notify.staff import use_cases
from services.notify.staff.asking import KIND_OF, KIND_OF_TASK, Asking, notices_of
from services.notify.staff.domain import KINDS, DutyNotice, once_each, text_of
from services.notify.staff.store import DutyMessages
from tests.unit.oversight.case_story import accepted, after, assigned, case_of, claim, happened, heard, money

CASE = claim()


def asking(
    event: Any, duty: DutyKind = "first_review", department_id: str | None = "dep-1", tenant: str = "ganzhou"
) -> Any:
    attention = Attention(tenant=tenant, department_id=department_id, duty=duty)
    return event.model_copy(update={"attention": attention})


def notices(event: Any, event_id: str = "e-1", minute: float = 0) -> list[DutyNotice]:
    return list(notices_of(event, event_id, after(minute)))


class MemoryMessages:
    def __init__(self) -> None:
        self.unit: FakeUnit | None = None
        self.told: list[DutyNotice] = []

    def add(self, notices: Sequence[DutyNotice]) -> None:
        self.told += notices


class MemoryDepartments:
    def __init__(self) -> None:
        self.unit: FakeUnit | None = None
        self.by_name: dict[tuple[str, str], str] = {}

    def named(self, asked: Any, day: date) -> dict[tuple[str, str], str]:
        return {key: id for key, id in self.by_name.items() if key in asked}


@pytest.fixture
def messages() -> MemoryMessages:
    return MemoryMessages()


@pytest.fixture
def departments() -> MemoryDepartments:
    return MemoryDepartments()


@pytest.fixture
def uow(messages: MemoryMessages, departments: MemoryDepartments) -> FakeUnit:
    return FakeUnit("ganzhou", stores={DutyMessages: messages, KnownDepartments: departments})


def says_whose_turn_it_is(event: type[Event]) -> bool:
    return "attention" in event.model_fields or event is ConsultationOpened


def test_every_event_that_asks_somebody_to_act_is_told_and_has_words() -> None:
    asked = {event for event in FLOW if says_whose_turn_it_is(event)}
    assert asked == set(KIND_OF) == set(typing.get_args(Asking))
    by_the_clock = {"calendar_reminder", "calendar_alarm"}
    assert {*KIND_OF.values(), *KIND_OF_TASK.values(), *by_the_clock} == set(KINDS)
    assert set(KIND_OF_TASK) == set(typing.get_args(Task))
    assert all("notify" in FLOW[event].consumers for event in asked)


def test_an_event_that_asks_nobody_tells_nobody() -> None:
    assert notices(accepted(CASE)) == []
    assert notices(money(DisbursementReady, CASE)) == []


def test_a_new_case_and_the_check_of_its_papers_are_one_thing_to_do() -> None:
    papers = assigned(CASE).model_copy(update={"task": "material_check"})
    told = once_each(
        [*notices(asking(accepted(CASE))), *notices(asking(papers), "e-2"), *notices(asking(assigned(CASE)), "e-3")]
    )
    assert [each.kind for each in told] == ["case_to_review", "inspection_to_do"]
    assert told[0].subject.text == "GZ-20260310-AAAA0001 首次入规奖励（赣州示例电子有限公司）"
    assert (told[0].subject.subject_type, told[0].subject.subject_id) == ("case", case_of(CASE))


def test_what_comes_of_one_kind_within_an_hour_is_one_message_to_one_duty() -> None:
    first = notices(asking(accepted(claim("GZ-1"))), minute=0)[0]
    same = [notices(asking(accepted(claim("GZ-2"))), "e-2", minute=59)[0]]
    others = [
        notices(asking(accepted(claim("GZ-3"))), "e-3", minute=60)[0],
        notices(asking(accepted(claim("GZ-4")), department_id="dep-2"), "e-4")[0],
        notices(asking(accepted(claim("GZ-5")), tenant="xingguo"), "e-5")[0],
        notices(asking(accepted(claim("GZ-6")), duty="leader"), "e-6")[0],
        notices(asking(assigned(claim("GZ-7"))), "e-7")[0],
    ]
    assert {each.message_id for each in same} == {first.message_id}
    assert len({first.message_id, *(each.message_id for each in others)}) == 6
    assert text_of("case_to_review", 37) == "37 件新办件待审核"
    assert text_of("of-a-later-version", 2) == "2 项工作待办理"


def test_the_same_occasion_is_told_once_as_it_was_first_said() -> None:
    early, late = notices(asking(accepted(CASE)), minute=1), notices(asking(accepted(CASE)), minute=90)
    assert once_each([*late, *early]) == early


def test_each_party_of_a_consultation_is_asked_by_its_own_duty() -> None:
    parties = tuple(
        ConsultedParty(party=party, department=name, attention=Attention(tenant="ganzhou", department_id=id, duty=duty))
        for party, name, id, duty in (
            ("development_reform", "市发改委", None, "policy_author"),
            ("finance", "市财政局", "dep-money", "finance"),
            ("approval_bureau", "市行政审批局", None, "bureau_intake"),
        )
    )
    event = ConsultationOpened(
        draft_id="d-1", title="首次入规奖励", department="市工信局", until=date(2026, 3, 20), parties=parties
    )
    told = notices(event)
    assert [(each.duty, each.department_id, each.department) for each in told] == [
        ("policy_author", None, "市发改委"),
        ("finance", "dep-money", None),
        ("bureau_intake", None, None),
    ]
    assert len({each.occasion for each in told}) == 3
    assert told[0].subject.text == "《首次入规奖励》，市工信局征求，2026-03-20 前反馈"


def test_a_department_that_is_named_only_is_found_in_the_register_or_keeps_its_name(
    uow: FakeUnit, messages: MemoryMessages, departments: MemoryDepartments
) -> None:
    departments.by_name["ganzhou", "市工业和信息化局"] = "dep-7"
    elsewhere = claim("GZ-2", department="市商务局")
    events = [heard(asking(accepted(each), department_id=None)) for each in (CASE, elsewhere)]
    use_cases.tell_duties(events, uow)
    assert {(each.department_id, each.department) for each in messages.told} == {("dep-7", None), (None, "市商务局")}
    assert use_cases.asked_tenants(events[0]) == {"ganzhou"}


def test_bureau_and_finance_are_found_in_the_whole_tenant_where_no_department_is_known() -> None:
    (held,) = notices(asking(money(DisbursementHeld, CASE), "finance", None, "xingguo"))
    assert (held.tenant, held.department_id, held.department) == ("xingguo", None, None)
    assert held.subject.text == "GZ-20260310-AAAA0001 赣州示例电子有限公司 200,000.00 元"


def test_deadlines_and_items_that_end_are_told_with_what_they_are_about() -> None:
    missed = ReviewDeadlineMissed(case_id="c-1", claim=CASE, due_at=after(0))
    (late,) = notices(asking(missed))
    assert (late.kind, late.occasion) == ("review_overdue", "e-1")
    ending = PolicyExpiring(item_id="i-1", title="首次入规奖励", department="市工信局", expires_on=date(2026, 4, 1))
    (end,) = notices(asking(ending, "policy_author"))
    assert (end.kind, end.subject.text) == ("item_expiring", "《首次入规奖励》，有效期至 2026-04-01")
    assert end.hour == after(0) and end.at - end.hour < timedelta(hours=1)
    assert isinstance(accepted(CASE), CaseAccepted)


def task(kind: str, slot: str, department: str, **asked: Any) -> Any:
    """A task of one slot of the case."""
    event = assigned(CASE).model_copy(
        update={"task": kind, "slot": slot, "task_id": f"t-{kind}-{slot}", "department": department}
    )
    return asking(event, **asked)


def test_each_task_is_told_to_the_duty_that_it_asks_whichever_tenant_that_is() -> None:
    told = once_each(
        [
            *notices(task("joint_check", "tax", "市税务局", department_id=None), "e-1"),
            *notices(task("joint_check", "eco", "县生态环境局", department_id=None, tenant="xingguo"), "e-2"),
            *notices(task("joint_check", "court", "市法院", department_id="dep-9"), "e-3"),
            *notices(task("approval", "leader", "市工业和信息化局", duty="leader"), "e-4"),
        ]
    )
    assert [(each.tenant, each.department_id, each.department, each.duty, each.kind) for each in told] == [
        ("ganzhou", None, "市税务局", "first_review", "joint_check_to_do"),
        ("xingguo", None, "县生态环境局", "first_review", "joint_check_to_do"),
        ("ganzhou", "dep-9", None, "first_review", "joint_check_to_do"),
        ("ganzhou", "dep-1", None, "leader", "approval_to_do"),
    ]
    assert use_cases.asked_tenants(heard(task("joint_check", "eco", "x", tenant="xingguo"))) == {"xingguo"}


def test_a_task_in_another_tenants_case_is_found_as_the_task() -> None:
    (own,) = notices(task("joint_check", "tax", "市税务局"))
    (other,) = notices(task("joint_check", "eco", "县生态环境局", tenant="xingguo"))
    assert (own.subject.subject_type, own.subject.subject_id) == ("case", case_of(CASE))
    assert (other.subject.subject_type, other.subject.subject_id) == ("task", "t-joint_check-eco")
    assert other.subject.text == own.subject.text
    late = happened(TaskDeadlineMissed, CASE, attention={"tenant": "xingguo", "duty": "first_review"})
    assert notices(late)[0].subject.subject_id == "t-1"


def test_a_task_that_is_heard_again_is_told_once_and_one_that_is_given_again_is_told_again() -> None:
    first = notices(task("joint_check", "tax", "市税务局"), "e-1")
    assert len(once_each([*first, *notices(task("joint_check", "tax", "市税务局"), "e-1", minute=5)])) == 1
    assert len(once_each([*first, *notices(task("joint_check", "tax", "市税务局"), "e-2", minute=5)])) == 2


@pytest.mark.parametrize("kind", typing.get_args(Task))
def test_every_kind_of_task_has_words_of_its_own(kind: Task) -> None:
    (told,) = notices(task(kind, "", "市工业和信息化局"))
    assert told.kind == KIND_OF_TASK[kind]
    assert text_of(told.kind, 3).startswith("3 件")


@pytest.mark.parametrize(
    ("event", "kind", "text"),
    [
        (TaskDeadlineApproaching, "task_due_soon", "2 项办件任务的办理时限即将用完"),
        (TaskDeadlineMissed, "task_overdue", "2 项办件任务超过办理时限"),
        (SupplementAnswered, "supplement_answered", "2 件办件的企业已补正，待继续办理"),
        (ObjectionRaised, "objection_raised", "2 条公示异议待核查"),
        (CaseReassessed, "case_reassessed", "2 件办件依据的数据有变，待按新的结果办理"),
        (CaseReopened, "case_reopened", "2 件办件重新审查，待办理"),
    ],
)
def test_what_happens_to_a_case_is_told_to_the_duty_whose_turn_it_is(event: Any, kind: str, text: str) -> None:
    assert notices(happened(event, CASE)) == []
    (told,) = notices(asking(happened(event, CASE)))
    assert (told.kind, told.occasion, told.subject.subject_id) == (kind, "e-1", case_of(CASE))
    assert text_of(kind, 2) == text


def test_a_task_that_is_late_is_told_to_its_own_department() -> None:
    (told,) = notices(asking(happened(TaskDeadlineMissed, CASE), department_id=None))
    assert told.department == "市税务局"
