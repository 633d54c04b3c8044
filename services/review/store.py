"""Review's tables: cases, the item versions they are pinned to, and the award register."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Boolean, Column, DateTime, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.uow import UnitOfWork
from contracts.enterprises import Payee
from contracts.intake import Claim
from contracts.policies import PolicyPublished, PolicyRevised
from contracts.refusal import Reason
from contracts.rule import Assessment, Fact, ItemRules, TimeLimit
from services.review.case import Case
from services.review.domain import Award, CaseNotFound, Decision, Inspection
from services.review.merged_firms import MergedFirms

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
            decision=Decision(decided_by, row["decided_at"], row["note"]) if decided_by else None,
        )


ItemVersion = tuple[str, int]


class ItemVersions:
    """The rules of every published version of every item: a small copy of catalog's facts, kept for ever."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def remember(self, published: Iterable[PolicyPublished | PolicyRevised]) -> None:
        """Keep what was published, in one statement; a version that is known already stays as it is."""
        items = list(published)
        self._uow.execute(
            "INSERT INTO item_version (item_id, item_version, tenant, rules)"
            " SELECT i, v, t, r FROM unnest(CAST(:items AS text[]), CAST(:versions AS integer[]),"
            " CAST(:tenants AS text[]), CAST(:rules AS jsonb[])) AS p(i, v, t, r)"
            " ORDER BY i, v ON CONFLICT DO NOTHING",
            {
                "items": [item.item_id for item in items],
                "versions": [item.item_version for item in items],
                "tenants": [item.tenant for item in items],
                "rules": [item.content.rules.model_dump_json() for item in items],
            },
        )

    def get_many(self, keys: Collection[ItemVersion]) -> Mapping[ItemVersion, ItemRules]:
        """The rules of those versions that have arrived, in one statement."""
        wanted = sorted(set(keys))
        rows = self._uow.execute(
            "SELECT v.item_id, v.item_version, v.rules FROM item_version v"
            " JOIN unnest(CAST(:items AS text[]), CAST(:versions AS integer[])) AS k(i, n)"
            " ON (v.item_id, v.item_version) = (k.i, k.n)",
            {"items": [item for item, _ in wanted], "versions": [version for _, version in wanted]},
        )
        return {(row.item_id, row.item_version): ItemRules.model_validate(row.rules) for row in rows}


COLUMNS = ("tenant", "item_id", "uscc", "period", "case_id", "amount_fen")


class AwardRegister:
    """One award per firm, item and period: the primary key says so, whoever asks and in whatever tenant."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def reserve(self, awards: Collection[Award]) -> frozenset[str]:
        """Take these places, in one statement and in key order; returns the ids of the cases that got theirs.

        A place that another transaction is about to take is waited for. A place once taken stays taken; if
        this transaction is rolled back, nothing was. A firm whose files were merged has the places of all of them.
        """
        ordered = sorted(awards, key=lambda award: (award.item_id, award.uscc, award.period, award.case_id))
        had = self._uow.of(MergedFirms).granted_already(ordered)
        ordered = [award for award in ordered if award.case_id not in had]
        if not ordered:
            return frozenset()
        columns = {name: [getattr(award, name) for award in ordered] for name in COLUMNS}
        taken = self._uow.execute(
            "INSERT INTO award (tenant, item_id, uscc, period, case_id, amount_fen, reserved_at)"
            " SELECT a.*, :now FROM unnest(CAST(:tenant AS text[]), CAST(:item_id AS text[]),"
            " CAST(:uscc AS text[]), CAST(:period AS text[]), CAST(:case_id AS text[]),"
            " CAST(:amount_fen AS bigint[])) AS a ON CONFLICT ON CONSTRAINT award_once DO NOTHING RETURNING case_id",
            {**columns, "now": self._uow.now},
        ).scalars()
        return frozenset(taken)
