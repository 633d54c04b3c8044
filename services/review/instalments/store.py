"""Plans of instalments as rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, RowMapping, Table, Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.intake import Claim
from contracts.rule import InstalmentRecord
from services.review.cases.filing import follow_up_id
from services.review.cases.refusals import CaseNotFound
from services.review.cases.tables import REVIEW_CASE
from services.review.instalments.domain import ClaimSchedule, ScheduledPart

METADATA = MetaData()
INSTALMENT_PLAN = Table(
    "instalment_plan",
    METADATA,
    *aggregate_columns(),
    Column("claim", JSONB, nullable=False),
    Column("parts", JSONB, nullable=False),
    Column("claim_year", Integer, nullable=False),
    Column("schedule", Integer),
    Column("whole_fen", BigInteger),
    Column("settled", JSONB, nullable=False),
    Column("number", Integer, nullable=False),
    Column("due_from", Date),
    Column("state", Text, nullable=False),
    Column("why", Text, nullable=False),
)
SAID: dict[str, TypeAdapter[Any]] = {
    "claim": TypeAdapter(Claim),
    "parts": TypeAdapter(tuple[ScheduledPart, ...]),
    "settled": TypeAdapter(dict[str, tuple[InstalmentRecord, ...]]),
}
PLAIN = ("claim_year", "schedule", "whole_fen", "number", "due_from", "state", "why")


class ClaimSchedules(AggregateStore[ClaimSchedule]):
    """One for each claim that pays in parts, by the case of its first."""

    table = INSTALMENT_PLAN
    aggregate_type = "instalment_plan"
    missing = CaseNotFound

    def firsts_of(self, case_ids: Sequence[str]) -> dict[str, str]:
        """By case the first one of its claim; nothing is locked, so that all can be locked together."""
        c = REVIEW_CASE.c
        wanted = select(c.id, c.first_case_id).where(
            c.tenant == any_(literal(list(self._uow.tenants), ARRAY(Text))),
            c.id == any_(literal(sorted(set(case_ids)), ARRAY(Text))),
        )
        return {row.id: row.first_case_id or row.id for row in self._uow.execute(wanted)}

    def follow_ups(self, ids: Collection[str]) -> list[str]:
        """The cases that later instalments of these claims have, or will have; nothing is locked."""
        found = self.where(self.table.c.id == any_(literal(sorted(set(ids)), ARRAY(Text))), lock=False)
        return [follow_up_id(plan.id, number) for plan in found for number in plan.numbers]

    def to_row(self, aggregate: ClaimSchedule) -> dict[str, Any]:
        documents = {name: adapter.dump_python(getattr(aggregate, name), mode="json") for name, adapter in SAID.items()}
        return {**{name: getattr(aggregate, name) for name in PLAIN}, **documents}

    def from_row(self, row: RowMapping) -> ClaimSchedule:
        return plan_of(row, **self.frame_fields(row))


def plan_of(row: RowMapping, **frame: Any) -> ClaimSchedule:
    """The plan that a row stands for."""
    documents = {name: adapter.validate_python(row[name]) for name, adapter in SAID.items()}
    return ClaimSchedule(**frame, **{name: row[name] for name in PLAIN}, **documents)
