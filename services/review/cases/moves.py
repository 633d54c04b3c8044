"""The moves of a case: its states, and the event that reports each move. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.case_events import CaseNotAccepted, CaseReopened, CaseWithdrawn
from contracts.message import Event
from contracts.review import CaseAccepted, CaseApproved, CaseRejected, CaseState, InspectionRecorded, TaskAssigned

MOVES: Mapping[tuple[CaseState | None, CaseState], type[Event]] = {
    (None, "received"): TaskAssigned,
    (None, "accepted"): CaseAccepted,
    ("received", "accepted"): CaseAccepted,
    (None, "not_accepted"): CaseNotAccepted,
    ("received", "not_accepted"): CaseNotAccepted,
    ("received", "withdrawn"): CaseWithdrawn,
    ("accepted", "accepted"): InspectionRecorded,
    ("accepted", "approved"): CaseApproved,
    ("accepted", "rejected"): CaseRejected,
    ("accepted", "withdrawn"): CaseWithdrawn,
    ("approved", "withdrawn"): CaseWithdrawn,
    ("approved", "accepted"): CaseReopened,
    ("rejected", "accepted"): CaseReopened,
}
"""Every edge and the event that reports it. A filing that somebody has to accept begins with that task; what a machine can
check whole is accepted at once. An approval that has not left the house yet may still be withdrawn by the enterprise; what is
not money is granted by BenefitGranted in the place of CaseApproved. A decision is said when its undo window closes; one that was
undone before (`Case.undo`) is no move: nobody has heard of it."""

OPEN: frozenset[CaseState] = frozenset({"received", "accepted"})
"""The states in which somebody has something to do."""

OUTCOMES: Mapping[CaseState, str] = {
    "approved": "批准",
    "rejected": "退回不予批准",
    "not_accepted": "不予受理",
    "withdrawn": "由企业撤回",
}
