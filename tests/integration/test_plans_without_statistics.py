"""What an import and matching ask by key is found by key, whenever its plan was made and whatever the database knew then.

A connection keeps the plans that it has made. Made in a city of a few firms, or before the server has looked at a table, such
a plan must do for a large city as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url
from front_office import ZHANGGONG
from sqlalchemy import Connection, Engine, text

from chassis.foundation.database import connect_engine
from console.servers.provision import Dsns
from services.catalog.enterprises.names import LOOKING_SO
from services.catalog.enterprises.store import IDS_OF_CREDIT_CODES
from services.catalog.imports.known_facts import KNOWN_TELLINGS, KNOWN_WITHDRAWALS
from services.catalog.matching.loading import FILES
from services.catalog.matching.population import STANDING
from services.catalog.matching.reach import REACHED

PLANNED_AT = (0, 1, 20, 200, 500, 1_000)
"""How many enterprises there were when a connection made its plans."""
GROWN, ASKED = 6_000, 40
TABLES = ("enterprise", "enterprise_telling", "enterprise_fact_withdrawal")

ENTERPRISES = (
    "INSERT INTO enterprise (tenant, id, version, sequence, uscc, name, name_looks, contact_sealed, contact_masked)"
    " SELECT %(tenant)s, 'e' || n, 1, 1, 'code-' || md5(n::text), 'n', 'look-' || n, repeat('x', %(sealed)s), ''"
    " FROM generate_series(%(first)s::integer, %(last)s) AS n"
)
TELLINGS = (
    "INSERT INTO enterprise_telling (tenant, enterprise_id, version, first, source, as_of, facts, recorded_by, recorded_at)"
    " SELECT %(tenant)s, 'e' || n, 1, 0, 's', '2026-01-01', '[[\"f\", \"number\", \"1\", null, null]]', 'o', now()"
    " FROM generate_series(%(first)s::integer, %(last)s) AS n"
)
WITHDRAWN = (
    "INSERT INTO enterprise_fact_withdrawal (tenant, enterprise_id, version, ordinal, reason, withdrawn_by, withdrawn_at)"
    " SELECT tenant, enterprise_id, version, first, 'r', 'o', now() FROM enterprise_telling"
    " WHERE substring(enterprise_id, 2)::integer BETWEEN %(first)s::integer AND %(last)s AND enterprise_id LIKE '%%77'"
)
TOLD = (
    "INSERT INTO enterprise_telling (tenant, enterprise_id, version, first, source, as_of, facts, recorded_by, recorded_at)"
    " SELECT :tenant, id, 2, 0, 's', '2026-01-01', '[[\"f\", \"number\", \"1\", null, null]]', 'o', now()"
    " FROM unnest(CAST(:ids AS text[])) AS id"
)
READ = text("SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables WHERE relname = ANY (:tables)")

LOOKS_OF_A_CHUNK: Mapping[str, str] = {
    "by credit code": IDS_OF_CREDIT_CODES,
    "by looks of the name": LOOKING_SO,
    "what was told": KNOWN_TELLINGS,
    "what was taken back": KNOWN_WITHDRAWALS,
}
LOOKS_OF_MATCHING: Mapping[str, str] = {"facts": FILES, "who stands": STANDING, "who is reached": REACHED}


def asked(numbers: range) -> dict[str, Any]:
    """Enterprises of the city, under each of the keys by which they are asked for."""
    codes = [f"code-{hashlib.md5(str(n).encode(), usedforsecurity=False).hexdigest()}" for n in numbers]
    return {
        "tenant": ZHANGGONG,
        "ids": [f"e{n}" for n in numbers],
        "codes": codes,
        "looks": [f"look-{n}" for n in numbers],
    }


class GrowingCity:
    """A catalogue's database that nobody looks at: the server takes no statistics by itself."""

    def __init__(self, dsns: Dsns, sealed: int) -> None:
        self._owner = psycopg.connect(psycopg_url(dsns.owner), autocommit=True)
        self._sealed = sealed
        self._size = 0
        self.does(f"SELECT set_config('zhida.tenants', '{ZHANGGONG}', false)")
        for table in TABLES:
            self.does(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")

    def does(self, statement: str) -> None:
        self._owner.execute(statement)

    def grows_to(self, size: int) -> None:
        given = {"tenant": ZHANGGONG, "first": self._size + 1, "last": size, "sealed": self._sealed}
        if size > self._size:
            for statement in (ENTERPRISES, TELLINGS, WITHDRAWN):
                self._owner.execute(statement, given)
        self._size = size

    def close(self) -> None:
        self._owner.close()


@contextmanager
def undone(engine: Engine, *, chunk: bool) -> Iterator[Connection]:
    """A transaction of the city's, as a chunk of an import begins it or as a reader does."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        driver.prepare_threshold = 0  # every plan is kept from the first time on
        connection.execute(text("SELECT set_config('zhida.tenants', :tenant, true)"), {"tenant": ZHANGGONG})
        if chunk:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        yield connection
        connection.rollback()


def read_by(engine: Engine, statement: str, given: Mapping[str, Any], *, chunk: bool) -> int:
    """How many rows of the three tables were looked at."""
    with undone(engine, chunk=chunk) as connection:
        # What was counted before and is not told yet counts here, too.
        before = int(connection.execute(READ, {"tables": list(TABLES)}).scalar_one())
        connection.execute(text(statement), given)
        return int(connection.execute(READ, {"tables": list(TABLES)}).scalar_one()) - before


@pytest.fixture
def engines() -> Iterator[Callable[..., Engine]]:
    made: list[Engine] = []

    def make(dsns: Dsns, **more: Any) -> Engine:
        made.append(connect_engine(dsns.app, size=1, name="plans", **more))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()


@pytest.fixture(params=[0, 400], ids=["short rows", "long rows"])
def city(request: pytest.FixtureRequest, service_database: Callable[[str], Dsns]) -> Iterator[tuple[GrowingCity, Dsns]]:
    dsns = service_database("catalog")
    growing = GrowingCity(dsns, request.param)
    yield growing, dsns
    growing.close()


@pytest.mark.parametrize("statistics", ["never taken", "taken when empty"])
def test_a_chunk_of_an_import_reads_what_it_names_whenever_its_plans_were_made(
    city: tuple[GrowingCity, Dsns], engines: Callable[..., Engine], statistics: str
) -> None:
    growing, dsns = city
    if statistics == "taken when empty":
        growing.does(f"ANALYZE {', '.join(TABLES)}")
    looks = {**LOOKS_OF_A_CHUNK, "whose a new fact is": TOLD}
    planned = {size: engines(dsns) for size in PLANNED_AT}
    for size, engine in planned.items():
        growing.grows_to(size)
        for statement in looks.values():
            read_by(engine, statement, asked(range(1, size + 1)[:3]), chunk=True)
    growing.grows_to(GROWN)
    given = asked(range(GROWN - ASKED, GROWN))
    found = {
        (size, name): read_by(engine, statement, given, chunk=True)
        for size, engine in planned.items()
        for name, statement in looks.items()
    }
    assert {where: rows for where, rows in found.items() if rows > 2 * ASKED} == {}


@pytest.mark.parametrize("statistics", ["never taken", "taken when empty"])
def test_matching_reads_the_dossiers_that_have_changed_and_no_others(
    city: tuple[GrowingCity, Dsns], engines: Callable[..., Engine], statistics: str
) -> None:
    growing, dsns = city
    if statistics == "taken when empty":
        growing.does(f"ANALYZE {', '.join(TABLES)}")
    growing.grows_to(GROWN)
    reading = engines(dsns, plans="for the values")
    given = asked(range(GROWN - ASKED, GROWN))
    found = {name: read_by(reading, statement, given, chunk=False) for name, statement in LOOKS_OF_MATCHING.items()}
    assert {name: rows for name, rows in found.items() if rows > 5 * ASKED} == {}
