"""Batches and their lines as rows. Lines are written once, with the batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    Column,
    CursorResult,
    Date,
    DateTime,
    Executable,
    Integer,
    MetaData,
    Numeric,
    RowMapping,
    Table,
    Text,
    any_,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.write.store import AggregateStore, aggregate_columns, own_row, proposal_columns
from contracts.rule import Quota
from services.review.batches.domain import BatchEntry, BatchUnknown, QuotaBatch
from services.review.quotas.domain import kept_takes

METADATA = MetaData()

QUOTA_BATCH = Table(
    "quota_batch",
    METADATA,
    *aggregate_columns(),
    Column("item_id", Text, nullable=False),
    Column("item_version", Integer, nullable=False),
    Column("family", Text, nullable=False),
    Column("item_title", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_id", Text),
    Column("number", Integer, nullable=False),
    Column("quota", JSONB, nullable=False),
    Column("name", Text, nullable=False),
    Column("until", Date, nullable=False),
    Column("used", Numeric(30, 6), nullable=False),
    Column("places_taken", Integer, nullable=False),
    Column("before_zh", Text, nullable=False),
    Column("claims", Integer, nullable=False),
    Column("served", Integer, nullable=False),
    Column("allotted_fen", BigInteger, nullable=False),
    Column("drawn_by", Text, nullable=False),
    Column("drawn_at", DateTime(timezone=True), nullable=False),
    *proposal_columns(),
)
BATCH_LINE = Table(
    "quota_batch_line",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("batch_id", Text, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("enterprise_name", Text, nullable=False),
    Column("filed_at", DateTime(timezone=True), nullable=False),
    Column("amount_fen", BigInteger),
    Column("takes", Numeric(30, 6), nullable=False),
    Column("place", Integer),
    Column("allotted_fen", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("tied_with", Integer, nullable=False),
    Column("not_ready_zh", Text, nullable=False),
    Column("mark", Text, nullable=False),
)
LINE_FIELDS = tuple(str(c.name) for c in BATCH_LINE.columns if c.name not in ("tenant", "batch_id", "line"))


class Statements(Protocol):
    """A unit of work or a reader."""

    def execute(self, sql: str | Executable, parameters: Any = None) -> CursorResult[Any]: ...


def batch_of(row: RowMapping, entries: Collection[BatchEntry] = ()) -> QuotaBatch:
    """The batch that a row stands for."""
    read = {"quota": Quota.model_validate(row["quota"]), "used": Fraction(row["used"]), "entries": tuple(entries)}
    return QuotaBatch(**dict(row) | read)


def entries_of(database: Statements, tenants: Collection[str], ids: Collection[str]) -> dict[str, list[BatchEntry]]:
    """The lines of these batches, in their order."""
    c = BATCH_LINE.c
    wanted = select(BATCH_LINE).where(
        c.tenant == any_(literal(sorted(tenants), ARRAY(Text))), c.batch_id == any_(literal(sorted(ids), ARRAY(Text)))
    )
    found: defaultdict[str, list[BatchEntry]] = defaultdict(list)
    for row in database.execute(wanted.order_by(c.batch_id, c.line)).mappings():
        kept = {name: row[name] for name in LINE_FIELDS} | {"takes": Fraction(row["takes"])}
        found[row["batch_id"]].append(BatchEntry(**kept))
    return dict(found)


class QuotaBatches(AggregateStore[QuotaBatch]):
    """Batches of the item's tenant, each with its lines."""

    table = QUOTA_BATCH
    aggregate_type = "quota_batch"
    missing = BatchUnknown

    def to_row(self, aggregate: QuotaBatch) -> dict[str, Any]:
        written = {"quota": aggregate.quota.model_dump(mode="json"), "used": Decimal(kept_takes(aggregate.used))}
        return own_row(QUOTA_BATCH, aggregate) | written

    def from_row(self, row: RowMapping) -> QuotaBatch:
        return batch_of(row)

    def where(self, *conditions: Any, lock: bool = True, limit: int | None = None) -> list[QuotaBatch]:
        found = super().where(*conditions, lock=lock, limit=limit)
        if found:
            lines = entries_of(self._uow, self._uow.tenants, [batch.id for batch in found])
            for batch in found:
                batch.entries = tuple(lines.get(batch.id, ()))
        return found

    def save_many(self, aggregates: Iterable[QuotaBatch]) -> None:
        saved = list(aggregates)
        new = [batch for batch in saved if batch.version == 0]
        super().save_many(saved)
        self.add_rows(BATCH_LINE, [row for batch in new for row in _line_rows(batch)])

    def sealed_besides(self, aggregate: QuotaBatch) -> dict[str, Any]:
        if aggregate.version > 0:
            return {}
        return {"lines": [[e.case_id, e.place, e.outcome, e.allotted_fen, e.mark] for e in aggregate.entries]}


def newest_version(database: Statements, item_id: str) -> int | None:
    """The newest version of an item that has arrived."""
    row = database.execute(
        "SELECT max(item_version) AS version FROM item_version WHERE item_id = :item", {"item": item_id}
    ).first()
    return row.version if row is not None else None


def items_of(database: Statements, tenant: str, family: str) -> list[str]:
    """The items of a family; versions from before families were kept have the item's id for it."""
    asked = {"tenant": tenant, "family": family}
    return list(
        database.execute(
            "SELECT DISTINCT item_id FROM item_version WHERE tenant = :tenant AND coalesce(family, item_id) = :family"
            " ORDER BY item_id",
            asked,
        ).scalars()
    )


def _line_rows(batch: QuotaBatch) -> list[dict[str, Any]]:
    return [
        {name: getattr(entry, name) for name in LINE_FIELDS}
        | {"takes": Decimal(kept_takes(entry.takes)), "tenant": batch.tenant, "batch_id": batch.id, "line": number}
        for number, entry in enumerate(batch.entries, 1)
    ]
