"""Sealed audit facts of old months: out of the table, into chunks, with the salt and digest of each.

The blocks stay where they are. What a block sealed is found in the archive and in the table together, since a block may
lie across the end of a month; its hash is made from both. So an archived month is proved by the same chain as before, and
a chunk of which one bit has changed breaks it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from chassis.keeping.chunks import ROWS, ChunkBroken, Packed, packed, unpacked
from chassis.keeping.months import Month

UNSEALED = text(
    "SELECT EXISTS (SELECT 1 FROM audit_fact WHERE block IS NULL AND at >= CAST(:begins AS timestamptz) AND at < :ends)"
)
NEXT = text(
    "SELECT position, tenant, aggregate_type, aggregate_id, version, action, actor, at, body, salt, digest, block"
    " FROM audit_fact WHERE at >= CAST(:begins AS timestamptz) AND at < :ends"
    " AND block >= :block AND (block, position) > (:block, :position) ORDER BY block, position LIMIT :n"
)
SO_FAR = text(
    "SELECT count(*) AS chunks, (max(ARRAY[last_block, last_position]))[1] AS block,"
    " (max(ARRAY[last_block, last_position]))[2] AS position FROM audit_archive WHERE part = :part"
)
ADD = text(
    "INSERT INTO audit_archive (part, number, first_block, last_block, last_position, facts, sha256, body)"
    " VALUES (:part, :number, :first_block, :last_block, :last_position, :facts, :sha256, :body)"
)
OF_BLOCK = text(
    "SELECT part, number FROM audit_archive WHERE last_block >= :block AND first_block <= :block ORDER BY part, number"
)
ONE = text("SELECT sha256, body FROM audit_archive WHERE part = :part AND number = :number")

CHUNKS_AT_HAND = 4
"""A block reaches into two chunks, or into three where a month ends within it."""


class ArchivedFact(NamedTuple):
    """One fact as its row in the table had it."""

    position: int
    tenant: str
    aggregate_type: str
    aggregate_id: str
    version: int
    action: str
    actor: str
    at: datetime
    body: str
    salt: bytes
    digest: bytes


def archive_next(engine: Engine, month: Month) -> int | None:
    """Copy the next facts of an old month into the archive; returns how many, None where one is not sealed yet."""
    span: dict[str, Any] = {"begins": month.begins or "-infinity", "ends": month.ends}
    with engine.begin() as connection:
        if connection.execute(UNSEALED, span).scalar_one():
            return None
        done = connection.execute(SO_FAR, {"part": month.part}).one()
        after = {"block": done.block or 0, "position": done.position or 0, "n": ROWS}
        rows = connection.execute(NEXT, {**span, **after}).all()
        if rows:
            chunk = packed(_line(row) for row in rows)
            connection.execute(
                ADD,
                {
                    "part": month.part,
                    "number": done.chunks + 1,
                    "first_block": rows[0].block,
                    "last_block": rows[-1].block,
                    "last_position": rows[-1].position,
                    "facts": len(rows),
                    "sha256": chunk.sha256,
                    "body": chunk.body,
                },
            )
    return len(rows)


def _line(row: Any) -> list[Any]:
    return [*row[:9], bytes(row.salt).hex(), bytes(row.digest).hex(), row.block]


class Archive:
    """Archived facts by block, for whoever asks for the blocks one after the other."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._at_hand: dict[tuple[str, int], dict[int, list[ArchivedFact]]] = {}
        self._reaches = connection.execute(text("SELECT coalesce(max(last_block), 0) FROM audit_archive")).scalar_one()
        self.broken: list[str] = []

    def of_block(self, block: int) -> list[ArchivedFact]:
        """Those of its facts that are archived; a chunk that cannot be read is told of in `broken`."""
        if block > self._reaches:
            return []
        keys = [(row.part, row.number) for row in self._connection.execute(OF_BLOCK, {"block": block})]
        return [fact for key in keys for fact in self._chunk(key).get(block, ())]

    def _chunk(self, key: tuple[str, int]) -> dict[int, list[ArchivedFact]]:
        if key not in self._at_hand:
            while len(self._at_hand) >= CHUNKS_AT_HAND:
                del self._at_hand[next(iter(self._at_hand))]
            self._at_hand[key] = self._read(*key)
        return self._at_hand[key]

    def _read(self, part: str, number: int) -> dict[int, list[ArchivedFact]]:
        row = self._connection.execute(ONE, {"part": part, "number": number}).one()
        facts: dict[int, list[ArchivedFact]] = defaultdict(list)
        try:
            lines = unpacked(Packed(bytes(row.sha256), bytes(row.body)))
        except ChunkBroken:
            self.broken.append(f"审计归档被改动：{part} 第 {number} 段的内容与其哈希不符")
            return facts
        for line in lines:
            *told, at, body, salt, digest, block = line
            instant = datetime.fromisoformat(at)
            fact = (*told, instant, body, bytes.fromhex(salt), bytes.fromhex(digest))
            facts[block].append(ArchivedFact._make(fact))
        return facts
