"""D: what is late is known to be late, and nothing that is under way has been forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, text

from chassis.time.clock import CHINA
from console.operating.checks import successors
from console.operating.checks.findings import Finding, Notice
from console.operating.checks.look import Invariant, Look
from console.operating.checks.waiting import waiting_for_calendars

GRACE = timedelta(minutes=1)
"""How long a timer may take: work that came due less than this ago is not late."""

MESSAGE_LIMIT = timedelta(hours=2)
"""Notify gives a message up after about an hour of attempts; one that is pending for longer is stuck."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A kind of thing that must not come to a standstill. `open` selects those under way in its service's
    database.

    Its columns: tenant, id, name (for people) and due_at. `alarm` is the subject type of its alarms; without
    one nothing excuses lateness.
    """

    service: str
    what: str
    open: str
    alarm: str | None = None


WATCHED: Sequence[Watched] = (
    Watched(
        "review",
        "办件",
        "SELECT tenant, id, claim ->> 'receipt' AS name, due_at FROM review_case"
        " WHERE state = 'accepted' AND review_limit IS NOT NULL",
        alarm="case",
    ),
    Watched(
        "review",
        "可撤回期内的决定",
        "SELECT tenant, id, claim ->> 'receipt' AS name, undo_until AS due_at FROM review_case"
        " WHERE undo_until IS NOT NULL",
    ),
    Watched(
        "treasury",
        "支付",
        "SELECT tenant, id, claim ->> 'receipt' AS name, due_at FROM disbursement"
        " WHERE state IN ('held', 'ready', 'authorised', 'sent', 'unknown')",
        alarm="disbursement",
    ),
    Watched(
        "notify",
        "消息",
        "SELECT tenant, id, claim ->> 'receipt' AS name, created_at + :message_limit AS due_at FROM message"
        " WHERE state = 'pending'",
    ),
)

LATE_OR_FORGOTTEN = """
SELECT o.tenant, o.name, o.due_at, coalesce(o.due_at < :late, false) AS late FROM ({open}) AS o
WHERE NOT EXISTS (
    SELECT FROM alarm a
    WHERE (a.tenant, a.subject_type, a.subject) = (o.tenant, :alarm, o.id) AND a.level >= 100)
AND (o.due_at < :late OR NOT EXISTS (
    SELECT FROM job j WHERE (j.tenant, j.subject) = (o.tenant, o.id)))
ORDER BY o.tenant, o.id
"""


def silent_lateness(connection: Connection, kind: Watched, now: datetime) -> list[Finding]:
    """Those past their deadline without an alarm, and those that no timer will ever look at again."""
    rows = connection.execute(
        text(LATE_OR_FORGOTTEN.format(open=kind.open)).bindparams(
            late=now - GRACE,
            alarm=kind.alarm or "",
            **({"message_limit": MESSAGE_LIMIT} if ":message_limit" in kind.open else {}),
        )
    )
    return [
        Finding(
            "D",
            row.tenant,
            f"{kind.what}（收件编号 {row.name}）"
            + (f"已过时限 {_china(row.due_at)}，没有告警" if row.late else "没有任何定时工作跟进"),
        )
        for row in rows
    ]


def overdue_jobs(engine: Engine, service: str, now: datetime) -> list[Finding]:
    """Timers that should have fired more than a minute ago; `engine` is the frame's role on the service's
    database."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT tenant, kind, subject, due_at FROM job WHERE due_at < :late ORDER BY due_at"),
            {"late": now - GRACE},
        ).all()
    return [
        Finding(
            "D",
            row.tenant,
            f"{service} 的定时工作 {row.kind}/{row.subject} 应于 {_china(row.due_at)} 办理，尚未办理",
        )
        for row in rows
    ]


def late_in_silence(look: Look) -> Iterator[Finding | Notice]:
    """What is late without an alarm, what nothing will ever follow, and timers that did not fire; and what has no due date
    yet.
    """
    for kind in WATCHED:
        with look.books.snapshot(kind.service, look.tenants) as connection:
            yield from silent_lateness(connection, kind, look.now)
    with look.books.snapshot("treasury", look.tenants) as treasury:
        yield from successors.unfollowed(treasury)
    for name in look.books.names:
        yield from overdue_jobs(look.books.frame(name), name, look.now)
    yield from waiting_for_calendars(look)


INVARIANT = Invariant("D", "逾期必报：过期未结必有告警，定时工作不积压", "nothing is late in silence", late_in_silence)


def _china(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
