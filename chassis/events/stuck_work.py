"""Stuck work as it is told and redriven over the bus, by the contracts of `contracts.stuck_work`."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Engine, RowMapping, text

from chassis.events.quarantine import Quarantined, send_again
from chassis.events.stuck import OVERDUE, NotStuck, StuckJob, StuckMessage, redrive_job, redrive_message
from chassis.read.reader import Reader
from chassis.write.unit import Unit
from contracts.identity import PLATFORM
from contracts.message import ServiceName, TenantId
from contracts.stuck_work import (
    GetStuckWork,
    ListStuckWork,
    RedriveStuckWork,
    StuckPiece,
    StuckPieceView,
    StuckWork,
)

SHOWN_BYTES = 20_000
"""How much of a message is shown: enough to see what it is."""

EVENTS = """
    SELECT 'event' AS kind, event_id AS id, tenant, type AS what,
        aggregate_type || '/' || aggregate_id || ' 第 ' || sequence || ' 条' AS subject, error,
        parked_at AS since, attempts, state = 'dead' AS stopped,
        CASE WHEN state = 'dead' THEN NULL ELSE next_attempt_at END AS next_attempt_at,
        CAST(NULL AS timestamptz) AS in_hand_since
    FROM parked WHERE CAST(:tenant AS text) IS NULL OR tenant = :tenant
"""
UNREADABLE = """
    SELECT 'unreadable', id, NULL, queue, octet_length(body) || ' 字节', error, quarantined_at, 0, true, NULL, NULL
    FROM quarantine WHERE resolved_at IS NULL AND CAST(:tenant AS text) IS NULL
"""
TIMERS = """
    SELECT 'timer', kind || '/' || subject, tenant, kind, subject, coalesce(error, ''), due_at, attempts,
        stopped_at IS NOT NULL, CASE WHEN stopped_at IS NULL THEN due_at END,
        CASE WHEN lease_until > :now THEN claimed_at END
    FROM job WHERE (attempts > 0 OR due_at < :late OR stopped_at IS NOT NULL) AND (CAST(:tenant AS text) IS NULL OR tenant = :tenant)
"""
ALL_OF_IT = f"WITH stuck AS ({EVENTS} UNION ALL {UNREADABLE} UNION ALL {TIMERS})"
OLDEST = text(
    f"{ALL_OF_IT} SELECT stuck.*, count(*) OVER () AS total FROM stuck ORDER BY since, kind, id, tenant LIMIT :limit"
)
ONE = text(f"{ALL_OF_IT} SELECT * FROM stuck WHERE kind = :kind AND id = :id ORDER BY tenant LIMIT 1")

BODIES = {
    "event": text("SELECT body FROM parked WHERE event_id = :id AND tenant = :tenant"),
    "unreadable": text("SELECT body FROM quarantine WHERE id = :id AND resolved_at IS NULL"),
}

MESSAGE = """
    SELECT tenant, origin, event_id, type, aggregate_type, aggregate_id, sequence, cause, state, error, attempts,
        parked_at, next_attempt_at, body
    FROM parked WHERE tenant = :tenant AND event_id = :id FOR UPDATE
"""
JOB = """
    SELECT tenant, kind, subject, due_at, lease_until, attempts, error, claimed_at, stopped_at FROM job
    WHERE tenant = :tenant AND kind || '/' || subject = :id FOR UPDATE
"""
UNREAD = text(
    "SELECT id, queue, body, properties, error, quarantined_at, resolved_at, resolution FROM quarantine WHERE id = :id"
)


def list_stuck_work(query: ListStuckWork, reader: Reader, engine: Engine, service: str) -> StuckWork:
    """`engine` is the frame's role: what is stuck is of all tenants, and shown to each as far as it is its own."""
    asked = _asked(reader, of=_seen_by(reader.tenant)) | {"limit": query.limit}
    with engine.connect() as connection:
        rows = connection.execute(OLDEST, asked).mappings().all()
    return StuckWork(
        items=tuple(_piece(row, service) for row in rows),
        total=rows[0]["total"] if rows else 0,
    )


def get_stuck_work(query: GetStuckWork, reader: Reader, engine: Engine, service: str) -> StuckPieceView:
    """Raises NotStuck."""
    asked = _asked(reader, of=_seen_by(reader.tenant)) | {"kind": query.kind, "id": query.id}
    with engine.connect() as connection:
        row = connection.execute(ONE, asked).mappings().first()
        if row is None:
            raise NotStuck()
        body: Any = ""
        if query.kind in BODIES:
            body = connection.execute(BODIES[query.kind], {"id": query.id, "tenant": row["tenant"]}).scalar() or ""
    return StuckPieceView(piece=_piece(row, service), body=_readable(body))


def redrive_stuck_work(cmd: RedriveStuckWork, uow: Unit, engine: Engine, amqp_url: str, service: str) -> StuckPiece:
    """Raises NotStuck, BeingWorkedOn, NotInQuarantine; and what the broker raises, to which an unreadable message goes
    back before the command is concluded: said again, it finds the message gone.
    """
    if cmd.kind == "unreadable":
        return _sent_again(cmd, uow, engine, amqp_url, service)
    row = uow.execute(MESSAGE if cmd.kind == "event" else JOB, {"tenant": uow.tenant, "id": cmd.id}).mappings().first()
    if row is None:
        raise NotStuck()
    if cmd.kind == "event":
        message = StuckMessage(**row)
        redrive_message(uow, message)
        subject = f"{message.aggregate_type}/{message.aggregate_id} 第 {message.sequence} 条"
        return _going(cmd, uow, service, message.type, subject, message.error, message.parked_at)
    job = StuckJob(**row)
    redrive_job(uow, job)
    return _going(cmd, uow, service, job.kind, job.subject, job.error or "", job.due_at)


def _sent_again(cmd: RedriveStuckWork, uow: Unit, engine: Engine, amqp_url: str, service: str) -> StuckPiece:
    """What nobody can read is nobody's but the platform's."""
    if uow.tenant != PLATFORM:
        raise NotStuck()
    with engine.connect() as connection:
        row = connection.execute(UNREAD, {"id": cmd.id}).mappings().first()
    if row is None:
        raise NotStuck()
    message = Quarantined(**{**row, "body": bytes(row["body"])})
    send_again(engine, amqp_url, message, by=uow.actor.id, at=uow.now)
    subject = f"{len(message.body)} 字节"
    return _going(cmd, uow, service, message.queue, subject, message.error, message.quarantined_at)


def _going(
    cmd: RedriveStuckWork, uow: Unit, service: str, what: str, subject: str, error: str, since: Any
) -> StuckPiece:
    """The piece on its way again."""
    return StuckPiece(
        service=cast("ServiceName", service),
        kind=cmd.kind,
        id=cmd.id,
        tenant=None if cmd.kind == "unreadable" else uow.tenant,
        what=what,
        subject=subject,
        error=error,
        since=since,
        attempts=0,
        stopped=False,
        next_attempt_at=uow.now,
    )


def _seen_by(tenant: TenantId) -> TenantId | None:
    """Whose work is shown: of all, to the platform."""
    return None if tenant == PLATFORM else tenant


def _asked(reader: Reader, *, of: TenantId | None) -> dict[str, Any]:
    return {"tenant": of, "late": reader.now - OVERDUE, "now": reader.now}


def _piece(row: RowMapping, service: str) -> StuckPiece:
    return StuckPiece.model_validate({**row, "service": service})


def _readable(body: Any) -> str:
    raw = body.encode() if isinstance(body, str) else bytes(body)
    return raw[:SHOWN_BYTES].decode(errors="backslashreplace")
