"""The table of chunks that were pushed, which is also the memory of who was told; and the log of what changed."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Integer, MetaData, RowMapping, Table, Text

from chassis.read.reader import Reader
from chassis.write.store import AggregateStore, aggregate_columns
from contracts.message import TenantId
from services.catalog.matching.domain import MatchChunk

METADATA = MetaData()

MATCH_CHUNK = Table(
    "match_chunk",
    METADATA,
    *aggregate_columns(),
    Column("number", BigInteger, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("item_version", Integer, nullable=False),
    Column("item_title", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("enterprise_ids", ARRAY(Text), nullable=False),
    Column("matched_at", DateTime(timezone=True), nullable=False),
)
OWN = ("number", "item_id", "item_version", "item_title", "year", "enterprise_ids", "matched_at")


class MatchChunks(AggregateStore[MatchChunk]):
    """Chunks are only ever added."""

    table = MATCH_CHUNK
    aggregate_type = "match_chunk"

    def hold(self, tenant: TenantId) -> int:
        """Be the only one that pushes for this tenant until the transaction ends; the number of its last chunk."""
        self._uow.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(:key, 7204))", {"key": f"match_chunk/{tenant}"}
        )
        found = self._uow.execute(
            "SELECT COALESCE(max(number), 0) FROM match_chunk WHERE tenant = :tenant", {"tenant": tenant}
        )
        return int(found.scalar_one())

    def to_row(self, aggregate: MatchChunk) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in OWN} | {"enterprise_ids": list(aggregate.enterprise_ids)}

    def from_row(self, row: RowMapping) -> MatchChunk:
        return MatchChunk(
            **self.frame_fields(row),
            **{name: row[name] for name in OWN if name != "enterprise_ids"},
            enterprise_ids=tuple(row["enterprise_ids"]),
        )


class PendingChange(NamedTuple):
    """A dossier (`enterprise`), an item (`policy_item`) or an outside figure (`outside_figure`) that was written."""

    tenant: TenantId
    kind: str
    subject: str


CHANGES = """
SELECT s.horizon, c.position, CAST(CAST(c.transaction AS text) AS bigint) AS transaction, c.tenant, c.kind, c.subject
FROM (SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS horizon) s
LEFT JOIN match_change c ON c.transaction >= CAST(CAST(:horizon AS text) AS xid8)
"""


class ChangeFeed:
    """What has changed since the last look, each once.

    A transaction that began earlier may commit later. So a look covers everything that was written by transactions
    which were not finished at the look before, and leaves out what it has seen.
    """

    def __init__(self) -> None:
        self._horizon: int | None = None
        self._seen: dict[int, int] = {}

    def look(self, reader: Reader) -> list[PendingChange]:
        """The first look tells nothing: whoever then reads the tables has it all."""
        first = self._horizon is None
        horizon = (1 << 62) if self._horizon is None else self._horizon
        rows = reader.execute(CHANGES, {"horizon": horizon}).all()
        fresh = [row for row in rows if row.position is not None and row.position not in self._seen]
        self._horizon = int(rows[0].horizon)
        self._seen |= {row.position: row.transaction for row in fresh}
        self._seen = {at: transaction for at, transaction in self._seen.items() if transaction >= self._horizon}
        return [] if first else list(dict.fromkeys(PendingChange(row.tenant, row.kind, row.subject) for row in fresh))
