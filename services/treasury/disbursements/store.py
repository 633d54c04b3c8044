"""Disbursements as rows. They are locked after budget lines, and in key order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
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
from contracts.aggregate import Aggregate
from contracts.enterprises import Payee
from contracts.intake import Claim
from services.treasury.budget.domain import BudgetLine
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.refusals import DisbursementNotFound

METADATA = MetaData()
INSTANT = DateTime(timezone=True)


DISBURSEMENT = Table(
    "disbursement",
    METADATA,
    *aggregate_columns(),
    Column("case_id", Text, nullable=False),
    Column("claim", JSONB, nullable=False),
    Column("department", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("payee", JSONB, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("instalment", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("previous_id", Text),
    Column("approved_by", Text, nullable=False),
    Column("approved_at", INSTANT, nullable=False),
    Column("received_at", INSTANT, nullable=False),
    Column("year", Integer, nullable=False),
    Column("payout_days", Integer, nullable=False),
    Column("clock_started_at", INSTANT, nullable=False),
    Column("due_at", INSTANT),
    Column("alarmed", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("line_id", Text),
    Column("authorised_by", Text),
    Column("authorised_at", INSTANT),
    Column("instruction_id", Text),
    Column("sent_at", INSTANT),
    Column("unheard", Integer, nullable=False),
    Column("bank_reference", Text),
    Column("settled_at", INSTANT),
)


NOT_FIELDS = {*Aggregate.__slots__, "claim", "payee", "department", "item_id"}
PAYMENT_FIELDS = tuple(str(column.name) for column in DISBURSEMENT.c if column.name not in NOT_FIELDS)


def disbursement_of(row: RowMapping) -> Disbursement:
    """The aggregate that a row of `disbursement` stands for."""
    return Disbursement(
        **AggregateStore.frame_fields(row),
        **{name: row[name] for name in PAYMENT_FIELDS},
        claim=Claim.model_validate(row["claim"]),
        payee=Payee.model_validate(row["payee"]),
    )


class Disbursements(AggregateStore[Disbursement]):
    """Attempts to pay."""

    table = DISBURSEMENT
    aggregate_type = "disbursement"
    missing = DisbursementNotFound

    def to_row(self, aggregate: Disbursement) -> dict[str, Any]:
        return {
            **{name: getattr(aggregate, name) for name in PAYMENT_FIELDS},
            "claim": aggregate.claim.model_dump(mode="json"),
            "department": aggregate.claim.department,
            "item_id": aggregate.claim.item_id,
            "payee": aggregate.payee.model_dump(mode="json"),
        }

    def from_row(self, row: RowMapping) -> Disbursement:
        return disbursement_of(row)

    def look_at(self, ids: Collection[str]) -> list[Disbursement]:
        """Those that exist, without a lock: to learn which lines and tenants they concern."""
        return self.where(self.table.c.id == any_(_texts(ids)), lock=False) if ids else []

    def of_cases(self, case_ids: Collection[str], *, lock: bool = True) -> list[Disbursement]:
        """Every attempt of every revision and instalment of these cases, in key order."""
        return self.where(self.table.c.case_id == any_(_texts(case_ids)), lock=lock)

    def waiting_for(self, line: BudgetLine, limit: int) -> list[str]:
        """Ids of held disbursements that the line may pay and now covers one by one, in order of approval."""
        columns = self.table.c
        statement = (
            select(columns.id)
            .where(
                columns.tenant == line.tenant,
                columns.year == line.year,
                columns.department == line.department,
                columns.state == "held",
                columns.amount_fen <= line.available_fen,
            )
            .order_by(columns.approved_at, columns.case_id, columns.id)
            .limit(limit)
        )
        if line.item_id is not None:
            statement = statement.where(columns.item_id == line.item_id)
        return list(self._uow.execute(statement).scalars())

    def by_instruction(self, instruction_ids: Collection[str]) -> dict[str, str]:
        """instruction id → disbursement id, of those that are this unit of work's tenants' own."""
        columns = self.table.c
        wanted = columns.instruction_id == any_(_texts(instruction_ids))
        rows = self._uow.execute(select(columns.instruction_id, columns.id).where(wanted))
        return {row.instruction_id: row.id for row in rows}


def _texts(values: Collection[str]) -> ColumnElement[Sequence[str]]:
    """These as one array, whatever their number: one statement."""
    return literal(sorted(set(values)), ARRAY(Text))
