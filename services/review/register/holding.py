"""Who is decided about by one transaction at a time: persons in law, certificates, graduates.

A lock is a row, taken in the order of the rows: first those that are new are made, then all are locked. Both steps go
through the same order, so that two lists of thousands wait for each other and never in a circle. A row is the hash of a
name, so that it takes as little room as any other.
"""

from __future__ import annotations

from collections.abc import Collection

from chassis.write.uow import UnitOfWork

MAKE = """
INSERT INTO award_lock (lock) SELECT DISTINCT CAST(md5(name) AS uuid) AS lock FROM unnest(CAST(:names AS text[])) AS name
ORDER BY lock ON CONFLICT DO NOTHING
"""
TAKE = """
SELECT lock FROM award_lock WHERE lock IN (SELECT CAST(md5(name) AS uuid) FROM unnest(CAST(:names AS text[])) AS name)
ORDER BY lock FOR UPDATE
"""


class Holding:
    """Locks of this transaction. A savepoint that is undone gives back what was taken in it, so that nothing is kept in mind."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def take(self, names: Collection[str]) -> None:
        """Wait until nobody else holds any of these, and hold them until the end."""
        if names:
            self._uow.execute(MAKE, {"names": sorted(names)})
            self._uow.execute(TAKE, {"names": sorted(names)}).fetchall()
