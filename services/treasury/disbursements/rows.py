"""How a disbursement stands in its tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.aggregate import Aggregate
from contracts.enterprises import Payee
from contracts.intake import Claim
from contracts.payment_terms import PaymentTerms
from contracts.rule import TimeUnit
from services.treasury.disbursements.domain import Disbursement

METADATA = MetaData()
INSTANT = DateTime(timezone=True)


DISBURSEMENT = Table(
    "disbursement",
    METADATA,
    *aggregate_columns(),
    Column("case_id", Text, nullable=False),
    Column("claim", JSONB, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_id", Text),
    Column("item_id", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("payee", JSONB, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("instalment", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("approved_fen", BigInteger),
    Column("withheld_fen", BigInteger),
    *(Column(name, Text) for name in ("withheld_by", "paying_department_id", "budget_code", "holder_id", "income_tax")),
    Column("terms", JSONB),
    Column("attempt", Integer, nullable=False),
    Column("previous_id", Text),
    Column("approved_by", Text, nullable=False),
    Column("approved_at", INSTANT, nullable=False),
    Column("received_at", INSTANT, nullable=False),
    Column("year", Integer, nullable=False),
    Column("payout_days", Integer, nullable=False),
    Column("payout_unit", Text, nullable=False),
    Column("clock_started_at", INSTANT, nullable=False),
    Column("due_at", INSTANT),
    Column("awaits_year", Integer),
    Column("alarmed", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("line_id", Text),
    Column("authorised_by", Text),
    Column("authorised_at", INSTANT),
    Column("instruction_id", Text),
    *(Column(name, INSTANT) for name in ("sent_at", "taken_up_at")),
    Column("unheard", Integer, nullable=False),
    Column("asked_at", INSTANT),
    Column("quiet_since", INSTANT),
    Column("payee_of", Text),
    Column("unheard_instruction_id", Text),
    Column("unheard_asked_at", INSTANT),
    Column("contradiction", Text),
    Column("return_listed_at", INSTANT),
    Column("bank_reference", Text),
    Column("settled_at", INSTANT),
)


DEADLINE_MOVE = Table(
    "payout_deadline_move",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("disbursement_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("was", INSTANT),
    Column("due_at", INSTANT),
    Column("awaits_year", Integer),
    Column("reason", Text, nullable=False),
    Column("moved_at", INSTANT, nullable=False),
)
"""The journal of deadlines: `version` is the disbursement's, by whose audit fact the move is sealed."""


WRITTEN_OUT = {
    "department",
    "department_id",
    "item_id",
    "paying_department_id",
    "budget_code",
    "holder_id",
    "income_tax",
}
"""What of its documents rows are found by."""

NOT_FIELDS = {*Aggregate.__slots__, *WRITTEN_OUT, "claim", "payee", "payee_of", "terms", "payout_unit"}
PAYMENT_FIELDS = tuple(str(column.name) for column in DISBURSEMENT.c if column.name not in NOT_FIELDS)


def disbursement_of(row: RowMapping) -> Disbursement:
    """The aggregate that a row of `disbursement` stands for. Before accounts followed merges, all were of the claim's enterprise."""
    claim = Claim.model_validate(row["claim"])
    return Disbursement(
        **AggregateStore.frame_fields(row),
        **{name: row[name] for name in PAYMENT_FIELDS},
        claim=claim,
        payee_of=row["payee_of"] or claim.enterprise_id,
        payee=Payee.model_validate(row["payee"]),
        terms=PaymentTerms.model_validate(row["terms"] or {}),
        payout_unit=TimeUnit(row["payout_unit"]),
    )


def row_of(aggregate: Disbursement) -> dict[str, Any]:
    """Its own columns: itself, its documents, and what of these it is found by."""
    return {
        **{name: getattr(aggregate, name) for name in PAYMENT_FIELDS},
        "claim": aggregate.claim.model_dump(mode="json"),
        "department": aggregate.named_department or "",
        "department_id": aggregate.paying_department_id,
        "item_id": aggregate.claim.item_id,
        "payee": aggregate.payee.model_dump(mode="json"),
        "payee_of": aggregate.payee_of,
        "terms": aggregate.terms.model_dump(mode="json", exclude_defaults=True),
        "payout_unit": aggregate.payout_unit.value,
        "paying_department_id": aggregate.terms.paying_department_id,
        "budget_code": aggregate.terms.budget_line,
        "holder_id": aggregate.holder_id,
        "income_tax": aggregate.terms.income_tax,
    }
