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

from chassis.observability.metrics import JOBS_SET_ASIDE
from chassis.observability.telemetry import get_logger
from chassis.write.unit import Unit

log = get_logger(__name__)

LEASE = timedelta(seconds=30)
"""How long a claim holds unless it is extended: how long a job waits whose process has died (chassis/time/leases.py)."""

MOST_DEATHS = 5
"""So many processes may end while they hold a job; then it is set aside. More than a rolling restart takes."""

LONGEST_BACKOFF = timedelta(minutes=5)


STANDING = "-"
"""The subject of a job that there always is, whose kind says all."""


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed piece of due work. `attempts` counts earlier tries that failed; `lease_until` tells our claim
    from another worker's; `deaths` counts processes that ended while they held it."""

    tenant: str
    kind: str
    subject: str
    due_at: datetime
    attempts: int = 0
    lease_until: datetime | None = field(default=None, compare=False)
    deaths: int = 0


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
            " DO UPDATE SET due_at = EXCLUDED.due_at, lease_until = NULL, attempts = 0, error = NULL, deaths = 0,"
            " stopped_at = NULL",
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

    def kinds_due(self, now: datetime) -> set[str]:
        """The kinds of which something that was scheduled here is due by `now`."""
        return {kind for (_tenant, kind, _subject), at in self._due if at <= now}


CLAIM = text(
    "UPDATE job SET lease_until = :until, claimed_at = :now, deaths = chosen.deaths FROM ("
    " SELECT *, bool_or(deaths > 0) OVER (ORDER BY due_at, subject) AS behind_suspect,"
    " row_number() OVER (ORDER BY due_at, subject) AS place FROM ("
    " SELECT tenant, kind, subject, due_at,"
    " deaths + (lease_until IS NOT NULL AND claimed_at IS NOT NULL)::integer AS deaths"
    " FROM job WHERE kind = :kind AND due_at <= :now AND stopped_at IS NULL"
    " AND (lease_until IS NULL OR lease_until < :now) ORDER BY due_at, subject LIMIT :n"
    " FOR UPDATE SKIP LOCKED) due) chosen"
    " WHERE (job.tenant, job.kind, job.subject) = (chosen.tenant, chosen.kind, chosen.subject)"
    " AND (chosen.place = 1 OR NOT chosen.behind_suspect)"
    " RETURNING job.tenant, job.kind, job.subject, job.due_at, job.attempts, job.lease_until, job.deaths"
)
"""A lease that ran out tells of a process that ended while it held the job. Such a job is claimed alone, in its turn:
of a batch that ends processes, only the one that does it is to be found guilty."""


DUE = text(
    "SELECT asked.kind FROM unnest(CAST(:kinds AS text[])) AS asked (kind) CROSS JOIN LATERAL ("
    " SELECT 1 FROM job WHERE job.kind = asked.kind AND due_at <= :now AND stopped_at IS NULL"
    " AND (lease_until IS NULL OR lease_until < :now) LIMIT 1) due"
)
"""One look into the index for each kind, however many jobs there are."""


def kinds_due(engine: Engine, kinds: Sequence[str], now: datetime) -> list[str]:
    """Those of `kinds` of which something can be claimed now, in any tenant; with the frame's role."""
    with engine.connect() as connection:
        return list(connection.execute(DUE, {"kinds": list(kinds), "now": now}).scalars())


def claim(engine: Engine, kind: str, now: datetime, limit: int) -> list[Job]:
    """Lease up to `limit` due jobs of one kind, across tenants, with the frame's role.

    One that MOST_DEATHS processes have died of is set aside instead, for an operator to look at.
    """
    with engine.begin() as connection:
        rows = connection.execute(CLAIM, {"kind": kind, "now": now, "until": now + LEASE, "n": limit}).all()
    jobs = sorted((Job(*row) for row in rows), key=lambda job: (job.due_at, job.subject))
    deadly = [job for job in jobs if job.deaths >= MOST_DEATHS]
    for job in deadly:
        _set_aside(engine, job, now)
    return [job for job in jobs if job.deaths < MOST_DEATHS]


def _set_aside(engine: Engine, job: Job, now: datetime) -> None:
    error = f"处理该工作的进程连续 {job.deaths} 次中途终止，已停止自动重试；请排查后重投。"
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE job SET stopped_at = :now, lease_until = NULL, error = :error"
                " WHERE tenant = :tenant AND kind = :kind AND subject = :subject AND lease_until = :lease"
            ),
            {
                "now": now,
                "error": error,
                "tenant": job.tenant,
                "kind": job.kind,
                "subject": job.subject,
                "lease": job.lease_until,
            },
        )
    JOBS_SET_ASIDE.labels(job.kind).inc()
    log.error(
        "a job is set aside: processes end while they hold it", kind=job.kind, tenant=job.tenant, deaths=job.deaths
    )


LEAVE = text(
    "UPDATE job SET claimed_at = NULL, deaths = 0 FROM unnest(CAST(:tenants AS text[]), CAST(:subjects AS text[]),"
    " CAST(:leases AS timestamptz[])) AS held (tenant, subject, lease_until) WHERE job.kind = :kind"
    " AND (job.tenant, job.subject, job.lease_until) = (held.tenant, held.subject, held.lease_until)"
)


def leave(engine: Engine, jobs: Sequence[Job]) -> None:
    """Whoever held them goes on living: what of them is not done is claimed again when its lease runs out, and nobody
    is thought to have died of it."""
    given = {
        "kind": jobs[0].kind,
        "tenants": [job.tenant for job in jobs],
        "subjects": [job.subject for job in jobs],
        "leases": [job.lease_until for job in jobs],
    }
    with engine.begin() as connection:
        connection.execute(LEAVE, given)


EXTEND = text(
    "UPDATE job SET lease_until = :until FROM unnest(CAST(:tenants AS text[]), CAST(:subjects AS text[]),"
    " CAST(:dues AS timestamptz[]), CAST(:leases AS timestamptz[])) AS held (tenant, subject, due_at, lease_until)"
    " WHERE job.kind = :kind AND (job.tenant, job.subject, job.due_at, job.lease_until)"
    " = (held.tenant, held.subject, held.due_at, held.lease_until) RETURNING job.tenant, job.subject"
)


def extend(engine: Engine, jobs: Sequence[Job], now: datetime) -> list[Job]:
    """These jobs of one kind with a fresh lease, as far as they are still held and not done."""
    until = now + LEASE
    given = {
        "until": until,
        "kind": jobs[0].kind,
        "tenants": [job.tenant for job in jobs],
        "subjects": [job.subject for job in jobs],
        "dues": [job.due_at for job in jobs],
        "leases": [job.lease_until for job in jobs],
    }
    with engine.begin() as connection:
        held = {tuple(row) for row in connection.execute(EXTEND, given)}
    return [replace(job, lease_until=until) for job in jobs if (job.tenant, job.subject) in held]


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
                    "UPDATE job SET due_at = :at, lease_until = NULL, attempts = attempts + 1, error = :error, deaths = 0"
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
