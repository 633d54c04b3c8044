"""Disbursements as rows. They are locked after budget lines, and in key order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Text, and_, any_, bindparam, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.write.store import AggregateStore
from contracts.message import TenantId
from contracts.rule import TimeUnit
from contracts.treasury import DisbursementState
from copies.departments import KnownDepartments
from services.treasury.account_copies.domain import PayeeOwner
from services.treasury.budget.domain import BudgetLine
from services.treasury.disbursements.attention import address
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.moves import CLOCK_RUNS
from services.treasury.disbursements.refusals import DisbursementNotFound
from services.treasury.disbursements.rows import DEADLINE_MOVE, DISBURSEMENT, disbursement_of, row_of

UNSENT_OF = """
WITH RECURSIVE dossiers AS (
    SELECT * FROM unnest(CAST(:places AS text[]), CAST(:enterprises AS text[])) AS k(place, id)
    UNION SELECT m.tenant, m.absorbed_id FROM merged_enterprise m
    JOIN dossiers ON (m.tenant, m.surviving_id) = (dossiers.place, dossiers.id))
SELECT d.id FROM dossiers CROSS JOIN unnest(CAST(:payers AS text[])) AS payer(tenant)
JOIN disbursement d ON (d.tenant, d.filed_in, d.enterprise_id) = (payer.tenant, dossiers.place, dossiers.id)
WHERE d.state IN ('held', 'ready', 'authorised')
"""

UNSENT_TO = """
SELECT d.id FROM disbursement d JOIN unnest(CAST(:payers AS text[])) AS payer(tenant) ON d.tenant = payer.tenant
WHERE d.holder_id = ANY (CAST(:holders AS text[])) AND d.state IN ('held', 'ready', 'authorised')
"""

HELD: tuple[DisbursementState, ...] = ("held",)


@dataclass(frozen=True, slots=True)
class OpenPayoutLimit:
    """The payout limit of a disbursement whose clock may run, and what is known of when it ends."""

    disbursement_id: str
    state: DisbursementState
    payout_days: int
    clock_started_at: datetime
    due_at: datetime | None
    awaits_year: int | None
    alarmed: int
    payout_unit: TimeUnit = TimeUnit.WORKING_DAYS


class Disbursements(AggregateStore[Disbursement]):
    """Attempts to pay."""

    table = DISBURSEMENT
    aggregate_type = "disbursement"
    missing = DisbursementNotFound

    def to_row(self, aggregate: Disbursement) -> dict[str, Any]:
        return row_of(aggregate)

    def from_row(self, row: RowMapping) -> Disbursement:
        return disbursement_of(row)

    def sealed_besides(self, aggregate: Disbursement) -> dict[str, Any]:
        return {"deadline_move": aggregate.moved.model_dump(mode="json")} if aggregate.moved else {}

    def save_many(self, aggregates: Iterable[Disbursement]) -> None:
        """Save them; whoever they ask to act is found in the register first."""
        saved = list(aggregates)
        address(saved, self._uow.of(KnownDepartments), self._uow.now)
        super().save_many(saved)
        moves = []
        for each in saved:
            if each.moved is not None:
                key = {"tenant": each.tenant, "disbursement_id": each.id, "version": each.version}
                moves.append({**each.moved.__dict__, **key})
                each.moved = None
        self.add_rows(DEADLINE_MOVE, moves)

    def open_limits(self, tenant: TenantId, after: str, limit: int) -> list[OpenPayoutLimit]:
        """The limits that come next after this id and whose clocks may run; nothing is locked."""
        c = self.table.c
        known = (c.id, c.state, c.payout_days, c.clock_started_at, c.due_at, c.awaits_year, c.alarmed, c.payout_unit)
        statement = (
            select(*known)
            .where(c.tenant == tenant, c.id > after, of_these_states(c.state, CLOCK_RUNS))
            .order_by(c.id)
            .limit(limit)
        )
        return [OpenPayoutLimit(*tuple(row)) for row in self._uow.execute(statement)]

    def look_at(self, ids: Collection[str]) -> list[Disbursement]:
        """Those that exist, without a lock: to learn which lines and tenants they concern."""
        return self.where(self.table.c.id == any_(_texts(ids)), lock=False) if ids else []

    def of_cases(self, case_ids: Collection[str], *, lock: bool = True) -> list[Disbursement]:
        """Every attempt of every revision, instalment and receiver of these cases, in key order."""
        return self.where(self.table.c.case_id == any_(_texts(case_ids)), lock=lock)

    def unsent_of(self, tenants: Collection[TenantId], enterprises: Collection[PayeeOwner]) -> list[str]:
        """Ids of what `tenants` have not sent yet to these enterprises, or to one that was merged into one of them."""
        asked = sorted(set(enterprises))
        wanted = {
            "payers": sorted(set(tenants)),
            "places": [place for place, _ in asked],
            "enterprises": [enterprise for _, enterprise in asked],
        }
        return list(self._uow.execute(UNSENT_OF, wanted).scalars())

    def unsent_to(self, tenants: Collection[TenantId], holders: Collection[str]) -> list[str]:
        """Ids of what `tenants` have not sent yet to these holders."""
        asked = {"payers": sorted(set(tenants)), "holders": sorted(set(holders))}
        return list(self._uow.execute(UNSENT_TO, asked).scalars())

    def waiting_for(self, line: BudgetLine, limit: int) -> list[str]:
        """Ids of held disbursements that the line may pay and now covers one by one, in order of approval."""
        columns = self.table.c
        statement = (
            select(columns.id)
            .where(
                columns.tenant == line.tenant,
                columns.year == line.year,
                _of_department(line),
                of_these_states(columns.state, HELD),
                columns.amount_fen <= line.available_fen,
                or_(columns.income_tax.is_distinct_from("withheld"), columns.withheld_fen.is_not(None)),
            )
            .order_by(columns.approved_at, columns.case_id, columns.id)
            .limit(limit)
        )
        if line.item_id is not None:
            statement = statement.where(columns.item_id == line.item_id)
        if line.code is not None:
            statement = statement.where(or_(columns.budget_code == line.code, columns.budget_code.is_(None)))
        return list(self._uow.execute(statement).scalars())

    def by_instruction(self, instruction_ids: Collection[str]) -> dict[str, str]:
        """instruction id → disbursement id, of those that are this unit of work's tenants' own."""
        columns = self.table.c
        wanted = columns.instruction_id == any_(_texts(instruction_ids))
        rows = self._uow.execute(select(columns.instruction_id, columns.id).where(self.of_tenants, wanted))
        return {row.instruction_id: row.id for row in rows}


def _of_department(line: BudgetLine) -> ColumnElement[bool]:
    """As `whose_line.may_pay`: whose line it is by name, or by the department, whatever it is called."""
    columns = DISBURSEMENT.c
    named = columns.department == line.department
    if line.department_id is None:
        return named
    by_name = and_(named, columns.paying_department_id.is_(None))
    return or_(by_name, columns.department_id == line.department_id)


def of_these_states(state: ColumnElement[str], states: Sequence[DisbursementState]) -> ColumnElement[bool]:
    """The states written out: a plan made once for all values takes no index of what is in these states otherwise."""
    return state.in_(bindparam(None, sorted(states), expanding=True, literal_execute=True))


def _texts(values: Collection[str]) -> ColumnElement[Sequence[str]]:
    """These as one array, whatever their number: one statement."""
    return literal(sorted(set(values)), ARRAY(Text))
