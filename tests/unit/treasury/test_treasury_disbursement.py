"""The life of a disbursement: every move that exists, and that no other does."""

from __future__ import annotations

from typing import get_args

import pytest

from chassis.testing.fakes import NOON
from contracts.status_labels import DISBURSEMENT
from contracts.treasury import (
    DisbursementEvent,
    DisbursementReturned,
    DisbursementSettled,
    DisbursementState,
    PayoutDeadlineApproaching,
    PayoutDeadlineMissed,
)
from services.treasury.account_copies.domain import CurrentAccount
from services.treasury.disbursements.identity import disbursement_id
from services.treasury.disbursements.moves import IN_FLIGHT, MOVES, OVER, RESERVING
from services.treasury.disbursements.refusals import DisbursementNotReady, MakerIsChecker, MoveNotAllowed
from tests.unit.treasury.treasury_kit import CHECKER, LAKH, MAKER, payee, ready, received_disbursement, sent

STATES = frozenset(get_args(DisbursementState))
TERMINAL = {"settled", "returned", "failed", "cancelled"}


def reachable(state: str) -> set[str]:
    found: set[str] = set()
    while more := {to for source, to in MOVES if source in {state, *found}} - found:
        found |= more
    return found


def test_every_state_has_its_moves_and_its_name() -> None:
    assert {state for move in MOVES for state in move} == STATES
    assert set(DISBURSEMENT) == STATES


def test_every_end_can_be_reached_and_only_ends_have_no_way_on() -> None:
    assert reachable("received") == STATES - {"received"}
    assert {state for state in STATES if not reachable(state)} == TERMINAL - {"settled"}
    assert reachable("settled") == {"returned"}


def test_every_move_reports_an_event_of_its_own_end() -> None:
    ends: dict[type[DisbursementEvent], set[str]] = {}
    for (_, to), event in MOVES.items():
        ends.setdefault(event, set()).add(to)
    assert all(len(states) == 1 for states in ends.values())


def test_what_is_unknown_can_only_settle_or_fail() -> None:
    assert {to for source, to in MOVES if source == "unknown"} == {"settled", "failed"}


def test_nothing_reaches_the_bank_without_a_second_person() -> None:
    assert {source for source, to in MOVES if to == "sent"} == {"authorised"}
    assert {source for source, to in MOVES if to == "authorised"} == {"ready"}


def test_what_may_be_at_the_bank_is_never_cancelled() -> None:
    cancellable = {source for source, to in MOVES if to == "cancelled"}
    assert cancellable == {"held", "ready", "authorised"}
    assert not cancellable & IN_FLIGHT


def test_money_is_reserved_from_ready_until_the_bank_has_said_how_it_ends() -> None:
    assert STATES - TERMINAL - {"received", "held"} == RESERVING
    assert TERMINAL - {"settled"} == OVER


def test_the_maker_is_never_the_checker() -> None:
    disbursement = ready()
    with pytest.raises(MakerIsChecker):
        disbursement.authorise(by=MAKER, at=NOON)
    assert (disbursement.state, disbursement.authorised_by) == ("ready", None)


def test_only_what_is_ready_can_be_authorised() -> None:
    disbursement = received_disbursement()
    disbursement.hold("没有预算")
    with pytest.raises(DisbursementNotReady, match="待预算"):
        disbursement.authorise(by=CHECKER.id, at=NOON)


def test_a_move_that_does_not_exist_changes_nothing() -> None:
    disbursement = sent()
    said = len(disbursement.pending)
    with pytest.raises(MoveNotAllowed):
        disbursement.cancel("后来的批准")
    assert (disbursement.state, disbursement.reason, len(disbursement.pending)) == ("sent", None, said)


def test_an_instruction_is_the_same_for_the_same_attempt_and_another_for_another() -> None:
    first, again = sent(), sent()
    assert first.instruction_id == again.instruction_id
    second = first.next_attempt(CurrentAccount("enterprise-1", payee(2)), at=NOON, year=2026, payout_days=1)
    assert (second.attempt, second.previous_id, second.state) == (2, first.id, "received")
    assert second.id != first.id
    assert (second.authorised_by, second.instruction_id, second.line_id) == (None, None, None)


def test_the_id_follows_from_case_payer_revision_instalment_and_attempt() -> None:
    variants = {
        disbursement_id("c", "p", 1, 1),
        disbursement_id("d", "p", 1, 1),
        disbursement_id("c", "q", 1, 1),
        disbursement_id("c", "p", 2, 1),
        disbursement_id("c", "p", 1, 2),
        disbursement_id("c", "p", 1, 1, 2),
    }
    assert len(variants) == 6
    assert disbursement_id("c", "p", 1, 1) == disbursement_id("c", "p", 1, 1, 1)


def test_events_come_from_the_payer_and_carry_no_account_number() -> None:
    disbursement = sent(payer="ganzhou")
    disbursement.settle("SBK1", NOON)
    disbursement.take_back("账户已销户")
    settled, returned = disbursement.pending[-2:]
    assert isinstance(settled.event, DisbursementSettled)
    assert isinstance(returned.event, DisbursementReturned)
    assert {recorded.to for recorded in disbursement.pending} == {"ganzhou"}
    assert all("sealed" not in recorded.event.model_dump_json() for recorded in disbursement.pending)
    assert settled.event.amount_fen == LAKH


def test_a_warning_is_a_breach_at_one_hundred_percent() -> None:
    disbursement = ready()
    disbursement.due_at = NOON
    disbursement.warn(80)
    disbursement.warn(100)
    approaching, missed = (recorded.event for recorded in disbursement.pending[-2:])
    assert isinstance(approaching, PayoutDeadlineApproaching)
    assert isinstance(missed, PayoutDeadlineMissed)
    assert (approaching.used_percent, disbursement.alarmed) == (80, 100)
