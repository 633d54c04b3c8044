"""What treasury answers about disbursements, and whether they agree with the ledger: one statement each."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from chassis.read.reader import Reader
from contracts.deadlines import DeadlineMove, DeadlineMoves, ListPayoutDeadlineMoves
from contracts.treasury import (
    DisbursementView,
    GetDisbursement,
    GetLedgerTotals,
    LedgerTotals,
)
from services.treasury.disbursements.refusals import DisbursementNotFound
from services.treasury.disbursements.rows import DEADLINE_MOVE, DISBURSEMENT
from services.treasury.disbursements.waiting import shown

TOTALS = """
    SELECT
        coalesce((SELECT jsonb_object_agg(account, fen) FROM (
            SELECT account, sum(amount_fen) AS fen FROM ledger_balance WHERE tenant = :tenant GROUP BY account) balances),
            '{}') AS accounts,
        coalesce(sum(payments) FILTER (WHERE state = 'settled'), 0)::bigint AS settled_count,
        coalesce(sum(amount_fen) FILTER (WHERE state = 'settled'), 0)::bigint AS settled_fen,
        coalesce(sum(payments) FILTER (WHERE state = 'returned'), 0)::bigint AS returned_count,
        coalesce(sum(amount_fen) FILTER (WHERE state = 'returned'), 0)::bigint AS returned_fen
    FROM disbursement_total WHERE tenant = :tenant
"""
"""From what the database keeps of each line as it is posted and paid: nothing is summed but lines."""


def get_disbursement(query: GetDisbursement, reader: Reader) -> DisbursementView:
    """Raises DisbursementNotFound."""
    statement = select(DISBURSEMENT).where(*_one(query, reader))
    row = reader.execute(statement).mappings().first()
    if row is None:
        raise DisbursementNotFound()
    return shown([row], reader)[0]


def list_payout_deadline_moves(query: ListPayoutDeadlineMoves, reader: Reader) -> DeadlineMoves:
    """Raises DisbursementNotFound."""
    known = select(DISBURSEMENT.c.id).where(*_one(query, reader))
    if reader.execute(known).first() is None:
        raise DisbursementNotFound()
    c = DEADLINE_MOVE.c
    of_one = (c.tenant == reader.tenant, c.disbursement_id == query.disbursement_id)
    rows = reader.execute(select(DEADLINE_MOVE).where(*of_one).order_by(c.version))
    return DeadlineMoves(items=tuple(DeadlineMove.model_validate(dict(row)) for row in rows.mappings()))


def _one(query: GetDisbursement | ListPayoutDeadlineMoves, reader: Reader) -> tuple[ColumnElement[bool], ...]:
    return DISBURSEMENT.c.tenant == reader.tenant, DISBURSEMENT.c.id == query.disbursement_id


def get_ledger_totals(_query: GetLedgerTotals, reader: Reader) -> LedgerTotals:
    """Of the tenant that is asked about."""
    return LedgerTotals.model_validate(dict(reader.execute(TOTALS, {"tenant": reader.tenant}).mappings().one()))
