"""Rows of delays: locked in key order, so that attempts at the same moment wait for each other and no longer than that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from chassis.write.unit import Unit
from gateway.identity.security.events import DOOR
from gateway.identity.sign_in.delays import Delay

SWEPT_AFTER = timedelta(days=2)
SWEPT_AT_ONCE = 20


class DelayStore:
    """The table, within one unit of work for the door's own rows."""

    def __init__(self, uow: Unit) -> None:
        self._uow = uow

    def lock(self, *subjects: str) -> dict[str, Delay]:
        """What is known of these digests, each locked until the unit of work ends; a new one knows of no failure."""
        return {subject: self._locked(subject) for subject in sorted(set(subjects))}

    def put(self, delays: Mapping[str, Delay]) -> None:
        for subject, delay in sorted(delays.items()):
            self._uow.execute(
                "UPDATE sign_in_delay SET failures = :failures, last_at = :last_at, blocked_until = :blocked_until"
                " WHERE tenant = :tenant AND subject_digest = :subject",
                {
                    "tenant": DOOR,
                    "subject": subject,
                    "failures": delay.failures,
                    "last_at": delay.last_at,
                    "blocked_until": delay.blocked_until,
                },
            )

    def sweep(self) -> None:
        """Take away some that nobody has tried for days."""
        self._uow.execute(
            "DELETE FROM sign_in_delay WHERE (tenant, subject_digest) IN ("
            "SELECT tenant, subject_digest FROM sign_in_delay WHERE last_at < :before LIMIT :count"
            " FOR UPDATE SKIP LOCKED)",
            {"before": self._uow.now - SWEPT_AFTER, "count": SWEPT_AT_ONCE},
        )

    def _locked(self, subject: str) -> Delay:
        # An insert that finds the row there takes no lock, and one that is made elsewhere just now is waited for.
        self._uow.execute(
            "INSERT INTO sign_in_delay (tenant, subject_digest, failures, last_at, blocked_until)"
            " VALUES (:tenant, :subject, 0, :now, :now) ON CONFLICT DO NOTHING",
            {"tenant": DOOR, "subject": subject, "now": self._uow.now},
        )
        row = self._uow.execute(
            "SELECT failures, last_at, blocked_until FROM sign_in_delay"
            " WHERE tenant = :tenant AND subject_digest = :subject FOR UPDATE",
            {"tenant": DOOR, "subject": subject},
        ).one()
        return Delay(failures=row.failures, last_at=row.last_at, blocked_until=row.blocked_until)
