"""One instant for seven databases, while work goes on in all of them.

Each database is read as of a snapshot. They are taken one after the other in the order against the flow of events, hearers
first: whatever a hearer has heard, its producer has said by then. (The other way round a restored producer would say again,
under the same sequence, what its hearer has heard to be something else.) On one server transactions are numbered for all
databases together: where all snapshots see the same transactions they are of one instant, and that is tried for a while.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from contracts.flow import ORDER

TRY_FOR_S = 5.0

TAKE = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
    " SELECT pg_export_snapshot(), pg_current_snapshot()::text, pg_postmaster_start_time()::text"
)


@dataclass(frozen=True)
class Points:
    """`snapshots` by database, valid as long as the context is open; `readers` see exactly what they stand for."""

    snapshots: Mapping[str, str]
    readers: Mapping[str, psycopg.Connection[Any]]
    same_instant: bool


@contextmanager
def agreeing(databases: Mapping[str, str], try_for_s: float = TRY_FOR_S) -> Iterator[Points]:
    """`databases`: name → a libpq URL as somebody who may read all of it. Nobody is kept waiting."""
    hearers_first = sorted(databases, key=ORDER.index, reverse=True)
    with ExitStack() as stack:
        readers = {
            name: stack.enter_context(psycopg.connect(databases[name], autocommit=True)) for name in hearers_first
        }
        for reader in readers.values():
            reader.execute("SET idle_in_transaction_session_timeout = 0")
            reader.execute("SET statement_timeout = 0")
        give_up_at = time.monotonic() + try_for_s
        while True:
            taken = {name: _taken(reader) for name, reader in readers.items()}
            same = len({seen for _, seen in taken.values()}) == 1
            if same or time.monotonic() > give_up_at:
                break
            for reader in readers.values():
                reader.execute("ROLLBACK")
        yield Points({name: snapshot for name, (snapshot, _) in taken.items()}, readers, same)


def _taken(reader: psycopg.Connection[Any]) -> tuple[str, tuple[str, str]]:
    """(its name, which transactions of which server it sees): one round trip, so that the next is taken at once."""
    cursor = reader.execute(TAKE)
    cursor.nextset()
    row = cursor.fetchone()
    assert row is not None, "a snapshot has a name"
    snapshot, sees, server = row
    return snapshot, (sees, server)
