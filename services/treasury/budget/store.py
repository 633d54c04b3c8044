"""Budget lines and the ledger as rows.

Whoever changes money locks budget lines first and disbursements after, each in key order: two transactions can
then wait for each other, but not in a circle.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, Integer, MetaData, RowMapping, Table, Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.write.store import AggregateStore, aggregate_columns
from chassis.write.uow import UnitOfWork
from contracts.aggregate import Aggregate
from contracts.message import Id, TenantId
from contracts.refusal import StaleVersion
from services.treasury.budget.domain import BudgetExhausted, BudgetLine
from services.treasury.budget.ledger import Entry

METADATA = MetaData()


BUDGET_LINE = Table(
    "budget_line",
    METADATA,
    *aggregate_columns(),
    Column("year", Integer, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_id", Text),
    Column("item_id", Text),
    Column("code", Text),
    Column("mode", Text, nullable=False),
    Column("appropriated_fen", BigInteger, nullable=False),
    Column("reserved_fen", BigInteger, nullable=False),
    Column("settled_fen", BigInteger, nullable=False),
    Column("returned_fen", BigInteger, nullable=False),
    Column("swept_fen", BigInteger, nullable=False),
)

LINE_FIELDS = tuple(str(column.name) for column in BUDGET_LINE.c if column.name not in Aggregate.__slots__)


OF_DEPARTMENTS = """
SELECT l.id FROM budget_line l
JOIN unnest(CAST(:tenants AS text[]), CAST(:years AS integer[]), CAST(:departments AS text[]), CAST(:items AS text[]))
    AS k(tenant, year, department_id, item_id)
    ON (l.tenant, l.year, l.department_id) = (k.tenant, k.year, k.department_id)
    AND (l.item_id = k.item_id OR l.item_id IS NULL)
ORDER BY l.item_id NULLS LAST, l.id
"""


class LineOfDepartment(NamedTuple):
    """What lines of a department are looked for by: they are those of the item and those of all items."""

    tenant: TenantId
    year: int
    department_id: Id
    item_id: str | None


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

    def of_departments(self, wanted: Collection[LineOfDepartment]) -> list[str]:
        """Ids of the lines that these departments have, under whatever name: those of the item, then those of all items."""
        if not wanted:
            return []
        asked = sorted(set(wanted), key=str)
        columns = {
            "tenants": [each.tenant for each in asked],
            "years": [each.year for each in asked],
            "departments": [each.department_id for each in asked],
            "items": [each.item_id for each in asked],
        }
        return list(self._uow.execute(OF_DEPARTMENTS, columns).scalars())

    def ever_of(self, department_ids: Collection[Id]) -> list[str]:
        """Ids of all lines of these departments, of any year."""
        columns = self.table.c
        wanted = columns.department_id == any_(literal(sorted(set(department_ids)), ARRAY(Text)))
        statement = select(columns.id).where(self.of_tenants, wanted)
        return list(self._uow.execute(statement).scalars()) if department_ids else []

    def to_row(self, aggregate: BudgetLine) -> dict[str, Any]:
        return {name: getattr(aggregate, name) for name in LINE_FIELDS}

    def from_row(self, row: RowMapping) -> BudgetLine:
        return budget_line_of(row)


class Ledger:
    """The ledger is only ever added to; the role that writes here may not do otherwise."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def append(self, entries: Sequence[Entry]) -> None:
        """Write entries with their postings, in two statements; the database checks the balance at commit.

        Each is sealed with its postings, its actor and its trace like the versions of everything else.
        """
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
        for entry in entries:
            self._uow.entered(entry.tenant, "ledger_entry", entry.id, entry.sealed())

    def documents_on(self, line_id: str) -> frozenset[str]:
        """The numbers of the documents that have put money on the line, which the caller holds locked."""
        found = self._uow.execute(
            "SELECT document FROM ledger_entry WHERE tenant = :tenant AND line_id = :line AND kind = 'appropriate'",
            {"tenant": self._uow.tenant, "line": line_id},
        )
        return frozenset(found.scalars())
