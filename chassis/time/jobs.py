"""Durable timers: work that is due at an instant, claimed by lease, done in the transaction of its effect.

A job is a row (tenant, kind, subject, due_at). Any replica may claim it; a claim is a lease, so that a
replica that dies holding one only delays it. The handler ends a job with `uow.finish(job)` in the same
transaction as the effect, or leaves it to be tried again with backoff.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, text

from chassis.write.unit import Unit

LEASE = timedelta(seconds=30)
"""How long a claim holds. Longer than any port's deadline, so that a live worker is not overtaken."""

LONGEST_BACKOFF = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed piece of due work. `attempts` counts earlier tries that failed; `lease_until` tells our claim
    from another worker's."""

    tenant: str
    kind: str
    subject: str
    due_at: datetime
    attempts: int = 0
    lease_until: datetime | None = field(default=None, compare=False)


class JobBook:
    """The jobs that one unit of work schedules and ends."""

    def __init__(self, uow: Unit) -> None:
        self._uow = uow
        self._due: list[tuple[tuple[str, str, str], datetime]] = []

    def schedule_many(self, kind: str, rows: Iterable[tuple[str, str, datetime]]) -> None:
        # Rows are locked in key order, so that two batches cannot deadlock on each other's jobs.
        latest = sorted({(tenant, subject): at for tenant, subject, at in rows}.items())
        if not latest:
            return
        self._uow.execute(
            "INSERT INTO job (tenant, kind, subject, due_at) SELECT t, :kind, s, a FROM unnest("
            "CAST(:tenants AS text[]), CAST(:subjects AS text[]), CAST(:ats AS timestamptz[])) AS r(t, s, a)"
            " ON CONFLICT (tenant, kind, subject)"
            " DO UPDATE SET due_at = EXCLUDED.due_at, lease_until = NULL, attempts = 0, error = NULL",
            {
                "kind": kind,
                "tenants": [key[0] for key, _at in latest],
                "subjects": [key[1] for key, _at in latest],
                "ats": [at for _key, at in latest],
            },
        )
        self._due += [((tenant, kind, subject), at) for (tenant, subject), at in latest]

    def unschedule(self, kind: str, subject: str, *, tenant: str) -> None:
        self._uow.execute(
            "DELETE FROM job WHERE tenant = :tenant AND kind = :kind AND subject = :subject",
            {"tenant": tenant, "kind": kind, "subject": subject},
        )

    def scheduled(self, kind: str, subjects: Sequence[str], *, tenant: str) -> dict[str, datetime]:
        rows = self._uow.execute(
            "SELECT subject, due_at FROM job WHERE tenant = :tenant AND kind = :kind"
            " AND subject = ANY (CAST(:subjects AS text[]))",
            {"tenant": tenant, "kind": kind, "subjects": list(subjects)},
        )
        return {row.subject: row.due_at for row in rows}

    def finish(self, job: Job) -> None:
        # Only the instant that was claimed is done: the handler may have scheduled the next one already, and be it
        # for the same instant.
        if ((job.tenant, job.kind, job.subject), job.due_at) in self._due:
            return
        self._uow.execute(
            "DELETE FROM job WHERE tenant = :tenant AND kind = :kind AND subject = :subject AND due_at = :due_at",
            {"tenant": job.tenant, "kind": job.kind, "subject": job.subject, "due_at": job.due_at},
        )

    def mark(self) -> int:
        return len(self._due)

    def rewind(self, mark: int) -> None:
        del self._due[mark:]

    @property
    def earliest(self) -> datetime | None:
        return min((at for _key, at in self._due), default=None)


CLAIM = text(
    "UPDATE job SET lease_until = :until FROM ("
    " SELECT tenant, kind, subject FROM job WHERE kind = :kind AND due_at <= :now"
    " AND (lease_until IS NULL OR lease_until < :now) ORDER BY due_at, subject LIMIT :n"
    " FOR UPDATE SKIP LOCKED) due"
    " WHERE (job.tenant, job.kind, job.subject) = (due.tenant, due.kind, due.subject)"
    " RETURNING job.tenant, job.kind, job.subject, job.due_at, job.attempts, job.lease_until"
)


def claim(engine: Engine, kind: str, now: datetime, limit: int) -> list[Job]:
    """Lease up to `limit` due jobs of one kind, across tenants, with the frame's role."""
    with engine.begin() as connection:
        rows = connection.execute(CLAIM, {"kind": kind, "now": now, "until": now + LEASE, "n": limit}).all()
    return sorted((Job(*row) for row in rows), key=lambda job: (job.due_at, job.subject))


def renew(engine: Engine, job: Job, now: datetime) -> Job | None:
    """The same job with a fresh lease; None if it is done, scheduled anew or taken over by another worker."""
    with engine.begin() as connection:
        found = connection.execute(
            text(
                "UPDATE job SET lease_until = :until WHERE tenant = :tenant AND kind = :kind AND subject = :subject"
                " AND due_at = :due_at AND lease_until = :lease"
            ),
            {
                "until": now + LEASE,
                "tenant": job.tenant,
                "kind": job.kind,
                "subject": job.subject,
                "due_at": job.due_at,
                "lease": job.lease_until,
            },
        )
    return replace(job, lease_until=now + LEASE) if found.rowcount == 1 else None


def put_back(engine: Engine, jobs: Sequence[Job], now: datetime, error: str) -> None:
    """Try these again later, where they are still ours: the wait doubles with each failure, to five minutes."""
    with engine.begin() as connection:
        for job in jobs:
            wait = min(timedelta(seconds=2 ** min(job.attempts, 9)), LONGEST_BACKOFF)
            connection.execute(
                text(
                    "UPDATE job SET due_at = :at, lease_until = NULL, attempts = attempts + 1, error = :error"
                    " WHERE tenant = :tenant AND kind = :kind AND subject = :subject AND due_at = :due_at"
                    " AND lease_until = :lease"
                ),
                {
                    "at": now + wait,
                    "lease": job.lease_until,
                    "error": error[:2000].replace("\x00", "\ufffd"),
                    "tenant": job.tenant,
                    "kind": job.kind,
                    "subject": job.subject,
                    "due_at": job.due_at,
                },
            )
