"""Deadlines that moved: because a calendar arrived or was corrected, or because a tenant has other office hours."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from contracts.message import Id, Model, Query, ServiceName


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
