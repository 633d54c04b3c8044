"""Who did what, when, to which version of what: facts, and the chain that seals them.

Facts are written unchained in the transaction that they tell of. A sealer per database chains their salted
digests in blocks: a chain head locked by every transaction would make them wait for each other
(docs/decisions/0006). A fact's body can be erased later (personal data) without breaking the chain,
since the chain holds digests; the salt keeps an erased body from being guessed back.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, Row, text

from chassis.keeping.audit_archive import Archive

BLOCK_LIMIT = 5_000
"""Facts in one block at most; a longer backlog makes several blocks."""

GENESIS = bytes(32)
SEALER_LOCK = 7203002


class AuditFact(NamedTuple):
    """One saved version of one aggregate. `body` is the rest of its state as JSON, with sealed fields still sealed."""

    tenant: str
    aggregate_type: str
    aggregate_id: str
    version: int
    action: str
    actor: str
    at: datetime
    body: str

    def digest(self, salt: bytes) -> bytes:
        """SHA-256 over the salt and every field, separated so that no two facts read the same."""
        parts = (
            self.tenant,
            self.aggregate_type,
            self.aggregate_id,
            str(self.version),
            self.action,
            self.actor,
            self.at.astimezone(UTC).isoformat(),
            self.body,
        )
        return hashlib.sha256(salt + "\x1f".join(parts).encode()).digest()


INSERT_FACTS = (
    "INSERT INTO audit_fact (tenant, aggregate_type, aggregate_id, version, action, actor, at, body, salt, digest)"
    " SELECT tenant, aggregate_type, aggregate_id, version, action, actor, at, body, decode(salt, 'hex'),"
    " decode(digest, 'hex') FROM ROWS FROM (json_to_recordset(CAST(:facts AS json)) AS (tenant text,"
    " aggregate_type text, aggregate_id text, version integer, action text, actor text, at timestamptz, salt text,"
    " digest text), unnest(string_to_array(:states, chr(10)))) AS row (tenant, aggregate_type, aggregate_id, version,"
    " action, actor, at, salt, digest, body)"
)
"""Bodies are lines of one text, as in the outbox."""

NAMES = AuditFact._fields[:-1]
"""All but the body, which is the last."""


def facts_parameter(facts: Sequence[AuditFact]) -> dict[str, str] | None:
    """What INSERT_FACTS takes to append `facts`; None when there are none."""
    if not facts:
        return None
    rows = []
    for fact in facts:
        salt = os.urandom(16)
        told = dict(zip(NAMES, fact, strict=False))
        rows.append({**told, "salt": salt.hex(), "digest": fact.digest(salt).hex()})
    return {"facts": orjson.dumps(rows).decode(), "states": "\n".join(fact.body for fact in facts)}


def block_hash(number: int, previous: bytes, digests: Sequence[bytes]) -> bytes:
    """What links a block to the one before and to each of its facts, in order of position."""
    sealed = _begun(number, previous)
    for digest in digests:
        sealed.update(digest)
    return sealed.digest()


def _begun(number: int, previous: bytes) -> hashlib._Hash:
    return hashlib.sha256(number.to_bytes(8, "big") + previous)


UNSEALED = text("SELECT EXISTS (SELECT 1 FROM audit_fact WHERE block IS NULL)")


def unsealed(engine: Engine) -> bool:
    """Whether there is anything to seal."""
    with engine.connect() as connection:
        found: bool = connection.execute(UNSEALED).scalar_one()
    return found


def seal(engine: Engine, at: datetime) -> int:
    """Chain up to BLOCK_LIMIT unsealed facts into one block; returns how many. One sealer at a time."""
    with engine.begin() as connection:
        if not connection.execute(text("SELECT pg_try_advisory_xact_lock(:k)"), {"k": SEALER_LOCK}).scalar_one():
            return 0
        rows = connection.execute(
            text("SELECT position, digest FROM audit_fact WHERE block IS NULL ORDER BY position LIMIT :n"),
            {"n": BLOCK_LIMIT},
        ).all()
        if not rows:
            return 0
        last = connection.execute(text("SELECT number, hash FROM audit_block ORDER BY number DESC LIMIT 1")).first()
        number, previous = (last.number + 1, bytes(last.hash)) if last else (1, GENESIS)
        digests = [bytes(row.digest) for row in rows]
        connection.execute(
            text(
                "INSERT INTO audit_block (number, previous, facts, hash, sealed_at)"
                " VALUES (:number, :previous, :facts, :hash, :at)"
            ),
            {
                "number": number,
                "previous": previous,
                "facts": len(rows),
                "hash": block_hash(number, previous, digests),
                "at": at,
            },
        )
        connection.execute(
            text("UPDATE audit_fact SET block = :number WHERE position = ANY (CAST(:positions AS bigint[]))"),
            {"number": number, "positions": [row.position for row in rows]},
        )
    return len(rows)


class SealedUpTo(NamedTuple):
    """A block of the chain and its hash; the beginning is block 0 with GENESIS."""

    block: int = 0
    hash: bytes = GENESIS


BEGINNING = SealedUpTo()
BLOCKS_AT_ONCE = 200
NOTHING: tuple[float, Iterator[Row[Any]]] = (float("inf"), iter(()))


def broken_links(engine: Engine, after: SealedUpTo = BEGINNING) -> Iterator[str | SealedUpTo]:
    """Recompute the chain beyond `after` with the frame's role: what is wrong, one sentence each, then where it ends.

    Checks every fact's digest against its fields (erased bodies excepted: an erased body is empty), every block
    against its facts and its predecessor, that the block `after` still is what it was, and that each aggregate's
    versions are 1, 2, 3, … . Facts are read block by block: the chain may be longer than memory. Those of old months
    are read from the archive and proved like the others.
    """
    with engine.connect() as connection:
        archive = Archive(connection)
        if after.block and _hash_of(connection, after.block) != after.hash:
            yield f"审计链断裂：区块 {after.block} 与核验时不同"
        previous, end = after.hash, after
        while page := _blocks(connection, end.block):
            facts = groupby(_facts(connection, page[0].number, page[-1].number), key=attrgetter("block"))
            number, those = next(facts, NOTHING)
            for block in page:
                if block.number != end.block + 1 or bytes(block.previous) != previous:
                    yield f"审计链断裂：区块 {block.number} 与前一区块不衔接"
                while number < block.number:
                    number, those = next(facts, NOTHING)
                live = those if number == block.number else ()
                yield from _wrong_with(block, (*archive.of_block(block.number), *live))
                previous = bytes(block.hash)
                end = SealedUpTo(block.number, previous)
        yield from archive.broken
        yield from _gaps(connection, after)
    yield end


GAPS = text(
    "SELECT f.tenant, f.aggregate_type, f.aggregate_id, f.version FROM audit_fact f"
    " WHERE f.block > :after AND f.version <> 1 AND NOT EXISTS (SELECT FROM audit_fact p"
    " WHERE (p.tenant, p.aggregate_type, p.aggregate_id, p.version)"
    " = (f.tenant, f.aggregate_type, f.aggregate_id, f.version - 1)) AND NOT EXISTS (SELECT FROM audit_archived a"
    " WHERE (a.tenant, a.aggregate_type, a.aggregate_id) = (f.tenant, f.aggregate_type, f.aggregate_id)"
    " AND a.version >= f.version - 1) LIMIT 100"
)

GAPS_FROM_THE_BEGINNING = text(
    "SELECT tenant, aggregate_type, aggregate_id, coalesce(live.n, 0) + coalesce(old.facts, 0) AS n,"
    " greatest(live.high, old.version) AS version FROM ("
    " SELECT tenant, aggregate_type, aggregate_id, count(*) AS n, min(version) AS low, max(version) AS high"
    " FROM audit_fact GROUP BY 1, 2, 3) AS live FULL JOIN audit_archived old USING (tenant, aggregate_type, aggregate_id)"
    " WHERE coalesce(live.n, 0) + coalesce(old.facts, 0) <> greatest(live.high, old.version) OR live.low < 1 LIMIT 100"
)
"""As many facts as the highest version, in the table and in the archive together: no two have the same version."""


def _gaps(connection: Connection, after: SealedUpTo) -> Iterator[str]:
    if after.block:
        for gap in connection.execute(GAPS, {"after": after.block}):
            yield f"审计缺口：{gap.tenant}/{gap.aggregate_type}/{gap.aggregate_id} 第 {gap.version} 版之前缺少记录"
        return
    for gap in connection.execute(GAPS_FROM_THE_BEGINNING):
        yield f"审计缺口：{gap.tenant}/{gap.aggregate_type}/{gap.aggregate_id} 有 {gap.n} 条，版本至 {gap.version}"


def _hash_of(connection: Connection, block: int) -> bytes | None:
    found = connection.execute(text("SELECT hash FROM audit_block WHERE number = :n"), {"n": block}).scalar()
    return None if found is None else bytes(found)


def _blocks(connection: Connection, after: int) -> Sequence[Row[Any]]:
    """Some blocks of the chain beyond `after`, in order."""
    return connection.execute(
        text("SELECT number, previous, facts, hash FROM audit_block WHERE number > :after ORDER BY number LIMIT :n"),
        {"after": after, "n": BLOCKS_AT_ONCE},
    ).all()


def _facts(connection: Connection, first: int, last: int) -> Iterator[Row[Any]]:
    """The facts of these blocks that are in the table, block by block, as a stream."""
    streamed = connection.execution_options(stream_results=True, max_row_buffer=500)
    yield from streamed.execute(
        text(
            "SELECT block, position, tenant, aggregate_type, aggregate_id, version, action, actor, at, body, salt,"
            " digest FROM audit_fact WHERE block BETWEEN :first AND :last ORDER BY block, position"
        ),
        {"first": first, "last": last},
    )


def _wrong_with(block: Row[Any], facts: Sequence[Any]) -> Iterator[str]:
    """What is wrong with a block and its facts (BLOCK_LIMIT of them at most)."""
    # A month that is being archived is in both places until it is dropped.
    alone = {(row.position, bytes(row.digest)): row for row in facts}
    sealed = _begun(block.number, bytes(block.previous))
    for (position, digest), row in sorted(alone.items()):
        fact = AuditFact(
            row.tenant, row.aggregate_type, row.aggregate_id, row.version, row.action, row.actor, row.at, row.body
        )
        if row.body and fact.digest(bytes(row.salt)) != digest:
            yield f"审计记录被改动：位置 {position}（{row.aggregate_type}/{row.aggregate_id}）"
        sealed.update(digest)
    if len(alone) != block.facts or sealed.digest() != bytes(block.hash):
        yield f"审计链断裂：区块 {block.number} 的内容与其哈希不符"
