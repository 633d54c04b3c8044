"""Which of what an enterprise could be told it is told, and what is one occasion although it is said several times."""

from __future__ import annotations

from chassis.events.received import Received
from contracts.case_events import CaseReassessed, CaseResumed, CaseSuspended, ObjectionAnswered, SupplementLapsed
from contracts.integrity_events import RecoveryDecided
from contracts.review import CaseAccepted, CaseApproved
from services.notify.messages.templates import Tellable

SAID_OTHERWISE = frozenset({"supplement", "reopened"})
"""Why a clock stands still that the enterprise reads in another message, or has moved itself just now."""


def is_told(event: Tellable) -> bool:
    """Nobody reads of what is no news to them.

    A list's lines are accepted by whoever drew it up; an answered supplement starts the clock by the enterprise's own
    hand; an objection that came to nothing, and facts that left the amount as it was, change nothing for it; of a claim
    that is withdrawn for want of an answer the withdrawal tells.
    """
    match event:
        case CaseAccepted():
            return event.claim.mode != "no_application"
        case CaseSuspended() | CaseResumed():
            return event.cause not in SAID_OTHERWISE
        case ObjectionAnswered():
            return event.upheld
        case CaseReassessed():
            return event.was_fen != event.now_fen
        case SupplementLapsed():
            return event.then == "decided_as_filed"
        case _:
            return True


def occasion(event: Received[Tellable]) -> str:
    """What a message is about: the event; but an approval, which is said once per payer and receiver, is told once, and so
    is a case's acceptance. A recovery decision is said before the approval of less that it makes, and stands for it."""
    data = event.data
    if isinstance(data, CaseApproved | RecoveryDecided):
        return f"{data.case_id}/{data.revision}/{data.instalment}"
    if isinstance(data, CaseAccepted):
        return f"accepted/{data.case_id}"
    return event.id
