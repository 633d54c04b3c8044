"""F: the sealed audit chain of every database, and that it leaves nothing out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, text

from chassis.write.audit import GENESIS, SealedUpTo, broken_links
from console.operating.checks.findings import Finding
from console.operating.checks.ledger_facts import unsealed_entries
from console.operating.checks.look import Invariant, Look

SEALED = "audit chain"
SEALED_WITHIN = timedelta(seconds=5)
"""The sealer runs every second."""

AGGREGATE_TABLES = text(
    "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
    " AND column_name IN ('tenant', 'id', 'version', 'sequence', 'traceparent')"
    " GROUP BY table_name HAVING count(*) = 5 ORDER BY table_name"
)
"""Tables of aggregates, discovered: a new one is checked without anybody remembering to."""


def broken_chain(look: Look, service: str) -> Iterator[Finding]:
    """What is wrong with the chain itself, from the last block on that was found to be in order."""
    checkpoints, sound = look.checkpoints(service), True
    stands = checkpoints.get(SEALED)
    end = SealedUpTo(stands.position, bytes.fromhex(stands.stands.get("hash", GENESIS.hex())))
    for said in broken_links(look.books.frame(service), end):
        if isinstance(said, SealedUpTo):
            end = said
        else:
            sound = False
            yield Finding("F", None, f"{service}：{said}")
    if sound and end.block > stands.position:
        checkpoints.set(SEALED, end.block, {"hash": end.hash.hex()}, look.now)


def unsealed(engine: Engine, service: str, now: datetime) -> list[Finding]:
    """What should have been sealed by now; `engine` is the frame's role."""
    with engine.connect() as connection:
        waiting = connection.execute(
            text("SELECT tenant, count(*) AS n FROM audit_fact WHERE block IS NULL AND at < :late GROUP BY tenant"),
            {"late": now - SEALED_WITHIN},
        ).all()
    return [
        Finding("F", row.tenant, f"{service}：{row.n} 条审计记录超过 {SEALED_WITHIN.seconds} 秒未封存")
        for row in waiting
    ]


def unaudited(connection: Connection, service: str) -> list[Finding]:
    """Saved versions that the audit does not know, of the tenants that the connection shows."""
    findings = []
    for table in connection.execute(AGGREGATE_TABLES).scalars().all():
        rows = connection.execute(
            text(
                f"SELECT t.tenant, t.id, t.version FROM {table} t WHERE NOT EXISTS (SELECT FROM audit_fact f"
                " WHERE (f.tenant, f.aggregate_id, f.version) = (t.tenant, t.id, t.version))"
                " AND NOT EXISTS (SELECT FROM audit_archived a"
                " WHERE (a.tenant, a.aggregate_id) = (t.tenant, t.id) AND a.version >= t.version) LIMIT 100"
            )
        )
        findings += [
            Finding("F", row.tenant, f"{service}：{table}/{row.id} 的第 {row.version} 版没有审计记录") for row in rows
        ]
    return findings


def chain_and_completeness(look: Look) -> Iterator[Finding]:
    """The chain of every database, and that nothing was saved past it."""
    for name in look.books.names:
        yield from broken_chain(look, name)
        yield from unsealed(look.books.frame(name), name, look.now)
        with look.books.snapshot(name, look.tenants) as connection:
            yield from unaudited(connection, name)
            if name == "treasury":
                yield from unsealed_entries(connection)


INVARIANT = Invariant("F", "审计可验：封存的审计链完整、连续", "the audit chain is whole", chain_and_completeness)
