"""A decided case is looked at again: one person proposes it, another agrees, and what is decided next supersedes what was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chassis.testing.fakes import NOON, FakeUnit
from chassis.time.jobs import Job
from contracts.acceptance import WithdrawClaim
from contracts.case_events import CaseReopened
from contracts.enterprises import FactRecorders
from contracts.identity import TenantSettings
from contracts.inspections import ConfirmInspection
from contracts.refusal import Refused
from contracts.reopening import ConfirmReopening, DeclineReopening, ProposeReopening, ReopeningView, UndoDecision
from contracts.review import ApproveCase, CaseApproved, CaseRejected, RecordInspection, RejectCase
from contracts.rule import Level
from services.review.acceptance.withdrawal import withdraw_claim
from services.review.cases import use_cases
from services.review.cases.case import Case
from services.review.cases.deadline import REVIEW_ALARM, raise_alarms
from services.review.inspections import use_cases as inspecting
from services.review.inspections.store import RecordedInspections
from services.review.register.store import AwardRegister
from services.review.reopening.undoing import undo_decision
from services.review.reopening.use_cases import confirm_reopening, decline_reopening, propose_reopening
from tests.remedies import OWN_GROUNDS, REMEDIES
from tests.unit.review.acceptance_kit import FIRM
from tests.unit.review.review_kit import (
    AMOUNT,
    LEADER,
    OFFICER,
    SECOND,
    STRANGER,
    item_rules,
    opened,
    released,
    review_unit,
)

INSPECTION = 2
"""The number of the step in `item_rules(inspection=True)`."""


def inspect(case: Case, uow: FakeUnit) -> None:
    """By two officers: one records it, the other confirms."""
    words = {"passed": True, "findings": "与申报一致", "place": "厂区", "inspected_at": uow.now}
    uow.actor = OFFICER
    order = RecordInspection(case_id=case.id, with_officers=(SECOND.id,), expected_version=case.version, **words)
    inspecting.record_inspection(order, uow)
    uow.actor = SECOND
    record = uow.of(RecordedInspections).of_case(case.id)[-1]
    inspecting.confirm_inspection(
        ConfirmInspection(case_id=case.id, inspection_id=record.id, was_there=True, expected_version=case.version), uow
    )
    uow.actor = LEADER


def approve(case: Case, uow: FakeUnit) -> None:
    use_cases.approve_case(ApproveCase(case_id=case.id, amount_fen=AMOUNT, expected_version=case.version), uow)


def refuse(case: Case, uow: FakeUnit) -> None:
    use_cases.reject_case(
        RejectCase(other_grounds=OWN_GROUNDS, case_id=case.id, reason="不符合条件", expected_version=case.version), uow
    )


def propose(case: Case, uow: FakeUnit, **changes: Any) -> ReopeningView:
    words = {"case_id": case.id, "reason": "审计发现面积有误", "source": "审计意见", "expected_version": case.version}
    uow.actor = OFFICER
    return propose_reopening(ProposeReopening(**words | changes), uow)


def confirm(proposed: ReopeningView, uow: FakeUnit) -> ReopeningView:
    uow.actor = LEADER
    return confirm_reopening(
        ConfirmReopening(reopening_id=proposed.reopening_id, expected_version=proposed.version), uow
    )


def decided(decide: Any = approve, **words: Any) -> tuple[Case, FakeUnit]:
    uow = review_unit(item_rules(inspection=True), actor=LEADER)
    case = opened(uow, **words)
    inspect(case, uow)
    decide(case, uow)
    return case, uow


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.reasons}


@pytest.mark.parametrize("decide", [approve, refuse])
def test_a_case_is_open_again_with_the_steps_named_and_every_approval(decide: Any) -> None:
    case, uow = decided(decide)
    uow.now = NOON + timedelta(days=20)
    proposed = propose(case, uow, steps=(INSPECTION,))
    assert (case.state, proposed.state) == ("approved" if decide is approve else "rejected", "proposed")
    assert confirm(proposed, uow).state == "confirmed"
    assert (case.state, case.revision, case.decision) == ("accepted", 2, None)
    assert [task.kind for task in case.tasks] == ["site_inspection"]
    (event,) = [each for each in uow.events if isinstance(each, CaseReopened)]
    assert (event.revision, event.asked_by, event.agreed_by) == (2, OFFICER.id, LEADER.id)
    assert case.due_at is not None and case.due_at > uow.now


def test_what_is_decided_next_carries_the_next_revision_and_keeps_the_place() -> None:
    case, uow = decided()
    places = dict(uow.of(AwardRegister).places)
    confirm(propose(case, uow), uow)
    approve(case, uow)
    approvals = [each for each in uow.events if isinstance(each, CaseApproved)]
    assert [each.revision for each in approvals] == [1, 2]
    assert uow.of(AwardRegister).places == places


def test_a_refusal_after_it_carries_the_next_revision_and_frees_no_place() -> None:
    case, uow = decided()
    confirm(propose(case, uow), uow)
    refuse(case, uow)
    (event,) = [each for each in uow.events if isinstance(each, CaseRejected)]
    assert event.revision == 2 and uow.of(AwardRegister).places


def test_undoing_a_later_revision_gives_no_place_back_that_may_have_been_paid_for() -> None:
    case, uow = decided()
    places = dict(uow.of(AwardRegister).places)
    uow.registry.tenants["zhanggong"] = ("ganzhou", Level.COUNTY, TenantSettings(undo_minutes=30, remedies=REMEDIES))
    confirm(propose(case, uow), uow)
    approve(case, uow)
    undo_decision(UndoDecision(case_id=case.id, reason="点错了", expected_version=case.version), uow)
    assert uow.of(AwardRegister).places == places
    approve(case, uow)
    assert case.undo_until is not None
    uow.now = case.undo_until
    released(uow, case)
    assert [each.revision for each in uow.events if isinstance(each, CaseApproved)] == [1, 3]


def test_what_a_machine_would_answer_again_is_to_be_said_anew() -> None:
    case, uow = decided()
    confirm(propose(case, uow, steps=(INSPECTION,)), uow)
    assert case.inspection is None
    with pytest.raises(Refused) as refused:
        approve(case, uow)
    assert "inspection_required" in codes(refused)


def test_reminders_of_the_new_review_limit_are_given_anew() -> None:
    case, uow = decided()
    before = set(uow.alarms)
    confirm(propose(case, uow), uow)
    assert (case.tenant, REVIEW_ALARM, case.id) in uow.jobs
    uow.now = case.due_at or uow.now
    raise_alarms([Job(tenant=case.tenant, kind=REVIEW_ALARM, subject=case.id, due_at=uow.now)], uow)
    assert {level for *_, level in uow.alarms - before} == {"50", "80", "100"}


def test_one_person_does_not_do_it_alone() -> None:
    case, uow = decided()
    proposed = propose(case, uow)
    with pytest.raises(Refused, match="申请人以外"):
        confirm_reopening(ConfirmReopening(reopening_id=proposed.reopening_id, expected_version=1), uow)
    assert case.state == "approved"


def test_what_is_declined_changes_nothing() -> None:
    case, uow = decided()
    proposed = propose(case, uow)
    told = len(uow.events)
    no = DeclineReopening(reopening_id=proposed.reopening_id, reason="依据不足", expected_version=proposed.version)
    assert decline_reopening(no, uow).state == "declined"
    assert (case.state, case.revision, len(uow.events)) == ("approved", 1, told)
    with pytest.raises(Refused, match="已经办结"):
        confirm_reopening(ConfirmReopening(reopening_id=proposed.reopening_id, expected_version=2), uow)


def test_everything_against_it_is_said_at_once() -> None:
    uow = review_unit(item_rules(inspection=True))
    case = opened(uow)
    with pytest.raises(Refused) as refused:
        propose(case, uow, steps=(3, 9))
    assert codes(refused) == {"case_not_decided", "step_not_to_redo"}


def test_what_can_still_be_undone_is_not_reopened() -> None:
    uow = review_unit(undo_minutes=30, actor=LEADER)
    case = opened(uow)
    approve(case, uow)
    with pytest.raises(Refused) as refused:
        propose(case, uow)
    assert codes(refused) == {"decision_still_held"}


def test_another_department_does_not_and_nor_does_whoever_recorded_a_fact() -> None:
    recorders = (FactRecorders(name="rd_expense", period="2025", persons=(OFFICER.id,)),)
    case, uow = decided(recorders=recorders)
    with pytest.raises(Refused) as refused:
        propose(case, uow)
    assert codes(refused) == {"fact_recorder_decides"}
    uow.actor = STRANGER
    words = {"case_id": case.id, "reason": "再看一次", "expected_version": case.version}
    with pytest.raises(Refused, match="无权查看"):
        propose_reopening(ProposeReopening(**words), uow)


@pytest.mark.parametrize("held", [False, True])
def test_what_may_have_been_paid_is_not_withdrawn_while_it_is_looked_at_again(held: bool) -> None:
    case, uow = decided()
    places = dict(uow.of(AwardRegister).places)
    uow.registry.tenants["zhanggong"] = ("ganzhou", Level.COUNTY, TenantSettings(undo_minutes=30, remedies=REMEDIES))
    confirm(propose(case, uow), uow)
    if held:
        approve(case, uow)
        assert case.undo_until is not None
    uow.actor = FIRM
    with pytest.raises(Refused) as refused:
        withdraw_claim(WithdrawClaim(application_id=case.claim.application_id, reason="不要了"), uow)
    assert codes(refused) == {"reopened_not_withdrawn"}
    assert uow.of(AwardRegister).places == places
