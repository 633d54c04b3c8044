"""Disbursements as rows. They are locked after budget lines, and in key order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
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
    bindparam,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.write.store import AggregateStore, aggregate_columns
from contracts.aggregate import Aggregate
from contracts.enterprises import Payee
from contracts.intake import Claim
from contracts.message import TenantId
from contracts.treasury import DisbursementState
from copies.departments import KnownDepartments
from services.treasury.account_copies.domain import PayeeOwner
from services.treasury.budget.domain import BudgetLine
from services.treasury.disbursements.attention import address
from services.treasury.disbursements.domain import Disbursement
from services.treasury.disbursements.moves import CLOCK_RUNS
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
    Column("department_id", Text),
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


NOT_FIELDS = {*Aggregate.__slots__, "claim", "payee", "payee_of", "department", "department_id", "item_id"}
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
    )


UNSENT_OF = """
WITH RECURSIVE dossiers AS (
    SELECT * FROM unnest(CAST(:places AS text[]), CAST(:enterprises AS text[])) AS k(place, id)
    UNION SELECT m.tenant, m.absorbed_id FROM merged_enterprise m
    JOIN dossiers ON (m.tenant, m.surviving_id) = (dossiers.place, dossiers.id))
SELECT d.id FROM dossiers CROSS JOIN unnest(CAST(:payers AS text[])) AS payer(tenant)
JOIN disbursement d ON (d.tenant, d.filed_in, d.enterprise_id) = (payer.tenant, dossiers.place, dossiers.id)
WHERE d.state IN ('held', 'ready', 'authorised')
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
            "department_id": aggregate.claim.department_id,
            "item_id": aggregate.claim.item_id,
            "payee": aggregate.payee.model_dump(mode="json"),
            "payee_of": aggregate.payee_of,
        }

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
        known = (c.id, c.state, c.payout_days, c.clock_started_at, c.due_at, c.awaits_year, c.alarmed)
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
        """Every attempt of every revision and instalment of these cases, in key order."""
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

    def waiting_for(self, line: BudgetLine, limit: int) -> list[str]:
        """Ids of held disbursements that the line may pay and now covers one by one, in order of approval."""
        columns = self.table.c
        of_department = columns.department == line.department
        if line.department_id is not None:
            of_department |= columns.department_id == line.department_id
        statement = (
            select(columns.id)
            .where(
                columns.tenant == line.tenant,
                columns.year == line.year,
                of_department,
                of_these_states(columns.state, HELD),
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
        rows = self._uow.execute(select(columns.instruction_id, columns.id).where(self.of_tenants, wanted))
        return {row.instruction_id: row.id for row in rows}


def of_these_states(state: ColumnElement[str], states: Sequence[DisbursementState]) -> ColumnElement[bool]:
    """The states written out: a plan made once for all values takes no index of what is in these states otherwise."""
    return state.in_(bindparam(None, sorted(states), expanding=True, literal_execute=True))


def _texts(values: Collection[str]) -> ColumnElement[Sequence[str]]:
    """These as one array, whatever their number: one statement."""
    return literal(sorted(set(values)), ARRAY(Text))
