"""Draws and checks as rows, and the claims that a draw can be made from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, Date, DateTime, Integer, MetaData, Row, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.time.clock import CHINA
from chassis.write.store import AggregateStore, aggregate_columns, own_row
from contracts.credit_checks import ItemAwaitingDraw
from contracts.message import Id
from copies.departments import Database
from services.review.credit_checks.credit_check import (
    CheckerRecusal,
    CheckRecord,
    CreditCheck,
    CreditCheckUnknown,
    CreditDraw,
    CreditDrawUnknown,
    NothingToDraw,
)

METADATA = MetaData()
INSTANT = DateTime(timezone=True)

CREDIT_DRAW = Table(
    "credit_draw",
    METADATA,
    *aggregate_columns(),
    Column("item_id", Text, nullable=False),
    Column("item_title", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_id", Text),
    Column("decided_from", Date, nullable=False),
    Column("decided_to", Date, nullable=False),
    Column("percent", Integer, nullable=False),
    Column("seed", Text, nullable=False),
    Column("cases_hash", Text, nullable=False),
    Column("people_hash", Text, nullable=False),
    Column("drawn_from", JSONB, nullable=False),
    Column("people", JSONB, nullable=False),
    Column("drawn_by", Text, nullable=False),
    Column("drawn_at", INSTANT, nullable=False),
    Column("checks", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("published_at", INSTANT),
)

CREDIT_CHECK = Table(
    "credit_check",
    METADATA,
    *aggregate_columns(),
    Column("draw_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("enterprise_name", Text, nullable=False),
    Column("decided_at", INSTANT, nullable=False),
    Column("able", JSONB, nullable=False),
    Column("due_at", INSTANT),
    Column("recusals", JSONB, nullable=False),
    Column("records", JSONB, nullable=False),
    Column("confirmed_by", Text),
    Column("done_at", INSTANT),
)

DOCUMENTS: dict[str, TypeAdapter[Any]] = {
    "drawn_from": TypeAdapter(tuple[str, ...]),
    "people": TypeAdapter(tuple[str, ...]),
    "able": TypeAdapter(tuple[str, ...]),
    "recusals": TypeAdapter(tuple[CheckerRecusal, ...]),
    "records": TypeAdapter(tuple[CheckRecord, ...]),
}

GRANTED_ON_CREDIT = """c.credit_commitment AND c.state = 'approved' AND c.undo_until IS NULL AND c.instalment = 1
  AND (SELECT a.verdict = 'passed' AND a.evidence ? 'credit' FROM case_answer a
       WHERE (a.tenant, a.case_id, a.kind) = (c.tenant, c.id, 'material_check') ORDER BY a.number DESC LIMIT 1)
  AND NOT EXISTS (SELECT FROM credit_draw_case d WHERE (d.tenant, d.case_id) = (c.tenant, c.id))"""
"""Whether the case `c` was granted on credit, has been told, and no draw has been made from it. It is an index's condition in part."""

POPULATION = f"""
SELECT c.id, c.claim, c.decided_at, c.department, c.department_id FROM review_case c
WHERE c.tenant = :tenant AND c.item_id = :item AND c.decided_at >= :since AND c.decided_at < :until AND {GRANTED_ON_CREDIT}
ORDER BY c.id
"""

AWAITING = f"""
SELECT c.item_id, min(c.claim ->> 'item_title') AS item_title, count(*) AS cases, min(c.decided_at) AS first, max(c.decided_at) AS last
FROM review_case c WHERE c.tenant = :tenant AND c.department_id IS NOT DISTINCT FROM :department AND {GRANTED_ON_CREDIT}
GROUP BY c.item_id ORDER BY min(c.decided_at), c.item_id LIMIT 100
"""

# Whoever has answered a step of it, shared one, recorded a fact of it or decided it.
INVOLVED = """
SELECT a.case_id, a.by AS person FROM case_answer a WHERE a.tenant = :tenant AND a.case_id = ANY (CAST(:cases AS text[]))
UNION SELECT a.case_id, jsonb_array_elements_text(a.evidence -> 'shared_by') FROM case_answer a
WHERE a.tenant = :tenant AND a.case_id = ANY (CAST(:cases AS text[])) AND jsonb_typeof(a.evidence -> 'shared_by') = 'array'
UNION SELECT c.id, jsonb_array_elements_text(r -> 'persons') FROM review_case c, jsonb_array_elements(c.recorders) AS r
WHERE c.tenant = :tenant AND c.id = ANY (CAST(:cases AS text[]))
UNION SELECT c.id, c.decided_by FROM review_case c
WHERE c.tenant = :tenant AND c.id = ANY (CAST(:cases AS text[])) AND c.decided_by IS NOT NULL
"""

