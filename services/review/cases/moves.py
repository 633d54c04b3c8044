"""The moves of a case: its states, and the event that reports each move. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.message import Event
from contracts.review import CaseAccepted, CaseApproved, CaseRejected, CaseState, InspectionRecorded

MOVES: Mapping[tuple[CaseState | None, CaseState], type[Event]] = {
    (None, "accepted"): CaseAccepted,
    ("accepted", "accepted"): InspectionRecorded,
    ("accepted", "approved"): CaseApproved,
    ("accepted", "rejected"): CaseRejected,
    (None, "rejected"): CaseRejected,
}
"""Every edge and the event that reports it. What is approved or rejected stays so; what is not even accepted
(不予受理) is rejected at once."""

OUTCOMES: Mapping[CaseState, str] = {"approved": "批准", "rejected": "退回不予批准"}
