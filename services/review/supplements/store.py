"""Supplements as rows of the case's tenant."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, RowMapping, Table, Text, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.intake import Claim
from contracts.supplements import SupplementPointView
from services.review.supplements.supplement import Supplement, SupplementNotFound

INSTANT = DateTime(timezone=True)
POINTS: TypeAdapter[tuple[SupplementPointView, ...]] = TypeAdapter(tuple[SupplementPointView, ...])

CASE_SUPPLEMENT = Table(
    "case_supplement",
    MetaData(),
    *aggregate_columns(),
    Column("case_id", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("claim", JSONB, nullable=False),
    Column("points", JSONB, nullable=False),
    Column("clock", JSONB, nullable=False),
    Column("then_follows", Text, nullable=False),
    Column("before_acceptance", Boolean, nullable=False),
    Column("department", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", INSTANT, nullable=False),
    Column("due_at", INSTANT),
    Column("awaits_year", Integer),
    Column("state", Text, nullable=False),
    Column("answered_by", Text),
    Column("answered_at", INSTANT),
    Column("ended_at", INSTANT),
)

FRAME = ("tenant", "id", "version", "sequence", "traceparent")
PLAIN = tuple(str(column.name) for column in CASE_SUPPLEMENT.c if column.name not in ("claim", "points"))
OWN = tuple(name for name in PLAIN if name not in FRAME)


class Supplements(AggregateStore[Supplement]):
    """Supplements of cases, each round a row."""

    table = CASE_SUPPLEMENT
    aggregate_type = "case_supplement"
    missing = SupplementNotFound

    def of_cases(self, case_ids: Collection[str]) -> list[Supplement]:
        """Every round of these cases, locked."""
        wanted = any_(literal(sorted(set(case_ids)), ARRAY(Text)))
        return self.where(self.table.c.case_id == wanted) if case_ids else []

    def to_row(self, aggregate: Supplement) -> dict[str, Any]:
        return {
            **{name: getattr(aggregate, name) for name in OWN},
            "claim": aggregate.claim.model_dump(mode="json"),
            "points": POINTS.dump_python(aggregate.points, mode="json"),
        }

    def from_row(self, row: RowMapping) -> Supplement:
        return Supplement(
            **{name: row[name] for name in PLAIN},
            claim=Claim.model_validate(row["claim"]),
            points=POINTS.validate_python(row["points"]),
        )
