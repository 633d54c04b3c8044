"""Review's table of cases."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Boolean, Column, DateTime, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.enterprises import Payee
from contracts.intake import Claim
from contracts.refusal import Reason
from contracts.rule import Assessment, Fact, TimeLimit
from services.review.cases.case import Case
from services.review.cases.decision import CaseDecision
from services.review.cases.inspection import Inspection
from services.review.cases.refusals import CaseNotFound

METADATA = MetaData()
INSPECTION = TypeAdapter(Inspection)

REVIEW_CASE = Table(
    "review_case",
    METADATA,
    *aggregate_columns(),
    Column("claim", JSONB, nullable=False),
    Column("department", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
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
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("note", Text, nullable=False),
)


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
            "facts": [fact.model_dump(mode="json") for fact in aggregate.facts],
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
            "state": aggregate.state,
            "decided_by": decision.by if decision else None,
            "decided_at": decision.at if decision else None,
            "note": decision.note if decision else "",
        }

    def from_row(self, row: RowMapping) -> Case:
        limit, decided_by = row["review_limit"], row["decided_by"]
        return Case(
            **self.frame_fields(row),
            claim=Claim.model_validate(row["claim"]),
            facts=tuple(Fact.model_validate(fact) for fact in row["facts"]),
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
            state=row["state"],
            decision=CaseDecision(decided_by, row["decided_at"], row["note"]) if decided_by else None,
        )
