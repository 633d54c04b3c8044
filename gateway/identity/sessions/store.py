"""Rows of sessions. No aggregates: what happened to them is told by security events."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime, timedelta

from sqlalchemy import RowMapping

from chassis.write.unit import Unit
from gateway.identity.sessions.domain import OpenedSession, SessionLimits, SessionOver

COLUMNS = tuple(each.name for each in fields(OpenedSession))
SELECT = f"SELECT {', '.join(COLUMNS)} FROM session WHERE id_digest = :digest"
INSERT = f"INSERT INTO session ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})"
SWEPT_AT_ONCE = 100


def session_of(row: RowMapping) -> OpenedSession:
    return OpenedSession(**{name: row[name] for name in COLUMNS})


class SessionStore:
    """The table, within one unit of work. It has no row security: a session is of a person and of no tenant."""

    def __init__(self, uow: Unit) -> None:
        self._uow = uow

    def get(self, id_digest: str) -> OpenedSession:
        """Locked until the unit of work ends. Raises SessionOver."""
        row = self._uow.execute(f"{SELECT} FOR UPDATE", {"digest": id_digest}).mappings().first()
        if row is None:
            raise SessionOver()
        return session_of(row)

    def add(self, session: OpenedSession) -> None:
        self._uow.execute(INSERT, asdict(session))

    def replace(self, former: str, session: OpenedSession) -> None:
        """Another id for what was under `former`, which is worth nothing from now on. Raises SessionOver."""
        if self.end(former) == 0:
            raise SessionOver()
        self.add(session)

    def notice(self, id_digest: str, at: datetime) -> None:
        """The person is still there."""
        self._uow.execute(
            "UPDATE session SET seen_at = :at WHERE id_digest = :digest AND seen_at < :at",
            {"digest": id_digest, "at": at},
        )

    def end(self, id_digest: str) -> int:
        return self._uow.execute("DELETE FROM session WHERE id_digest = :digest", {"digest": id_digest}).rowcount

    def end_of_person(self, person_id: str, *, but: str | None = None) -> int:
        """All of a person's sessions, except the one that does it."""
        return self._uow.execute(
            "DELETE FROM session WHERE person_id = :person AND (CAST(:but AS text) IS NULL OR id_digest <> :but)",
            {"person": person_id, "but": but},
        ).rowcount

    def end_of_issuer(self, tenant: str, issuer_id: str) -> int:
        return self._uow.execute(
            "DELETE FROM session WHERE issuer_tenant = :tenant AND issuer_id = :issuer",
            {"tenant": tenant, "issuer": issuer_id},
        ).rowcount

    def sweep(self, now: datetime, limits: SessionLimits) -> None:
        """Take away some that have been over for a day: in small steps, by whoever signs in."""
        self._uow.execute(
            "DELETE FROM session WHERE id_digest IN ("
            "SELECT id_digest FROM session WHERE opened_at < :before LIMIT :count FOR UPDATE SKIP LOCKED)",
            {"before": now - limits.absolute - timedelta(days=1), "count": SWEPT_AT_ONCE},
        )
