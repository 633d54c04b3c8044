"""Money of a case comes back by two persons, as its next revision: each payer and receiver loses its part, to the fen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.integrity import ConfirmRecovery, DeclineRecovery, FindingView, ProposeRecovery
from contracts.integrity_events import RecoveryDecided
from contracts.message import Actor
from contracts.refusal import Refused
from contracts.review import ApproveCase, CaseApproved
from services.review.cases import use_cases as deciding
from services.review.integrity.recovering import confirm_recovery, decline_recovery, propose_recovery
from services.review.integrity.store import RecoveryProposals
from services.review.register.store import AwardRegister
from tests.unit.review.acceptance_kit import FIRM
from tests.unit.review.integrity_kit import Held, integrity_unit
from tests.unit.review.review_kit import AMOUNT, LEADER, OFFICER, SECOND, STRANGER, TWO_TO_EIGHT, item_rules


def approved(**words: Any) -> Held:
    """A case that was approved, with an established finding about it."""
    held = Held(integrity_unit(**words))
    held.unit.actor = LEADER
    order = ApproveCase(case_id=held.case.id, amount_fen=AMOUNT, expected_version=held.case.version)
    deciding.approve_case(order, held.unit)
    held.opens()
    held.tells()
    held.is_heard(waived=True)
    held.is_decided()
    held.unit.recorded.clear()
    return held


def proposes(held: Held, amount_fen: int, by: Actor = OFFICER) -> FindingView:
    held.unit.actor = by
    said = {
        "number": "章科追决〔2026〕1号",
        "basis_zh": "《财政违法行为处罚处分条例》第十四条",
        "amount_fen": amount_fen,
    }
    order = ProposeRecovery(finding_id=held.finding_id, **said, expected_version=held.finding.version)
    return propose_recovery(order, held.unit)


def confirms(held: Held, by: Actor = LEADER) -> FindingView:
    held.unit.actor = by
    (proposed,) = [each for each in held.unit.of(RecoveryProposals).rows.values() if each.state == "proposed"]
    return confirm_recovery(ConfirmRecovery(recovery_id=proposed.id, expected_version=proposed.version), held.unit)


def refused(does: Any, *arguments: Any, **words: Any) -> str:
    with pytest.raises(Refused) as refusal:
        does(*arguments, **words)
    return refusal.value.code


def told(held: Held) -> list[CaseApproved]:
    return [each for each in held.unit.events if isinstance(each, CaseApproved)]


def test_a_part_comes_back_as_the_next_revision_and_the_firm_hears_of_it_first() -> None:
    held = approved()
    view = proposes(held, AMOUNT // 3)
    assert (view.recoveries[0].state, told(held), held.case.revision) == ("proposed", [], 1)
    view = confirms(held)
    assert (view.recoveries[0].state, view.recoveries[0].revision, view.recoverable_fen) == (
        "confirmed",
        2,
        AMOUNT * 2 // 3,
    )
    assert [type(each) for each in held.unit.events] == [RecoveryDecided, CaseApproved]
    (approval,) = told(held)
    assert (approval.amount_fen, approval.total_fen, approval.revision) == (AMOUNT * 2 // 3, AMOUNT * 2 // 3, 2)
    assert sum(each.amount_fen for each in approval.borne) == approval.amount_fen
    (decided,) = [each for each in held.unit.events if isinstance(each, RecoveryDecided)]
    assert (decided.amount_fen, decided.proposed_by, decided.decided_by) == (AMOUNT // 3, OFFICER.id, LEADER.id)
    assert held.unit.of(AwardRegister).places, "the place stays held until the money is back"
    assert held.unit.of(AwardRegister).granted[-1].fen == AMOUNT * 2 // 3


def test_all_of_it_may_come_back_and_then_nothing_is_left_to_recover() -> None:
    held = approved()
    proposes(held, AMOUNT)
    confirms(held)
    assert [each.amount_fen for each in told(held)] == [0]
    assert refused(proposes, held, 1) == "nothing_to_recover"


def test_the_one_who_proposes_it_does_not_confirm_it() -> None:
    held = approved()
    proposes(held, 100)
    assert refused(confirms, held, by=OFFICER) == "recovery_second_person_required"
    assert refused(confirms, held, by=STRANGER) == "finding_not_found"
    assert refused(confirms, held, by=FIRM) == "recovery_by_staff_only"
    assert refused(proposes, held, 100, by=SECOND) == "recovery_asked_already"
    assert held.case.revision == 1


def test_no_more_than_was_granted_comes_back() -> None:
    held = approved()
    assert refused(proposes, held, AMOUNT + 1) == "recovery_too_much"


def test_what_is_declined_changes_nothing_and_may_be_proposed_again() -> None:
    held = approved()
    view = proposes(held, 100)
    held.unit.actor = SECOND
    order = DeclineRecovery(
        recovery_id=view.recoveries[0].recovery_id, reason="金额有误", expected_version=view.recoveries[0].version
    )
    assert decline_recovery(order, held.unit).recoveries[0].state == "declined"
    assert (told(held), held.case.revision) == ([], 1)
    assert proposes(held, 200).recoveries


def test_money_is_recovered_only_on_an_established_finding_of_a_case_whose_approval_is_known() -> None:
    held = Held()
    held.opens()
    assert refused(proposes, held, 100) == "finding_not_established"
    held.tells()
    held.is_heard(waived=True)
    held.is_decided()
    assert refused(proposes, held, 100) == "nothing_to_recover"
    assert refused(proposes, approved(undo_minutes=30), 100) == "nothing_to_recover", (
        "a held approval is undone instead"
    )


@given(st.lists(st.integers(1, AMOUNT // 4), min_size=1, max_size=4))
def test_city_and_county_lose_their_parts_to_the_fen_however_often_something_comes_back(steps: list[int]) -> None:
    held = approved(rules=item_rules(shares=TWO_TO_EIGHT))
    left = AMOUNT
    for amount in steps:
        held.unit.recorded.clear()
        proposes(held, amount)
        confirms(held)
        left -= amount
        paid = {each.payer: each for each in told(held)}
        assert sum(each.amount_fen for each in paid.values()) == left
        assert abs(paid["ganzhou"].amount_fen - left * 2 // 10) <= len(steps)
        for each in paid.values():
            assert sum(share.amount_fen for share in each.borne) == each.amount_fen
            assert sum(share.amount_fen for share in each.shares) == each.total_fen == left
