"""What tests of several faults look at: what was set aside, what was taken twice, and all that events have written."""

from __future__ import annotations

from system_kit import House

from contracts.flow import QUEUES

IN_HAND = 400
"""As many as a consumer prefetches; it applies them in batches of two hundred."""

CRASHES = 6
"""One more than the deliveries after which many a broker set-up drops a message."""

FRAME = frozenset(
    {
        "idempotency_record",
        "outbox",
        "parked",
        "job",
        "alarm",
        "audit_fact",
        "audit_block",
        "quarantine",
        "verify_checkpoint",
        "calendar_day",
        "calendar_year",
        "tenant",
        "alembic_version",
        "alembic_version_frame",
    }
)
"""The frame's own tables.

Inbox and positions are compared too: what was taken twice must not be there twice.
"""


def set_aside(house: House) -> int:
    """How many messages lie in quarantine or dead, in all services."""
    return sum(
        house.count(
            name,
            "SELECT (SELECT count(*) FROM quarantine) + (SELECT count(*) FROM parked WHERE state = 'dead')",
        )
        for name in QUEUES
    )


def state_of(house: House) -> dict[str, str]:
    """A hash of every table that events write to, by database and table."""
    hashes = {}
    for name in QUEUES:
        with house.database(name) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                " AND tablename NOT IN (SELECT part FROM kept_month)"
            ).fetchall()
            for table in sorted({each for (each,) in tables} - FRAME):
                row = connection.execute(
                    f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
                ).fetchone()
                assert row is not None
                hashes[f"{name}.{table}"] = row[0]
    return hashes


def duplicates(house: House) -> dict[str, float]:
    return {
        name: house.metric(name, f'zhida_events_handled_total{{outcome="duplicate",service="{name}"}}')
        for name in QUEUES
    }


def outbox_empty(house: House, name: str) -> bool:
    return house.count(name, "SELECT count(*) FROM outbox WHERE published_at IS NULL") == 0
