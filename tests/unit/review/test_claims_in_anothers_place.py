"""A claim filed in the place of an earlier one: review, which decided the earlier one, decides whether it is taken."""

from __future__ import annotations

from typing import Any

from chassis.testing.fakes import NOON, FakeUnit, received
from contracts.case_events import CaseNotAccepted
from contracts.intake import ReplacedClaim
from contracts.review import ApproveCase, CaseAccepted, RejectCase
from services.review.cases import opening, use_cases
from services.review.cases.case import Case
from services.review.cases.store import Cases
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import AMOUNT, application, opened, review_unit


def rejected(case: Case, uow: FakeUnit) -> Case:
    order = RejectCase(
        other_grounds=OWN_GROUNDS, case_id=case.id, reason="研发投入未达标准", expected_version=case.version
    )
    use_cases.reject_case(order, uow)
    uow.recorded.clear()
    return case


def in_place_of(case: Case) -> dict[str, Any]:
    return {"replaces": ReplacedClaim(application_id=case.claim.application_id, receipt=case.claim.receipt)}


def file(uow: FakeUnit, **words: Any) -> Case:
    submitted = application(**words)
    opening.open_cases([received(submitted)], uow)
    return next(
        each for each in uow.of(Cases).rows.values() if each.claim.application_id == submitted.claim.application_id
    )


def test_a_claim_in_the_place_of_a_rejected_one_is_accepted_and_can_be_granted() -> None:
    uow = review_unit()
    first = rejected(opened(uow), uow)
    second = file(uow, **in_place_of(first))
    assert second.state == "accepted"
    assert isinstance(uow.events[0], CaseAccepted)
    order = ApproveCase(case_id=second.id, amount_fen=AMOUNT, expected_version=second.version)
    assert use_cases.approve_case(order, uow).state == "approved"


def test_a_claim_in_the_place_of_one_that_stands_is_not_accepted_and_the_enterprise_is_told_why() -> None:
    uow = review_unit()
    first = opened(uow)
    second = file(uow, **in_place_of(first))
    (event,) = uow.events
    assert isinstance(event, CaseNotAccepted)
    assert event.case_id == second.id
    assert event.decided_at == NOON
    assert event.reason == (f"不予受理：所替代的申报（收件编号 {first.claim.receipt}）未被退回，仍以原申报为准。")
    assert second.state == "not_accepted"
    assert [reason.code for reason in second.remarks] == ["earlier_claim_stands"]
    assert uow.jobs == {key: due for key, due in uow.jobs.items() if first.id in key}


def test_a_claim_in_the_place_of_one_that_was_turned_away_waits_for_the_first_of_them() -> None:
    uow = review_unit()
    first = opened(uow)
    second = file(uow, **in_place_of(first))
    assert file(uow, **in_place_of(second)).state == "not_accepted"
    third = next(case for case in uow.of(Cases).rows.values() if case.claim.replaces == in_place_of(second)["replaces"])
    rejected(first, uow)
    assert file(uow, **in_place_of(third)).state == "accepted"


def test_a_claim_whose_earlier_case_has_not_arrived_waits_for_it() -> None:
    uow = review_unit()
    elsewhere = opened(review_unit())
    event = received(application(**in_place_of(elsewhere)))
    opening.open_cases([event], uow)
    assert event.cause == "not_yet"
    assert uow.of(Cases).rows == {}


def test_both_in_one_batch_are_one_accepted_and_one_turned_away() -> None:
    uow = review_unit()
    first = application()
    replaced = ReplacedClaim(application_id=first.claim.application_id, receipt=first.claim.receipt)
    opening.open_cases([received(first), received(application(replaces=replaced))], uow)
    assert sorted(case.state for case in uow.of(Cases).rows.values()) == ["accepted", "not_accepted"]


def test_without_remedies_a_machine_turns_nobody_away_and_a_person_finds_the_reason() -> None:
    uow = review_unit()
    first = opened(uow)
    parent, level, settings = uow.registry.tenants["zhanggong"]
    uow.registry.tenants["zhanggong"] = (parent, level, settings.model_copy(update={"remedies": None}))
    second = file(uow, **in_place_of(first))
    assert (second.state, [each.code for each in second.remarks]) == ("received", ["earlier_claim_stands"])
    assert [task.kind for task in second.tasks] == ["acceptance"]