KEEP_POPULATION = """
INSERT INTO credit_draw_case (tenant, case_id, draw_id)
SELECT :tenant, id, :draw FROM unnest(CAST(:cases AS text[])) AS id ORDER BY id
ON CONFLICT DO NOTHING
"""


class CreditDraws(AggregateStore[CreditDraw]):
    table = CREDIT_DRAW
    aggregate_type = "credit_draw"
    missing = CreditDrawUnknown

    def population(self, item_id: Id, first: date, last: date) -> Sequence[Row[Any]]:
        """The claims that a draw can be made from: id, claim, decided_at, department, department_id."""
        since, until = (datetime.combine(day, time(), CHINA) for day in (first, last + timedelta(days=1)))
        asked = {"tenant": self._uow.tenant, "item": item_id, "since": since, "until": until}
        return self._uow.execute(POPULATION, asked).all()

    def involved(self, cases: Collection[Id]) -> dict[Id, set[Id]]:
        """By case, who has had to do with it."""
        found: dict[Id, set[Id]] = {each: set() for each in cases}
        for row in self._uow.execute(INVOLVED, {"tenant": self._uow.tenant, "cases": sorted(cases)}):
            found[row.case_id].add(row.person)
        return found

    def keep_population(self, draw: CreditDraw) -> None:
        """Nobody draws from these cases again. Raises NothingToDraw where another draw has taken one of them meanwhile."""
        said = {"tenant": draw.tenant, "draw": draw.id, "cases": list(draw.drawn_from)}
        if self._uow.execute(KEEP_POPULATION, said).rowcount != len(draw.drawn_from):
            raise NothingToDraw()

    def to_row(self, aggregate: CreditDraw) -> dict[str, Any]:
        return _row_of(aggregate, CREDIT_DRAW)

    def from_row(self, row: RowMapping) -> CreditDraw:
        return draw_of(row)


class CreditChecks(AggregateStore[CreditCheck]):
    table = CREDIT_CHECK
    aggregate_type = "credit_check"
    missing = CreditCheckUnknown

    def peek(self, check_id: Id) -> CreditCheck:
        """Unlocked: a draw is locked before its checks. Raises CreditCheckUnknown."""
        found = self.where(self.table.c.id == check_id, lock=False)
        if not found:
            raise CreditCheckUnknown()
        return found[0]

    def of_draw(self, draw_id: Id) -> list[CreditCheck]:
        """All of them, unlocked, in the order in which they were drawn."""
        return sorted(self.where(self.table.c.draw_id == draw_id, lock=False), key=lambda each: each.id)

    def to_row(self, aggregate: CreditCheck) -> dict[str, Any]:
        return _row_of(aggregate, CREDIT_CHECK)

    def from_row(self, row: RowMapping) -> CreditCheck:
        return check_of(row)


def awaiting(database: Database, tenant: str, department_id: Id | None) -> tuple[ItemAwaitingDraw, ...]:
    """Items of a department with claims that no draw has been made from, those that wait longest first."""
    found = database.execute(AWAITING, {"tenant": tenant, "department": department_id}).mappings()
    return tuple(
        ItemAwaitingDraw(
            item_id=row["item_id"],
            item_title=row["item_title"],
            cases=row["cases"],
            first_decided_on=row["first"].astimezone(CHINA).date(),
            last_decided_on=row["last"].astimezone(CHINA).date(),
        )
        for row in found
    )


def draw_of(row: RowMapping) -> CreditDraw:
    return CreditDraw(**_read(row, CREDIT_DRAW))


def check_of(row: RowMapping) -> CreditCheck:
    return CreditCheck(**_read(row, CREDIT_CHECK))


def _row_of(aggregate: CreditDraw | CreditCheck, table: Table) -> dict[str, Any]:
    row = own_row(table, aggregate)
    return row | {name: DOCUMENTS[name].dump_python(row[name], mode="json") for name in DOCUMENTS if name in row}


def _read(row: RowMapping, table: Table) -> dict[str, Any]:
    said = {str(column.name): row[column.name] for column in table.columns}
    return said | {name: DOCUMENTS[name].validate_python(said[name]) for name in DOCUMENTS if name in said}
