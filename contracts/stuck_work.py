"""Work that does not go on by itself: events set aside, messages that nobody can read, timers that fail.

Every service answers these about its own work; its frame does it for it (`contracts.operations`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.identity import InTenant
from contracts.message import Command, Model, Query, ServiceName, TenantId

StuckKind = Literal[
    "event",  # 搁置的事件
    "unreadable",  # 隔离的消息
    "timer",  # 定时工作
]

PieceId = Annotated[str, Field(min_length=1, max_length=300)]
"""An event's id, a quarantined message's, or `kind/subject` of a timer; with kind and tenant it means one thing."""


class StuckPiece(Model):
    """One piece of it. `what` is the event's type, the queue or the timer's kind; `subject` what it is about.

    `tenant` is absent for what nobody can read. `stopped`: it is not tried again by itself; else `next_attempt_at`.
    `in_hand_since`: somebody works at it now, and began then.
    """

    service: ServiceName
    kind: StuckKind
    id: PieceId
    tenant: TenantId | None
    what: str
    subject: str
    error: str
    since: datetime
    attempts: int
    stopped: bool
    next_attempt_at: datetime | None
    in_hand_since: datetime | None = None


class StuckWork(Model):
    """The oldest of it; `total` is how many there are."""

    items: tuple[StuckPiece, ...]
    total: int


class ListStuckWork(Query[StuckWork], InTenant):
    """What is stuck in one service, of the tenant asked for; whoever runs the platform sees that of all, and what belongs
    to none.
    """

    owner: ClassVar[ServiceName] = "catalog"

    limit: int = Field(default=100, ge=1, le=500)


class StuckPieceView(Model):
    """The same whole: `body` is the beginning of what was sent, or empty for a timer."""

    piece: StuckPiece
    body: str


class GetStuckWork(Query[StuckPieceView], InTenant):
    """One piece, to be read before anything is done about it."""

    owner: ClassVar[ServiceName] = "catalog"

    kind: StuckKind
    id: PieceId


class RedriveStuckWork(Command[StuckPiece], InTenant):
    """Try it again now, as if for the first time. It is journalled who did."""

    owner: ClassVar[ServiceName] = "catalog"

    kind: StuckKind
    id: PieceId
