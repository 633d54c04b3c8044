"""The moves of a disbursement: its states, the event that reports each move, and what the states have in common. Pure.

received → held | ready → authorised (maker ≠ checker) → sent → settled | failed | unknown; unknown → settled |
failed; settled → returned; before sending → cancelled, and from authorised back to ready where the release does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping

from contracts.duties import DutyKind
from contracts.treasury import (
    DisbursementAuthorised,
    DisbursementCancelled,
    DisbursementEvent,
    DisbursementFailed,
    DisbursementHeld,
    DisbursementReady,
    DisbursementRecalled,
    DisbursementReturned,
    DisbursementSent,
    DisbursementSettled,
    DisbursementState,
    DisbursementUnknown,
)

MOVES: Mapping[tuple[DisbursementState, DisbursementState], type[DisbursementEvent]] = {
    ("received", "held"): DisbursementHeld,
    ("received", "ready"): DisbursementReady,
    ("held", "ready"): DisbursementReady,
    ("ready", "authorised"): DisbursementAuthorised,
    ("authorised", "ready"): DisbursementRecalled,
    ("authorised", "sent"): DisbursementSent,
    ("sent", "settled"): DisbursementSettled,
    ("sent", "failed"): DisbursementFailed,
    ("sent", "unknown"): DisbursementUnknown,
    ("unknown", "settled"): DisbursementSettled,
    ("unknown", "failed"): DisbursementFailed,
    ("settled", "returned"): DisbursementReturned,
    ("held", "cancelled"): DisbursementCancelled,
    ("ready", "cancelled"): DisbursementCancelled,
    ("authorised", "cancelled"): DisbursementCancelled,
}
"""Every edge and the event that reports it. There is no way from unknown to sent: the bank is only asked."""

TAKEN_UP: frozenset[DisbursementState] = frozenset({"ready", "authorised"})
"""From these to sent without being sent: the bank was found to have carried it out before the books were restored."""

ASKS: Mapping[type[DisbursementEvent], DutyKind] = {
    DisbursementReady: "payment_check",
    DisbursementRecalled: "payment_check",
    DisbursementHeld: "finance",
    DisbursementUnknown: "payment_maker",
    DisbursementFailed: "payment_maker",
    DisbursementReturned: "payment_maker",
}
"""The events after which somebody has to act, and whose turn it is then."""

TURN: Mapping[DisbursementState, DutyKind] = {"ready": "payment_check", "held": "finance"}
"""Whose turn it is in which state, while the payout limit runs; in all others it is the maker's."""

RESERVING: frozenset[DisbursementState] = frozenset({"ready", "authorised", "sent", "unknown"})
"""States whose amount the budget line holds."""

IN_FLIGHT: frozenset[DisbursementState] = frozenset({"sent", "unknown"})
"""An instruction may be at the bank, and we do not know yet what came of it."""

UNSENT: tuple[DisbursementState, ...] = ("held", "ready", "authorised")
"""Nothing of it is at the bank: the account that it will be paid to may still be another one."""

CLOCK_RUNS: tuple[DisbursementState, ...] = ("held", "ready", "authorised", "sent", "unknown", "failed")
"""The payout limit runs: somebody of ours has to act, and what failed is still to be paid."""

OVER: frozenset[DisbursementState] = frozenset({"failed", "returned", "cancelled"})
"""Nothing is paid by this attempt, nor will be: another one may take its place."""
