"""Who has been told what a service says: a table beside its outbox, compared with `contracts.flow` at every start.

A consumer that newly hears an aggregate type is due for all that was said of it before: it expects every aggregate's
first event first. Nobody has to remember to: a pair that the table does not know is new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from contracts.flow import ORDER, hearers_of
from contracts.message import ServiceName

NOTE = text(
    "INSERT INTO hearing (consumer, aggregate_type, state) SELECT c, a,"
    " CASE WHEN EXISTS (SELECT 1 FROM outbox) OR EXISTS (SELECT 1 FROM event_log) THEN 'due' ELSE 'heard' END"
    " FROM unnest(CAST(:consumers AS text[]), CAST(:types AS text[])) AS told(c, a) ON CONFLICT DO NOTHING"
)
ASK = text(
    "INSERT INTO hearing (consumer, aggregate_type, state) SELECT :consumer, a, 'due'"
    " FROM unnest(CAST(:types AS text[])) AS told(a) ON CONFLICT (consumer, aggregate_type) DO UPDATE"
    " SET state = 'due', cursor = 0, upto = NULL, sent = 0, since = now(), heard_at = NULL WHERE hearing.state = 'heard'"
)
DUE = text(
    "SELECT consumer, aggregate_type, cursor, upto, sent FROM hearing WHERE state = 'due' ORDER BY consumer, cursor"
)
BEGIN = text("UPDATE hearing SET upto = :upto WHERE state = 'due' AND upto IS NULL")
ADVANCE = text(
    "UPDATE hearing SET cursor = :cursor, sent = sent + told.n,"
    " state = CASE WHEN upto <= :cursor THEN 'heard' ELSE 'due' END,"
    " heard_at = CASE WHEN upto <= :cursor THEN now() END"
    " FROM unnest(CAST(:types AS text[]), CAST(:counts AS integer[])) AS told(a, n)"
    " WHERE consumer = :consumer AND aggregate_type = told.a AND state = 'due'"
)


class Hearing(NamedTuple):
    """What one consumer is due to be told of one aggregate type: positions after `cursor`, up to `upto`.

    `upto` is None until somebody has begun; `sent` counts events.
    """

    consumer: ServiceName
    aggregate_type: str
    cursor: int
    upto: int | None
    sent: int


def note_hearers(engine: Engine, producer: ServiceName) -> None:
    """Whoever hears something of ours for the first time is due; where nothing was ever said, all of it comes live.

    At every start of a process, before it says anything.
    """
    pairs = hearers_of(producer)
    with engine.begin() as connection:
        parameters = {"consumers": [pair[0] for pair in pairs], "types": [pair[1] for pair in pairs]}
        connection.execute(NOTE, parameters)


def ask(engine: Engine, consumer: ServiceName, types: Sequence[str]) -> None:
    """Have all of it told once more; what is under way already goes on from where it is."""
    with engine.begin() as connection:
        connection.execute(ASK, {"consumer": consumer, "types": list(types)})


def due(connection: Connection) -> list[Hearing]:
    """Everything that is still to be told: consumers in the order of the flow. One that is gone is told nothing."""
    rows = [Hearing(*row) for row in connection.execute(DUE) if row.consumer in ORDER]
    return sorted(rows, key=lambda each: ORDER.index(each.consumer))


def begin(connection: Connection, upto: int) -> None:
    """Set the end of whatever has none: from then on it comes live, for the consumer's queue is bound by now."""
    connection.execute(BEGIN, {"upto": upto})


def advance(connection: Connection, consumer: ServiceName, sent: Mapping[str, int], cursor: int) -> None:
    """The broker has all of these aggregate types up to `cursor`; `sent` says how many events of each were among them."""
    told = {"types": list(sent), "counts": list(sent.values())}
    connection.execute(ADVANCE, {"consumer": consumer, "cursor": cursor, **told})
