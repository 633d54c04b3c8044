"""What everyone may see afterwards: tracking by receipt."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.case_steps import PauseCause
from contracts.intake import ReceiptNumber
from contracts.message import Fen, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId


class TrackedStep(Model):
    """One thing that happened. `code` is the event's name; `text` a Chinese sentence; `by` a role, never a person."""

    code: str
    text: str
    at: datetime
    by: str = ""


class TrackingView(Model):
    """Where one case is. `tenant` is the claim's; `steps` are in the order of their time.

    `state` is submitted, supplementing, accepted, approved, rejected, not_accepted, withdrawn or granted (what is not
    money) until money moves; from then on held, ready, authorised, sent, unknown, settled, failed or returned: settled when
    all that was approved is, and until then where the slowest open payment is. A case that was reopened is accepted again. Of
    several instalments it is the first that is not over. `amount_fen` is what was approved in all. `due_at` is the payout
    limit once it runs, the review limit before; absent where none runs (any more), and while it waits for the working days of
    `awaits_year` to be published. While the review limit stands still, `paused` is why, and `projected_due_at` when it would
    have ended if it had gone on at once; while the enterprise supplements, `due_at` is until when it has to answer. `as_of`: the newest event that is in this answer; the projection is never ahead of
    it. `turn` is whose turn it is, with the telephone of its register, until it is over.
    """

    receipt: str
    tenant: TenantId
    item_title: str
    enterprise_masked: str
    mode: str
    state: str
    amount_fen: Fen | None
    due_at: datetime | None
    awaits_year: int | None = None
    submitted_at: datetime | None
    paid_at: datetime | None
    steps: tuple[TrackedStep, ...]
    as_of: datetime
    turn: str | None = None
    telephone: str | None = None
    paused: PauseCause | None = None
    projected_due_at: datetime | None = None


class TrackCase(Query[TrackingView]):
    """Where a case is. Public: receipt number and query code together are the key; neither is guessable."""

    owner: ClassVar[ServiceName] = "oversight"

    receipt: str = Field(min_length=6, max_length=60)
    query_code: str = Field(min_length=4, max_length=20)


class TrackingPage(Page):
    items: tuple[TrackingView, ...]


CaseStanding = Literal["yours", "under_way", "ended"]
"""轮到企业 · 办理中 · 已办结."""


class TrackOwnCases(PagedQuery[TrackingPage]):
    """The same for an enterprise's own cases, newest first, without query codes: all, those that stand so, or one."""

    owner: ClassVar[ServiceName] = "oversight"

    enterprise_id: Id
    standing: CaseStanding | None = None
    receipt: ReceiptNumber | None = None
