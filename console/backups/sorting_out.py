"""What restored databases need before anything runs on them: they are of an earlier hour than the world around them.

- What producers believe to have been heard and consumers have not is published again; what consumers have heard twice they
  know by its sequence.
- Nothing is paid before treasury has gone through the bank's book (services/treasury/rails/comparison.py): the bank may have
  carried out what the books do not know.
- Whoever was signed in signs in again: a session that was ended after the backup would be alive.
- Work that processes held is free, and `verify` begins from the beginning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from console.refusal import CommandRefusal
from contracts.flow import ORDER, aggregates_heard_by
from contracts.message import ServiceName

PAGE = 1000
"""Aggregates that are compared at a time."""

BANK_JOB = "compare_with_bank"
"""Treasury's own kind of work, as an earlier migration leaves it: services are not imported here."""

HOLD_PAYMENTS = (
    """
    INSERT INTO bank_comparison (bank, begun_at, after) SELECT 'bank', now(), 0 WHERE EXISTS (SELECT FROM tenant)
    ON CONFLICT (bank) DO UPDATE SET begun_at = EXCLUDED.begun_at, after = 0, ended_at = NULL
    """,
    f"""
    INSERT INTO job (tenant, kind, subject, due_at)
    SELECT min(id), '{BANK_JOB}', 'bank', now() FROM tenant HAVING min(id) IS NOT NULL
    ON CONFLICT (tenant, kind, subject) DO UPDATE SET due_at = now(), lease_until = NULL, stopped_at = NULL, attempts = 0
    """,
)

OF_EVERY_DATABASE = (
    "DELETE FROM verify_checkpoint",
    "UPDATE job SET lease_until = NULL, claimed_at = NULL WHERE lease_until IS NOT NULL",
)

SAID = """
    SELECT tenant, aggregate_type, aggregate_id, max(sequence) AS last, min(sequence) AS first FROM outbox
    WHERE aggregate_type = ANY (%s) GROUP BY tenant, aggregate_type, aggregate_id
"""
"""Published or not: what has left just before its producer could mark it may have been heard."""

HEARD = """
    SELECT said.n,
        coalesce((SELECT p.sequence FROM position p
            WHERE (p.tenant, p.aggregate_type, p.aggregate_id) = (said.tenant, said.type, said.id)), 0) AS handled,
        ARRAY(SELECT p.sequence FROM parked p
            WHERE (p.origin, p.aggregate_type, p.aggregate_id) = (said.tenant, said.type, said.id)) AS parked
    FROM unnest(%s::integer[], %s::text[], %s::text[], %s::text[]) AS said (n, tenant, type, id)
"""

AGAIN = """
    UPDATE outbox o SET published_at = NULL
    FROM jsonb_to_recordset(%s) AS left_out (tenant text, type text, id text, handled integer, parked jsonb)
    WHERE (o.tenant, o.aggregate_type, o.aggregate_id) = (left_out.tenant, left_out.type, left_out.id)
        AND o.sequence > left_out.handled AND NOT to_jsonb(o.sequence) <@ left_out.parked AND o.published_at IS NOT NULL
"""

TELL_ALL = """
    INSERT INTO hearing (consumer, aggregate_type, state) VALUES (%s, %s, 'due') ON CONFLICT (consumer, aggregate_type)
    DO UPDATE SET state = 'due', cursor = 0, upto = NULL, sent = 0, since = now(), heard_at = NULL
"""


@dataclass
class SortedOut:
    """What was done: events that are published once more, sessions ended, and (producer, consumer, type) told from the start."""

    published_again: int = 0
    sessions_ended: int = 0
    told_from_the_start: list[tuple[str, str, str]] = field(default_factory=list)


def sort_out(databases: Mapping[str, str]) -> SortedOut:
    """`databases`: service or gateway → a libpq URL as somebody whom row security does not bind. Nothing may run on them.

    To be repeated at any time before something does. Refuses databases whose points do not agree.
    """
    done = SortedOut()
    for consumer in (each for each in ORDER if each in databases):
        for producer, types in _sources(consumer):
            with psycopg.connect(databases[producer]) as said, psycopg.connect(databases[consumer]) as heard:
                _tell_again(said, heard, producer, consumer, types, done)
    for name, url in databases.items():
        with psycopg.connect(url) as connection:
            for statement in OF_EVERY_DATABASE:
                connection.execute(statement)
            if name == "gateway":
                done.sessions_ended = connection.execute("DELETE FROM session").rowcount
            for statement in HOLD_PAYMENTS if name == "treasury" else ():
                connection.execute(statement)
    return done


def _sources(consumer: ServiceName) -> list[tuple[ServiceName, list[str]]]:
    found: dict[ServiceName, list[str]] = {}
    for producer, aggregate_type in aggregates_heard_by(consumer):
        found.setdefault(producer, []).append(aggregate_type)
    return list(found.items())


def _tell_again(
    said: psycopg.Connection[Any],
    heard: psycopg.Connection[Any],
    producer: str,
    consumer: str,
    types: Sequence[str],
    done: SortedOut,
) -> None:
    """What this consumer has not heard is to be published again, or told from the start where it has left the outbox."""
    gone = set()
    for page in _pages(said, types):
        left_out = []
        for row, handled, parked in _compared(heard, page):
            known = {*range(row["first"], handled + 1), *parked}
            if max(handled, *parked, 0) > row["last"]:
                raise _points_differ(producer, consumer, row)
            if not known.issuperset(range(row["first"], row["last"] + 1)):
                named = {"tenant": row["tenant"], "type": row["aggregate_type"], "id": row["aggregate_id"]}
                left_out.append({**named, "handled": handled, "parked": parked})
            if handled + 1 < row["first"] and not set(range(handled + 1, row["first"])).issubset(parked):
                gone.add(row["aggregate_type"])
        if left_out:
            done.published_again += said.execute(AGAIN, [Jsonb(left_out)]).rowcount
    for aggregate_type in sorted(gone):
        said.execute(TELL_ALL, [consumer, aggregate_type])
        done.told_from_the_start.append((producer, consumer, aggregate_type))


def _pages(said: psycopg.Connection[Any], types: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    """What was said, by aggregate, some at a time; the server's cursor does not see what is changed meanwhile."""
    with said.cursor("said", row_factory=dict_row) as cursor:
        cursor.execute(SAID, [list(types)])
        while page := cursor.fetchmany(PAGE):
            yield page


def _compared(
    heard: psycopg.Connection[Any], page: Sequence[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], int, list[int]]]:
    """Each with the last that the consumer has handled of it, 0 where nothing, and what it keeps aside."""
    columns = [[row[name] for row in page] for name in ("tenant", "aggregate_type", "aggregate_id")]
    for place, handled, parked in heard.execute(HEARD, [list(range(len(page))), *columns]):
        yield page[place], handled, parked


def _points_differ(producer: str, consumer: str, row: Mapping[str, Any]) -> CommandRefusal:
    what = f"{row['aggregate_type']}/{row['aggregate_id']}"
    return CommandRefusal(
        f"各库不是同一时点的:{consumer} 已收到 {producer} 的 {what} 后来的事件,而 {producer} 的库里还没有。"
        "听者的库须不晚于来源的库;请用同一份备份,或同一恢复时点。",
        f"The databases are not of points that agree: {consumer} has heard more of {what} than {producer} has said.",
    )
