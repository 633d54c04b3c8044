"""Review's table of cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    MetaData,
    RowMapping,
    Table,
    Text,
    any_,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.enterprises import FactRecorders, Payee
from contracts.intake import Claim
from contracts.message import TenantId
from contracts.refusal import Reason
from contracts.rule import Assessment, Fact, TimeLimit
from services.review.cases.case import Case
from services.review.cases.decision import CaseDecision
from services.review.cases.inspection import Inspection
from services.review.cases.materials import CaseMaterials
from services.review.cases.refusals import CaseNotFound

METADATA = MetaData()
INSPECTION = TypeAdapter(Inspection)
MATERIALS = TypeAdapter(CaseMaterials)

REVIEW_CASE = Table(
    "review_case",
    METADATA,
    *aggregate_columns(),
    Column("claim", JSONB, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_id", Text),
    Column("facts", JSONB, nullable=False),
    Column("recorders", JSONB, nullable=False),
    Column("payee", JSONB, nullable=False),
    Column("asked_fen", BigInteger),
    Column("assessment", JSONB, nullable=False),
    Column("remarks", JSONB, nullable=False),
    Column("obstacles", JSONB, nullable=False),
    Column("inspection_required", Boolean, nullable=False),
    Column("inspection", JSONB(none_as_null=True)),
    Column("award_period", Text, nullable=False),
    Column("review_limit", JSONB(none_as_null=True)),
    Column("accepted_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("awaits_year", Integer),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("note", Text, nullable=False),
    Column("listed_by", Text),
    Column("cites", JSONB, nullable=False),
    Column("how_to_object", Text, nullable=False),
    Column("commitments", JSONB, nullable=False),
    Column("materials", JSONB, nullable=False),
)


DEADLINE_MOVE = Table(
    "review_deadline_move",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("was", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("awaits_year", Integer),
    Column("reason", Text, nullable=False),
    Column("moved_at", DateTime(timezone=True), nullable=False),
)
"""The journal of deadlines: `version` is the case's, by whose audit fact the move is sealed."""


@dataclass(frozen=True, slots=True)
class OpenReviewLimit:
    """The review limit of an open case, and what is known of when it ends."""

    case_id: str
    limit: TimeLimit
    received: datetime
    due_at: datetime | None
    awaits_year: int | None


class Cases(AggregateStore[Case]):
    """Cases of the item's tenant. `obstacles` is written out, so that reads need no domain."""

    table = REVIEW_CASE
    aggregate_type = "case"
    missing = CaseNotFound

    def to_row(self, aggregate: Case) -> dict[str, Any]:
        inspection, limit, decision = aggregate.inspection, aggregate.review_limit, aggregate.decision
        return {
            "claim": aggregate.claim.model_dump(mode="json"),
            "department": aggregate.claim.department,
            "department_id": aggregate.claim.department_id,
            "facts": [fact.model_dump(mode="json") for fact in aggregate.facts],
            "recorders": [each.model_dump(mode="json") for each in aggregate.recorders],
            "payee": aggregate.payee.model_dump(mode="json"),
            "asked_fen": aggregate.asked_fen,
            "assessment": aggregate.assessment.model_dump(mode="json"),
            "remarks": [reason.model_dump() for reason in aggregate.remarks],
            "obstacles": [reason.model_dump() for reason in aggregate.open_reasons()],
            "inspection_required": aggregate.inspection_required,
            "inspection": INSPECTION.dump_python(inspection, mode="json") if inspection else None,
            "award_period": aggregate.award_period,
            "review_limit": limit.model_dump(mode="json") if limit else None,
            "accepted_at": aggregate.accepted_at,
            "due_at": aggregate.due_at,
            "awaits_year": aggregate.awaits_year,
            "state": aggregate.state,
            "decided_by": decision.by if decision else None,
            "decided_at": decision.at if decision else None,
            "note": decision.note if decision else "",
            "listed_by": aggregate.listed_by,
            "cites": list(decision.cites) if decision else [],
            "how_to_object": decision.how_to_object if decision else "",
            "commitments": list(aggregate.commitments),
            "materials": MATERIALS.dump_python(aggregate.materials, mode="json"),
        }

    def from_row(self, row: RowMapping) -> Case:
        limit = row["review_limit"]
        return Case(
            **self.frame_fields(row),
            claim=Claim.model_validate(row["claim"]),
            facts=tuple(Fact.model_validate(fact) for fact in row["facts"]),
            recorders=tuple(FactRecorders.model_validate(each) for each in row["recorders"]),
            payee=Payee.model_validate(row["payee"]),
            asked_fen=row["asked_fen"],
            assessment=Assessment.model_validate(row["assessment"]),
            remarks=tuple(Reason.model_validate(reason) for reason in row["remarks"]),
            inspection_required=row["inspection_required"],
            inspection=INSPECTION.validate_python(row["inspection"]) if row["inspection"] else None,
            award_period=row["award_period"],
            review_limit=TimeLimit.model_validate(limit) if limit else None,
            accepted_at=row["accepted_at"],
            due_at=row["due_at"],
            awaits_year=row["awaits_year"],
            state=row["state"],
            decision=_decision(row),
            listed_by=row["listed_by"],
            commitments=tuple(row["commitments"]),
            materials=MATERIALS.validate_python(row["materials"]),
        )

    def sealed_besides(self, aggregate: Case) -> dict[str, Any]:
        return {"deadline_move": aggregate.moved.model_dump(mode="json")} if aggregate.moved else {}

    def save_many(self, aggregates: Iterable[Case]) -> None:
        saved = list(aggregates)
        super().save_many(saved)
        moves = []
        for case in saved:
            if case.moved is not None:
                moves.append(
                    {**case.moved.__dict__, "tenant": case.tenant, "case_id": case.id, "version": case.version}
                )
                case.moved = None
        self.add_rows(DEADLINE_MOVE, moves)

    def open_limits(self, tenant: TenantId, after: str, limit: int) -> list[OpenReviewLimit]:
        """The limits of open cases that come next after this id; nothing is locked."""
        c = self.table.c
        statement = (
            select(c.id, c.review_limit, c.accepted_at, c.due_at, c.awaits_year)
            .where(
                c.tenant == tenant,
                c.id > after,
                c.state == literal("accepted", literal_execute=True),
                c.review_limit.is_not(None),
            )
            .order_by(c.id)
            .limit(limit)
        )
        return [
            OpenReviewLimit(
                row.id, TimeLimit.model_validate(row.review_limit), row.accepted_at, row.due_at, row.awaits_year
            )
            for row in self._uow.execute(statement)
        ]

    def held_lines(self, tenants: Collection[TenantId]) -> list[tuple[TenantId, str]]:
        """(tenant, id) of the lines of lists that wait for the meaning of their plans' words."""
        columns = self.table.c
        waiting = select(columns.tenant, columns.id).where(
            columns.tenant == any_(literal(sorted(set(tenants)), ARRAY(Text))), columns.listed_by.is_not(None)
        )
        return [(row.tenant, row.id) for row in self._uow.execute(waiting)]


def _decision(row: RowMapping) -> CaseDecision | None:
    if row["decided_by"] is None:
        return None
    cites = tuple(row["cites"])
    return CaseDecision(row["decided_by"], row["decided_at"], row["note"], cites, row["how_to_object"])
