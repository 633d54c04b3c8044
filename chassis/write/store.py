"""Aggregates and their rows: load, lock in key order, save under a version check."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Integer,
    RowMapping,
    Table,
    Text,
    TextClause,
    any_,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import IntegrityError

from chassis.foundation.database import violated_constraint
from chassis.observability.concerns import concerns
from chassis.write.uniqueness import standing_against
from chassis.write.unit import Unit
from contracts.aggregate import Aggregate
from contracts.refusal import NotFound, Refused, StaleVersion

A = TypeVar("A", bound=Aggregate)
SAID_BY_THE_FACT = frozenset({"tenant", "id", "version"})
"""Columns of the audit fact itself: its body does not repeat them."""

POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]


def aggregate_columns() -> list[Column[Any]]:
    """The columns that every aggregate's table has, as its migration made them; the primary key is (tenant, id)."""
    return [
        Column("tenant", Text, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("sequence", Integer, nullable=False),
        Column("traceparent", Text),
    ]


def proposal_columns(proposed: str = "proposed") -> list[Column[Any]]:
    """The columns of what one person proposes and another decides (`contracts.two_persons.Proposal`); `proposed` is what the
    first one's are called.
    """
    return [
        Column("state", Text, nullable=False),
        Column(f"{proposed}_by", Text, nullable=False),
        Column(f"{proposed}_at", DateTime(timezone=True), nullable=False),
        Column("decided_by", Text),
        Column("decided_at", DateTime(timezone=True)),
        Column("answer", Text),
    ]


def own_row(table: Table, aggregate: Aggregate) -> dict[str, Any]:
    """The row of an aggregate whose fields are called as its columns are, without those of `aggregate_columns`."""
    return {name: getattr(aggregate, name) for name in _own(table)}


class AggregateStore(ABC, Generic[A]):
    """Subclasses name their `table` and `aggregate_type`, and turn an aggregate into columns and back.

    `refusals` maps a constraint's name to the refusal that its violation means. `renames`: a later version of an aggregate
    may want what is another's. `public`: the table has no row security, and
    what is asked for may be any tenant's.
    """

    table: ClassVar[Table]
    aggregate_type: ClassVar[str]
    missing: ClassVar[type[Refused]] = NotFound
    refusals: ClassVar[Mapping[str, type[Refused]]] = {}
    renames: ClassVar[bool] = False
    public: ClassVar[bool] = False

    def __init__(self, uow: Unit) -> None:
        self._uow = uow

    # -- what a subclass says -----------------------------------------------------------------------------

    @abstractmethod
    def to_row(self, aggregate: A) -> dict[str, Any]:
        """The aggregate's own columns, without those of `aggregate_columns`."""

    @abstractmethod
    def from_row(self, row: RowMapping) -> A:
        """The aggregate; use `**frame_fields(row)` for what every aggregate carries."""

    def sealed_besides(self, aggregate: A) -> dict[str, Any]:
        """What this version's audit fact tells besides the row: lists that the version adds to tables of their own.

        A value that is orjson.Fragment is taken as it is written.
        """
        return {}

    @staticmethod
    def frame_fields(row: RowMapping) -> dict[str, Any]:
        return {name: row[name] for name in ("tenant", "id", "version", "sequence", "traceparent")}

    # -- reading ------------------------------------------------------------------------------------------

    def get(self, id: str, *, expected_version: int | None = None) -> A:
        """Lock and load one. Raises `missing`, or StaleVersion if it is not at `expected_version`."""
        found = self.where(self.table.c.id == id)
        if not found:
            raise self.missing()
        if expected_version is not None and found[0].version != expected_version:
            raise StaleVersion()
        return found[0]

    def get_many(self, ids: Collection[str]) -> dict[str, A]:
        """Lock and load those that exist, by id; rows are locked in key order so that batches cannot deadlock."""
        if not ids:
            return {}
        # As one array: a list of parameters is another statement for each length, and to a planner without statistics
        # hundreds of ids seem to be most of the table, which it then reads.
        return {
            found.id: found for found in self.where(self.table.c.id == any_(literal(sorted(set(ids)), ARRAY(Text))))
        }

    def where(self, *conditions: Any, lock: bool = True, limit: int | None = None) -> list[A]:
        """Those that meet the conditions, in key order; locked unless `lock` is false."""
        if not self.public:
            conditions = (self.of_tenants, *conditions)
        statement = select(self.table).where(*conditions).order_by(self.table.c.tenant, self.table.c.id).limit(limit)
        if lock:
            statement = statement.with_for_update()
        found = [self.from_row(row) for row in self._uow.execute(statement).mappings()]
        concerns(*(receipt for each in found for receipt in each.receipt_numbers))
        return found

    @property
    def of_tenants(self) -> ColumnElement[bool]:
        """Rows of the unit of work's tenants. Row security shows no others, and finds none of these: a statement names them."""
        tenant, tenants = self.table.c.tenant, self._uow.tenants
        if len(tenants) == 1:
            return tenant == tenants[0]
        return tenant == any_(literal(list(tenants), ARRAY(Text)))

    # -- writing ------------------------------------------------------------------------------------------

    def save(self, aggregate: A) -> None:
        self.save_many((aggregate,))

    def save_many(self, aggregates: Iterable[A]) -> None:
        """Write rows, then stage events and audit facts. Raises StaleVersion, or what `refusals` says."""
        ordered = sorted(aggregates, key=lambda each: (each.tenant, each.id))
        fresh = [each for each in ordered if each.version == 0]
        known = [each for each in ordered if each.version > 0]
        rows = {id(each): _Row.of(self.table, self._full_row(each)) for each in ordered}
        try:
            if fresh:
                self._enter([rows[id(each)] for each in fresh])
            if known:
                self._replace([rows[id(each)] for each in known])
        except IntegrityError as error:
            refusal = self.refusals.get(violated_constraint(error) or "")
            if refusal is None:
                raise
            raise refusal() from error
        concerns(*(receipt for each in ordered for receipt in each.receipt_numbers))
        for each in ordered:
            each.version += 1
            self._uow.saved(each, self.aggregate_type, rows[id(each)].state | self.sealed_besides(each))

    def _enter(self, rows: Sequence[_Row]) -> None:
        """New rows. A duplicate that this unit of work may see is refused; of another the server says which it is."""
        if not self.refusals:
            self._write(_insert(self.table), rows)
            return
        entered = set(self._uow.execute(_insert_unless_there(self.table), _parameters(rows)).scalars())
        missing = [row for row in rows if row.plain["id"] not in entered]
        if missing:
            self._refuse_duplicates(missing, besides=False)
            self._write(_insert(self.table), missing)

    def _replace(self, rows: Sequence[_Row]) -> None:
        """New versions of rows. Raises StaleVersion."""
        if self.renames:
            self._refuse_duplicates(rows, besides=True)
        if self._write(_update(self.table), rows) != len(rows):
            raise StaleVersion()

    def _refuse_duplicates(self, rows: Sequence[_Row], *, besides: bool) -> None:
        _, read = _rows(self.table)
        name = standing_against(self._uow, self.table.name, self.refusals, read, _parameters(rows), besides=besides)
        if name is not None:
            raise self.refusals[name]()

    def add_rows(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Append to a table that goes with the aggregates (a list in them, a history), in one statement."""
        if rows:
            self._write(_insert(table), [_Row.of(table, row) for row in rows])

    def _full_row(self, aggregate: A) -> dict[str, Any]:
        return {
            "tenant": aggregate.tenant,
            "id": aggregate.id,
            "version": aggregate.version + 1,
            "sequence": aggregate.sequence + len(aggregate.pending),
            "traceparent": aggregate.traceparent,
            **self.to_row(aggregate),
        }

    def _write(self, statement: TextClause, rows: Sequence[_Row]) -> int:
        """All rows in one statement; returns how many were written."""
        return self._uow.execute(statement, _parameters(rows)).rowcount


@dataclass(frozen=True, slots=True)
class _Row:
    """A row whose documents (its JSON columns) have been written out: once, for the table and for the audit fact."""

    plain: dict[str, Any]
    documents: dict[str, str | None]

    @classmethod
    def of(cls, table: Table, row: dict[str, Any]) -> _Row:
        names = _documents(table)
        plain = {name: value for name, value in row.items() if name not in names} if names else row
        return cls(plain, {name: None if row.get(name) is None else _json(row[name]) for name in names})

    @property
    def state(self) -> dict[str, Any]:
        """What the audit fact says of it, besides its own columns."""
        written = {name: text and orjson.Fragment(text) for name, text in self.documents.items()}
        return {name: value for name, value in self.plain.items() if name not in SAID_BY_THE_FACT} | written


def _parameters(rows: Sequence[_Row]) -> dict[str, str]:
    parameters = {"rows": _json([row.plain for row in rows])}
    for name in rows[0].documents:
        parameters[f"{name}_documents"] = "\n".join(row.documents[name] or "" for row in rows)
    return parameters


def _exactly(value: object) -> str:
    # Anything else would be written as its description, and nobody would notice.
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written to a row")


def _json(value: object) -> str:
    return orjson.dumps(value, default=_exactly, option=orjson.OPT_SORT_KEYS).decode()


@cache
def _own(table: Table) -> tuple[str, ...]:
    """The columns that are the aggregate's own."""
    frame = {column.name for column in aggregate_columns()}
    return tuple(str(column.name) for column in table.columns if column.name not in frame)


@cache
def _documents(table: Table) -> tuple[str, ...]:
    """The columns that hold JSON."""
    return tuple(str(column.name) for column in table.columns if isinstance(column.type, JSONB))


@cache
def _rows(table: Table) -> tuple[dict[str, str], str]:
    """How each column is read from the parameters, and what they are read as."""
    # The server takes rows apart by the columns' types: cheaper than one set of bound
    # parameters a row, and the same for a list of one and of five hundred. Documents come beside them, as the lines of
    # a text: JSON as we write it has no line breaks. Within the rows it would take them apart as well, value by value,
    # only to put them together again (docs/performance.md).
    documents = sorted(_documents(table))
    plain = [column for column in table.columns if column.name not in documents]
    typed = ", ".join(f'"{column.name}" {column.type.compile(POSTGRESQL)}' for column in plain)
    values = {str(column.name): f'new."{column.name}"' for column in plain}
    values |= {name: f"CAST(NULLIF({name}_document, '') AS jsonb)" for name in documents}
    sources = [f"json_to_recordset(CAST(:rows AS json)) AS ({typed})"]
    sources += [f"unnest(string_to_array(:{name}_documents, chr(10)))" for name in documents]
    named = [*(f'"{column.name}"' for column in plain), *(f"{name}_document" for name in documents)]
    return values, f"ROWS FROM ({', '.join(sources)}) AS new ({', '.join(named)})"


@cache
def _insert(table: Table) -> TextClause:
    values, rows = _rows(table)
    names = ", ".join(f'"{name}"' for name in values)
    return text(f'INSERT INTO "{table.name}" ({names}) SELECT {", ".join(values.values())} FROM {rows}')


@cache
def _insert_unless_there(table: Table) -> TextClause:
    """The ids of those that could be entered; for the others it waits until whoever enters the same has come to an end."""
    return text(f"{_insert(table)} ON CONFLICT DO NOTHING RETURNING id")


@cache
def _update(table: Table) -> TextClause:
    values, rows = _rows(table)
    changes = ", ".join(f'"{name}" = {value}' for name, value in values.items() if name not in ("tenant", "id"))
    return text(
        f'UPDATE "{table.name}" AS old SET {changes} FROM {rows}'
        " WHERE old.tenant = new.tenant AND old.id = new.id AND old.version = new.version - 1"
    )
