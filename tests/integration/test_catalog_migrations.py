"""What the catalogue has kept before an upgrade is all there after it."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from frame_kit import psycopg_url, up_to

from chassis.foundation.migrate import migrate
from console.servers.provision import Dsns
from contracts.names import looks

ENTERPRISE = (
    "INSERT INTO enterprise (tenant, id, version, sequence, uscc, name, contact_sealed, contact_masked, recorded)"
    " VALUES ('zhanggong', 'enterprise', 3, 3, 'code', '示例', '', '', '[]')"
)
FACTS = (
    "INSERT INTO enterprise_fact (tenant, enterprise_id, version, ordinal, name, kind, value, unit, period, source,"
    " source_kind, as_of, valid_until, recorded_by, recorded_at, recorded_for, moved_from)"
    " VALUES ('zhanggong', 'enterprise', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'clerk-1', '2026-03-01', '科技局', %s)"
)
KEPT = (
    (2, 0, "revenue", "number", '"1200.50"', "万元", "2025", "税务局", "tax", "2026-03-01", None, None),
    (2, 1, "employees", "number", '"31"', "人", None, "税务局", "tax", "2026-03-01", None, None),
    (2, 2, "above_scale", "flag", "true", None, "2025", "统计局", None, "2026-02-01", "2027-01-31", None),
    (2, 3, "chains", "codes", '["C1", "C2"]', None, None, "税务局", "tax", "2026-03-01", None, None),
    (3, 0, "revenue", "number", '"1300"', "万元", "2025", "税务局", "tax", "2026-03-02", None, "other-file"),
)
SEEN = (
    "SELECT version, ordinal, name, kind, value::text, unit, period, source, source_kind, as_of::text,"
    " valid_until::text, moved_from FROM enterprise_fact ORDER BY version, ordinal"
)


def test_facts_that_were_rows_of_their_own_are_kept_with_their_places_and_withdrawals(
    empty_database: Callable[[str], Dsns],
) -> None:
    empty = empty_database("catalog")
    up_to("catalog", "catalog_0009", empty)
    with psycopg.connect(psycopg_url(empty.owner)) as connection:
        connection.execute(ENTERPRISE)
        for fact in KEPT:
            connection.execute(FACTS, fact)
        connection.execute(
            "INSERT INTO enterprise_fact_withdrawal VALUES ('zhanggong', 'enterprise', 3, 0, 'why', 'clerk-1', now())"
        )
        before = connection.execute(SEEN).fetchall()
    migrate("catalog", empty.owner)
    with psycopg.connect(psycopg_url(empty.owner)) as connection:
        assert connection.execute(SEEN).fetchall() == before == list(KEPT)
        told = connection.execute("SELECT version, first, source FROM enterprise_telling ORDER BY 1, 2").fetchall()
        assert told == [(2, 0, "税务局"), (2, 2, "统计局"), (2, 3, "税务局"), (3, 0, "税务局")]
        counts = connection.execute("SELECT value::text FROM enterprise_fact_current WHERE name = 'revenue'").fetchall()
        assert counts == [('"1200.50"',)], "the newer one was withdrawn"
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute(
                "INSERT INTO enterprise_fact_withdrawal VALUES ('zhanggong', 'enterprise', 2, 4, 'why', 'clerk-1', now())"
            )


def test_enterprises_of_a_former_version_are_found_by_what_their_names_look_like(
    empty_database: Callable[[str], Dsns],
) -> None:
    empty = empty_database("catalog")
    up_to("catalog", "catalog_0012", empty)
    with psycopg.connect(psycopg_url(empty.owner)) as connection:
        connection.execute(ENTERPRISE)
    for _ in range(2):
        migrate("catalog", empty.owner)
    with psycopg.connect(psycopg_url(empty.owner)) as connection:
        assert connection.execute("SELECT name_looks FROM enterprise").fetchall() == [(looks("示例"),)]
