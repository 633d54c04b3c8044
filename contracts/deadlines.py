"""Deadlines that moved, because a calendar arrived or was corrected or a tenant has other office hours; and those that
nobody can say yet, because the working days of their year are not published.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from contracts.duties import Attention
from contracts.intake import Claim
from contracts.message import Event, Id, Model, Query, ServiceName
from contracts.treasury import DisbursementEvent


class DeadlineMove(Model):
    """From when to when, and on the ground of which calendars.

    No instant: it cannot be known while the working days of `awaits_year` are not published.
    """

    was: datetime | None
    due_at: datetime | None
    awaits_year: int | None = None
    reason: str
    moved_at: datetime


class DeadlineMoves(Model):
    items: tuple[DeadlineMove, ...]


class ListReviewDeadlineMoves(Query[DeadlineMoves]):
    """How a case's review limit came to end when it does, the earliest move first."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id


class ListPayoutDeadlineMoves(Query[DeadlineMoves]):
    """The same of a disbursement's payout limit."""

    owner: ClassVar[ServiceName] = "treasury"

    disbursement_id: Id


class ReviewDeadlineUndetermined(Event):
    """`used_percent` (50 or 80) of the review limit is gone, and when it ends cannot be said: it waits for the working days
    of `awaits_year`. Said in place of ReviewDeadlineApproaching; ReviewDeadlineMoved brings the instant.
    """

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    used_percent: int
    awaits_year: int
    attention: Attention | None = None


class PayoutDeadlineUndetermined(DisbursementEvent):
    """The same of a payout limit, in place of PayoutDeadlineApproaching."""

    used_percent: int
    awaits_year: int
    attention: Attention | None = None
