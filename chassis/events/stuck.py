"""Stuck work as an operator handles it: set aside or overdue, sent on its way again, or given up for good.

Every intervention is a unit of work of its own and leaves a fact in the sealed audit: who, when, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from chassis.events.parking import release
from chassis.write.unit import Unit
from contracts.aggregate import Aggregate
from contracts.refusal import Conflict, NotFound

OVERDUE = timedelta(minutes=1)
"""A job that has been due for longer than this is stuck, whatever its attempts say."""


class NotStuck(NotFound):
    """There is no such message or job here, or it has gone on its way meanwhile."""

    code = "not_stuck"
    sentence = "没有这条搁置的工作，或它已被处理。"


class PredecessorMissing(Conflict):
    """Giving this one up would skip events before it that may still be applied."""

    code = "predecessor_missing"
    sentence = "同一对象的前一条事件（第 {expected} 条）尚未处理，请先处理前一条。"


class BeingWorkedOn(Conflict):
    """A worker holds the job at this moment."""

    code = "being_worked_on"
    sentence = "该定时工作正在办理中，请稍后再看。"


@dataclass(frozen=True, slots=True)
class StuckMessage:
    """A parked event.

    `tenant` is whom it is addressed to, `origin` owns the aggregate; `body` is the envelope.
    """

    tenant: str
    origin: str
    event_id: str
    type: str
    aggregate_type: str
    aggregate_id: str
    sequence: int
    cause: str
    state: str
    error: str
    attempts: int
    parked_at: datetime
    next_attempt_at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class StuckJob:
    """A timer that has failed before or should have fired long ago."""

    tenant: str
    kind: str
    subject: str
    due_at: datetime
    lease_until: datetime | None
    attempts: int
    error: str | None
    claimed_at: datetime | None
    stopped_at: datetime | None

    def in_hand_since(self, now: datetime) -> datetime | None:
        """When the handler that works at it now began, if one does."""
        return self.claimed_at if self.lease_until is not None and self.lease_until > now else None


def stuck_messages(engine: Engine) -> list[StuckMessage]:
    """Everything parked, of all tenants, oldest first; `engine` is the frame's role."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT tenant, origin, event_id, type, aggregate_type, aggregate_id, sequence, cause, state,"
                " error, attempts, parked_at, next_attempt_at, body FROM parked ORDER BY parked_at, sequence"
            )
        ).mappings()
        return [StuckMessage(**row) for row in rows]


def stuck_jobs(engine: Engine, now: datetime) -> list[StuckJob]:
    """Jobs that have failed at least once, are set aside or overdue, of all tenants; `engine` is the frame's role."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT tenant, kind, subject, due_at, lease_until, attempts, error, claimed_at, stopped_at FROM job"
                " WHERE attempts > 0 OR due_at < :late OR stopped_at IS NOT NULL ORDER BY due_at"
            ),
            {"late": now - OVERDUE},
        ).mappings()
        return [StuckJob(**row) for row in rows]


def redrive_message(uow: Unit, message: StuckMessage) -> None:
    """Try it again now, as if for the first time. The unit of work is for its tenant. Raises NotStuck."""
    moved = uow.execute(
        "UPDATE parked SET state = 'waiting', attempts = 0, next_attempt_at = :now"
        " WHERE tenant = :tenant AND event_id = :id",
        {"now": uow.now, "tenant": message.tenant, "id": message.event_id},
    )
    if moved.rowcount != 1:
        raise NotStuck()
    _leave_fact(uow, message.tenant, "parked_event", message.event_id, {"type": message.type, "error": message.error})


def dismiss_message(uow: Unit, message: StuckMessage, reason: str) -> None:
    """Never apply it: its place in the sequence is taken as seen, and what waited behind it goes on.

    The unit of work is for its tenant and its origin. Raises NotStuck, or PredecessorMissing where an
    earlier event of the same aggregate has not been applied.
    """
    key = {"tenant": message.origin, "at": message.aggregate_type, "ai": message.aggregate_id}
    # The position first, then the row, in the order in which the inbox takes them.
    seen = uow.execute(
        "SELECT sequence FROM position WHERE tenant = :tenant AND aggregate_type = :at"
        " AND aggregate_id = :ai FOR UPDATE",
        key,
    ).scalar()
    if (expected := (seen or 0) + 1) < message.sequence:
        raise PredecessorMissing(expected=expected)
    gone = uow.execute(
        "DELETE FROM parked WHERE tenant = :tenant AND event_id = :id",
        {"tenant": message.tenant, "id": message.event_id},
    )
    if gone.rowcount != 1:
        raise NotStuck()
    uow.execute(
        "INSERT INTO inbox (tenant, event_id, type, handled_at) VALUES (:tenant, :id, :type, :now)"
        " ON CONFLICT DO NOTHING",
        {"tenant": message.tenant, "id": message.event_id, "type": message.type, "now": uow.now},
    )
    uow.execute(
        "INSERT INTO position (tenant, aggregate_type, aggregate_id, sequence)"
        " VALUES (:tenant, :at, :ai, :sequence)"
        " ON CONFLICT (tenant, aggregate_type, aggregate_id) DO UPDATE SET sequence = EXCLUDED.sequence"
        " WHERE position.sequence < EXCLUDED.sequence",
        {**key, "sequence": message.sequence},
    )
    release(uow, {(message.origin, message.aggregate_type, message.aggregate_id)})
    what = {"type": message.type, "error": message.error, "reason": reason, "body": message.body}
    _leave_fact(uow, message.tenant, "parked_event", message.event_id, what)


def redrive_job(uow: Unit, job: StuckJob) -> None:
    """Do it now, as if for the first time. Raises NotStuck, or BeingWorkedOn while somebody holds it."""
    if job.lease_until is not None and job.lease_until > uow.now:
        raise BeingWorkedOn()
    moved = uow.execute(
        "UPDATE job SET due_at = :now, lease_until = NULL, attempts = 0, error = NULL, deaths = 0, stopped_at = NULL"
        " WHERE tenant = :tenant"
        " AND kind = :kind AND subject = :subject AND due_at = :due_at"
        " AND (lease_until IS NULL OR lease_until <= :now)",
        {
            "now": uow.now,
            "tenant": job.tenant,
            "kind": job.kind,
            "subject": job.subject,
            "due_at": job.due_at,
        },
    )
    if moved.rowcount != 1:
        raise NotStuck()
    _leave_fact(uow, job.tenant, "job", f"{job.kind}/{job.subject}", {"due_at": job.due_at, "error": job.error})


def _leave_fact(uow: Unit, tenant: str, subject_type: str, subject: str, what: dict[str, Any]) -> None:
    """The intervention in the audit chain: the n-th on a subject is its version n."""
    earlier = uow.execute(
        "SELECT greatest(0, (SELECT max(version) FROM audit_fact"
        " WHERE tenant = :tenant AND aggregate_type = :type AND aggregate_id = :id), (SELECT version FROM audit_archived"
        " WHERE tenant = :tenant AND aggregate_type = :type AND aggregate_id = :id))",
        {"tenant": tenant, "type": subject_type, "id": subject},
    ).scalar_one()
    uow.saved(Aggregate(id=subject, tenant=tenant, version=earlier + 1), subject_type, what)
