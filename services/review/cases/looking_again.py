"""A decision that is taken back: undone before anybody outside has heard of it, or looked at again afterwards. Pure."""

from __future__ import annotations

from datetime import datetime

from contracts.case_events import CaseReopened
from services.review.cases.case import Case


def decide_nothing(case: Case) -> None:
    """Its decision, of which nobody outside has heard, was none; the number of a grant is not used again."""
    if case.state == "approved":
        case.revision += 1
    case.state, case.decision, case.undo_until = "accepted", None, None


def reopen(case: Case, reason: str, asked_by: str, agreed_by: str, at: datetime) -> None:
    """Look at it again, from now on: what is decided next supersedes what was."""
    before, case.state, case.decision, case.notice_number = case.state, "accepted", None, None
    case.revision, case.reopened_at = case.revision + 1, at
    told = CaseReopened(
        case_id=case.id,
        claim=case.claim,
        revision=case.revision,
        reason=reason,
        asked_by=asked_by,
        agreed_by=agreed_by,
        reopened_at=at,
        attention=case.own_owner.attention,
    )
    case.report(before, told)
