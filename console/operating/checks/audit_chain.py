"""F: the sealed audit chain of every database, and that it leaves nothing out."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, text

from chassis.write.audit import broken_links
from console.operating.checks.report import Finding

SEALED_WITHIN = timedelta(seconds=5)
"""The sealer runs every second."""

AGGREGATE_TABLES = text(
    "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
    " AND column_name IN ('tenant', 'id', 'version', 'sequence', 'traceparent')"
    " GROUP BY table_name HAVING count(*) = 5 ORDER BY table_name"
)
"""Tables of aggregates, discovered: a new one is checked without anybody remembering to."""


def chain_problems(engine: Engine, service: str, now: datetime) -> list[Finding]:
    """What is wrong with the chain itself, or still unsealed; `engine` is the frame's role."""
    findings = [Finding("F", None, f"{service}：{problem}") for problem in broken_links(engine)]
    with engine.connect() as connection:
        waiting = connection.execute(
            text("SELECT tenant, count(*) AS n FROM audit_fact WHERE block IS NULL AND at < :late GROUP BY tenant"),
            {"late": now - SEALED_WITHIN},
        ).all()
    return findings + [
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
