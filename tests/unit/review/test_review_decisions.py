"""Approval, refusal and inspection: what an officer may do, and every reason why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chassis.testing.fakes import NOON, FakeUnit, received
from contracts.duties import Attention
from contracts.inspections import ConfirmInspection
from contracts.message import Actor
from contracts.plan_terms import TermInPlan
from contracts.refusal import Forbidden, Refused, StaleVersion
from contracts.review import (
    ApproveCase,
    CaseApproved,
    CaseRejected,
    InspectionRecorded,
    RecordInspection,
    RejectCase,
    TaskAssigned,
)
from contracts.rule import Fixed
from services.review.cases import opening, use_cases
from services.review.cases.case import Case
from services.review.cases.case_view import view_of
from services.review.cases.plan_terms import PlanTermUnmapped
from services.review.cases.refusals import NotYourDepartment
from services.review.inspections import use_cases as inspecting
from services.review.inspections.store import RecordedInspections
from services.review.item_copies.plan_words import PlanWords
from services.review.register.store import AwardRegister
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import (
    AMOUNT,
    COUNTY_ADVANCES,
    DEPARTMENT,
    LEADER,
    OFFICER,
    PAYEE,
    SECOND,
    STRANGER,
    TWO_TO_EIGHT,
    application,
    facts,
    item_rules,
    opened,
    review_unit,
)


def approve(case: Case, uow: FakeUnit, *, amount_fen: int = AMOUNT, version: int | None = None) -> Any:
    """By the leader, where the officer at hand has taken another step."""
    order = ApproveCase(
        case_id=case.id, amount_fen=amount_fen, opinion="符合条件", expected_version=version or case.version
    )
    at_hand = uow.actor
    if any(each.by == at_hand.id for each in case.answers):
        uow.actor = LEADER
    try:
        return use_cases.approve_case(order, uow)
    finally:
        uow.actor = at_hand


def reject(case: Case, uow: FakeUnit) -> Any:
    order = RejectCase(
        other_grounds=OWN_GROUNDS,
        case_id=case.id,
        reason="材料与事实不符，依据办法第三条",
        expected_version=case.version,
    )
    return use_cases.reject_case(order, uow)


def inspect(case: Case, uow: FakeUnit, *, passed: bool = True, at: Any = NOON) -> Any:
    """By the officer at hand, and confirmed by another."""
    order = RecordInspection(
        case_id=case.id,
        passed=passed,
        findings="设备与申报一致",
        place="章贡区厂区",
        inspected_at=at,
        with_officers=(SECOND.id,),
        expected_version=case.version,
    )
    inspecting.record_inspection(order, uow)
    at_hand, uow.actor = uow.actor, SECOND
    record = uow.of(RecordedInspections).of_case(case.id)[-1]
    confirmation = ConfirmInspection(
        case_id=case.id, inspection_id=record.id, was_there=True, expected_version=case.version
    )
    try:
        return inspecting.confirm_inspection(confirmation, uow)
    finally:
        uow.actor = at_hand


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_an_approval_orders_the_county_to_pay_the_rules_amount():
    uow = review_unit()
    case = opened(uow)
    view = approve(case, uow)
    (event,) = uow.events
    assert isinstance(event, CaseApproved)
    assert (event.payer, event.amount_fen, event.total_fen) == ("zhanggong", AMOUNT, AMOUNT)
    assert (event.payee, event.approved_by, event.approved_at) == (PAYEE, OFFICER.id, NOON)
    assert (event.revision, event.instalment) == (1, 1)
    assert (view.state, view.decided_by, view.decided_at, view.note) == (
        "approved",
        OFFICER.id,
        NOON,
        "符合条件",
    )


def test_a_shared_item_is_ordered_once_from_each_payer_and_all_parts_are_shown():
    uow = review_unit(item_rules(shares=TWO_TO_EIGHT))
    approve(opened(uow), uow)
    assert [(each.to, each.event.payer, each.event.amount_fen) for each in uow.recorded] == [
        ("ganzhou", "ganzhou", 6_000_000),
        ("zhanggong", "zhanggong", 24_000_000),
    ]
    for event in uow.events:
        assert event.total_fen == AMOUNT
        assert [(share.payer, share.amount_fen) for share in event.shares] == [
            ("ganzhou", 6_000_000),
            ("zhanggong", 24_000_000),
        ]


def test_where_the_county_advances_it_pays_all_once_and_the_citys_share_is_told():
    uow = review_unit(item_rules(shares=COUNTY_ADVANCES))
    approve(opened(uow), uow)
    (recorded,) = uow.recorded
    assert (recorded.to, recorded.event.payer, recorded.event.amount_fen) == (
        "zhanggong",
        "zhanggong",
        AMOUNT,
    )
    assert {share.payer: share.amount_fen for share in recorded.event.shares} == {
        "ganzhou": 6_000_000,
        "zhanggong": 24_000_000,
    }


@pytest.mark.parametrize("amount", [AMOUNT - 1, AMOUNT + 1, 0])
def test_an_amount_that_does_not_follow_from_the_rule_is_refused_to_the_fen(amount):
    uow = review_unit()
    with pytest.raises(Refused) as refused:
        approve(opened(uow), uow, amount_fen=amount)
    assert codes(refused) == ["amount_mismatch"]
    assert refused.value.refusal().kind == "invalid"
    assert "300,000.00" in refused.value.message


def test_a_claim_whose_conditions_are_not_met_cannot_be_approved_and_says_which():
    uow = review_unit()
    case = opened(uow, known=facts(above_scale=False))
    with pytest.raises(Refused) as refused:
        approve(case, uow)
    assert codes(refused) == ["not_eligible"]
    assert "规模以上企业" in refused.value.message
    assert view_of(case).verdict == "not_met"
    assert [reason.code for reason in view_of(case).obstacles] == ["not_eligible"]


def test_a_claim_that_lacks_facts_cannot_be_approved_and_names_them_all():
    uow = review_unit()
    case = opened(uow, known=(), estimated_fen=None)
    with pytest.raises(Refused) as refused:
        approve(case, uow)
    assert codes(refused) == ["facts_missing"]
    assert "规模以上企业" in refused.value.message
    assert "研发投入" in refused.value.message
    assert (view_of(case).amount_fen, view_of(case).verdict) == (None, "undetermined")


def test_nothing_to_pay_cannot_be_approved():
    uow = review_unit(item_rules(amount=Fixed(value="0", unit="万元")))
    with pytest.raises(Refused) as refused:
        approve(opened(uow, estimated_fen=0), uow, amount_fen=0)
    assert codes(refused) == ["nothing_to_pay"]
    assert refused.value.message == "没有可兑付的资金：符合条件，但按规则计算没有可兑付的金额。"


def test_all_reasons_are_told_at_once():
    uow = review_unit(item_rules(inspection=True))
    other = opened(uow)
    inspect(other, uow)
    approve(other, uow)
    with pytest.raises(Refused) as refused:
        approve(opened(uow, known=facts(above_scale=False)), uow, amount_fen=1)
    assert codes(refused) == ["not_eligible", "amount_mismatch", "inspection_required"]
    assert refused.value.code == "not_eligible"


def test_a_refused_approval_changes_nothing():
    uow = review_unit()
    case = opened(uow)
    with pytest.raises(Refused):
        approve(case, uow, amount_fen=1)
    assert (case.state, case.version, case.decision, case.pending) == ("accepted", 1, None, [])


def test_a_enterprise_is_granted_an_item_once():
    uow = review_unit()
    approve(opened(uow), uow)
    with pytest.raises(Refused) as refused:
        approve(opened(uow), uow)
    assert codes(refused) == ["already_awarded"]


def test_what_is_granted_per_event_may_be_granted_again():
    uow = review_unit(item_rules(frequency="per_event"))
    approve(opened(uow), uow)
    approve(opened(uow), uow)
    assert len(uow.of(AwardRegister).places) == 2


def test_a_decided_case_is_not_decided_again():
    uow = review_unit()
    case = opened(uow)
    approve(case, uow)
    for decide in (approve, reject):
        with pytest.raises(Refused) as refused:
            decide(case, uow)
        assert codes(refused) == ["case_already_decided"]


def test_whoever_read_an_older_version_decides_nothing():
    uow = review_unit()
    case = opened(uow)
    with pytest.raises(StaleVersion):
        approve(case, uow, version=case.version + 1)


def test_a_refusal_gives_its_reason_and_reserves_nothing():
    uow = review_unit()
    case = opened(uow)
    view = reject(case, uow)
    (event,) = uow.events
    assert isinstance(event, CaseRejected)
    assert event.reason == view.note == "材料与事实不符，依据办法第三条"
    assert (event.rejected_by, event.rejected_at) == (OFFICER.id, NOON)
    assert (view.state, view.obstacles) == ("rejected", ())
    assert uow.of(AwardRegister).places == {}


def test_a_decision_ends_the_reminders():
    for decide in (approve, reject):
        uow = review_unit()
        case = opened(uow)
        assert uow.jobs
        decide(case, uow)
        assert uow.jobs == {}


@pytest.mark.parametrize(
    "actor",
    [
        STRANGER,
        Actor(id="b", roles=frozenset({"bureau"})),
        Actor(id="b", roles=frozenset({"bureau"}), department="区科技局"),
        Actor(id="d", roles=frozenset({"department"})),
        Actor(id="e", roles=frozenset({"enterprise"}), enterprise_id="enterprise-1"),
    ],
)
def test_only_the_claims_own_department_may_act_and_learns_first_that_it_may_not(actor):
    uow = review_unit(item_rules(inspection=True))
    case = opened(uow)
    uow.actor = actor
    for act in (approve, reject, inspect):
        with pytest.raises(Forbidden) as refused:
            act(case, uow)
        assert codes(refused) == ["not_your_department"]
    with pytest.raises(Forbidden):
        approve(case, uow, version=99)


def test_an_unknown_case_is_not_found():
    uow = review_unit()
    with pytest.raises(Refused) as refused:
        use_cases.approve_case(ApproveCase(case_id="nowhere", amount_fen=1, expected_version=1), uow)
    assert codes(refused) == ["case_not_found"]


def test_a_case_that_needs_an_inspection_waits_for_one_that_passes():
    uow = review_unit(item_rules(inspection=True))
    case = opened(uow)
    with pytest.raises(Refused) as refused:
        approve(case, uow)
    assert codes(refused) == ["inspection_required"]
    assert inspect(case, uow, passed=False).inspection_passed is False
    with pytest.raises(Refused):
        approve(case, uow)
    assert inspect(case, uow).inspection_passed is True
    assert approve(case, uow).state == "approved"
    told = [event for event in uow.events if not isinstance(event, TaskAssigned)]
    assert [type(event) for event in told] == [InspectionRecorded, InspectionRecorded, CaseApproved]
    assert [event.passed for event in told[:2]] == [False, True]


def test_an_inspection_is_recorded_with_place_time_and_person():
    uow = review_unit(item_rules(inspection=True))
    inspect(opened(uow), uow)
    event = uow.events[0]
    assert (event.place, event.inspected_at, event.recorded_by) == ("章贡区厂区", NOON, OFFICER.id)


def test_an_inspection_belongs_to_items_whose_plan_has_one():
    uow = review_unit()
    with pytest.raises(Refused) as refused:
        inspect(opened(uow), uow)
    assert codes(refused) == ["inspection_not_part_of_plan"]


def test_an_inspection_after_the_decision_is_refused():
    uow = review_unit(item_rules(inspection=True))
    case = opened(uow)
    reject(case, uow)
    with pytest.raises(Refused) as refused:
        inspect(case, uow)
    assert codes(refused) == ["case_already_decided"]


def test_an_inspection_of_tomorrow_is_refused_but_a_phone_may_run_a_little_ahead():
    uow = review_unit(item_rules(inspection=True))
    case = opened(uow)
    with pytest.raises(Refused) as refused:
        inspect(case, uow, at=NOON + timedelta(days=1))
    assert codes(refused) == ["inspection_in_future"]
    assert inspect(case, uow, at=NOON + timedelta(minutes=9)).inspection_passed is True


def test_a_share_of_a_level_that_is_not_onboarded_cannot_be_ordered():
    uow = review_unit(item_rules(shares=TWO_TO_EIGHT))
    case = opened(uow)
    uow.registry.tenants["zhanggong"] = (None, *uow.registry.tenants["zhanggong"][1:])
    with pytest.raises(Refused) as refused:
        approve(case, uow)
    assert codes(refused) == ["tenant_unknown"]


# -- whose case it is, and what it waits for ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("department", "department_id", "claimed", "own"),
    [
        (DEPARTMENT, None, None, True),
        ("区科技和工信局", "dep-1", "dep-1", True),
        (DEPARTMENT, "dep-2", "dep-1", False),
        (DEPARTMENT, "dep-1", None, True),
        (DEPARTMENT, None, "dep-1", True),
        ("区科技和工信局", "dep-1", None, False),
    ],
)
def test_a_case_is_a_departments_by_the_register_where_both_are_in_it_else_by_name(
    department: str, department_id: str | None, claimed: str | None, own: bool
) -> None:
    uow = review_unit()
    case = opened(uow, department_id=claimed)
    actor = Actor(id="o", roles=frozenset({"department"}), department=department, department_id=department_id)
    if own:
        case.must_be_handled_by(actor)
    else:
        with pytest.raises(NotYourDepartment):
            case.must_be_handled_by(actor)


def test_what_waits_for_the_meaning_of_words_is_refused_with_the_words() -> None:
    uow = review_unit()
    case = opened(uow)
    words = (TermInPlan(use="approver", term="政策主管部门审批岗"), TermInPlan(use="check", term="统计库名单"))
    uow.of(PlanWords).without_meaning["item-1", 1] = words  # type: ignore[attr-defined]
    order = ApproveCase(case_id=case.id, amount_fen=AMOUNT, expected_version=case.version)
    with pytest.raises(PlanTermUnmapped) as refused:
        use_cases.approve_case(order, uow)
    assert "审批岗“政策主管部门审批岗”、核验来源“统计库名单”" in refused.value.message
    assert (case.state, uow.events) == ("accepted", [])


def test_who_has_to_act_is_said_with_every_event_that_asks_for_it() -> None:
    uow = review_unit(item_rules(inspection=True))
    opening.open_cases([received(application(department_id="dep-1"))], uow)
    asked = [event.attention for event in uow.events if hasattr(event, "attention")]
    assert len(asked) == 2
    assert set(map(str, asked)) == {str(Attention(tenant="zhanggong", department_id="dep-1", duty="first_review"))}
