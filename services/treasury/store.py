"""Treasury's tables, and how rows become aggregates.

Whoever changes money locks budget lines first and disbursements after, each in key order: two transactions can
then wait for each other, but not in a circle.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, RowMapping, Table, Text, any_, select
from sqlalchemy.dialects.postgresql import JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.enterprises import Payee
from contracts.intake import Claim
from contracts.refusal import StaleVersion
from services.treasury.budget import BudgetExhausted, BudgetLine
from services.treasury.domain import Disbursement
from services.treasury.ledger import Entry
from services.treasury.refusals import DisbursementNotFound

if TYPE_CHECKING:
    from chassis.write.uow import UnitOfWork

METADATA = MetaData()
INSTANT = DateTime(timezone=True)

BUDGET_LINE = Table(
    "budget_line",
    METADATA,
    *aggregate_columns(),
    Column("year", Integer, nullable=False),
    Column("department", Text, nullable=False),
    Column("item_id", Text),
    Column("mode", Text, nullable=False),
    Column("appropriated_fen", BigInteger, nullable=False),
    Column("reserved_fen", BigInteger, nullable=False),
    Column("settled_fen", BigInteger, nullable=False),
    Column("returned_fen", BigInteger, nullable=False),
    Column("swept_fen", BigInteger, nullable=False),
)

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


def _names(table: Table, *others: str) -> tuple[str, ...]:
    """The columns that are called as the aggregate's own fields, as plain text (SQLAlchemy's names are more)."""
    frame = {column.name for column in aggregate_columns()}
    return tuple(str(column.name) for column in table.c if column.name not in {*frame, *others})


LINE_FIELDS = _names(BUDGET_LINE)
PAYMENT_FIELDS = _names(DISBURSEMENT, "claim", "payee", "department", "item_id")


def disbursement_of(row: RowMapping) -> Disbursement:
    """The aggregate that a row of `disbursement` stands for."""
    return Disbursement(
        **AggregateStore.frame_fields(row),
        **{name: row[name] for name in PAYMENT_FIELDS},
        claim=Claim.model_validate(row["claim"]),
        payee=Payee.model_validate(row["payee"]),
    )


def budget_line_of(row: RowMapping) -> BudgetLine:
    """The aggregate that a row of `budget_line` stands for."""
    return BudgetLine(**AggregateStore.frame_fields(row), **{name: row[name] for name in LINE_FIELDS})


class BudgetLines(AggregateStore[BudgetLine]):
    """Budget lines. Loading one locks it: what is available is decided by one transaction at a time."""

    table = BUDGET_LINE
    aggregate_type = "budget_line"
    # Two first appropriations of one line at once: the second reads again and adds to the line.
    refusals = {
        "budget_line_pkey": StaleVersion,
        "budget_line_once": StaleVersion,
        "budget_line_never_below_zero": BudgetExhausted,
    }

    def to_row(self, aggregate: BudgetLine) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in LINE_FIELDS}

    def from_row(self, row: RowMapping) -> BudgetLine:
        return budget_line_of(row)


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
        return self.where(self.table.c.id == any_(sorted(set(ids))), lock=False) if ids else []

    def of_cases(self, case_ids: Collection[str], *, lock: bool = True) -> list[Disbursement]:
        """Every attempt of every revision and instalment of these cases, in key order."""
        return self.where(self.table.c.case_id == any_(sorted(set(case_ids))), lock=lock)

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
        wanted = columns.instruction_id == any_(sorted(set(instruction_ids)))
        rows = self._uow.execute(select(columns.instruction_id, columns.id).where(wanted))
        return {row.instruction_id: row.id for row in rows}


class Ledger:
    """The ledger is only ever added to; the role that writes here may not do otherwise."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def append(self, entries: Sequence[Entry]) -> None:
        """Write entries with their postings, in two statements; the database checks the balance at commit."""
        if not entries:
            return
        self._uow.execute(
            "INSERT INTO ledger_entry (tenant, id, line_id, kind, disbursement_id, document, reverses, at)"
            " SELECT * FROM unnest(CAST(:tenants AS text[]), CAST(:ids AS text[]), CAST(:lines AS text[]),"
            " CAST(:kinds AS text[]), CAST(:disbursements AS text[]), CAST(:documents AS text[]),"
            " CAST(:reversed AS text[]), CAST(:ats AS timestamptz[]))",
            {
                "tenants": [entry.tenant for entry in entries],
                "ids": [entry.id for entry in entries],
                "lines": [entry.line_id for entry in entries],
                "kinds": [entry.kind for entry in entries],
                "disbursements": [entry.disbursement_id for entry in entries],
                "documents": [entry.document for entry in entries],
                "reversed": [entry.reverses for entry in entries],
                "ats": [entry.at for entry in entries],
            },
        )
        postings = [(entry, posting) for entry in entries for posting in entry.postings]
        self._uow.execute(
            "INSERT INTO ledger_posting (tenant, entry_id, account, amount_fen) SELECT * FROM unnest("
            "CAST(:tenants AS text[]), CAST(:ids AS text[]), CAST(:accounts AS text[]), CAST(:amounts AS bigint[]))",
            {
                "tenants": [entry.tenant for entry, _ in postings],
                "ids": [entry.id for entry, _ in postings],
                "accounts": [posting.account for _, posting in postings],
                "amounts": [posting.amount_fen for _, posting in postings],
            },
        )
