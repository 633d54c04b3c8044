"""What treasury answers about disbursements, and whether they agree with the ledger: one statement each."""

from __future__ import annotations

from sqlalchemy import select

from chassis.read.reader import Reader
from contracts.deadlines import DeadlineMove, DeadlineMoves, ListPayoutDeadlineMoves
from contracts.treasury import (
    DisbursementView,
    GetDisbursement,
    GetLedgerTotals,
    LedgerTotals,
)
from services.treasury.disbursements.refusals import DisbursementNotFound
from services.treasury.disbursements.store import DEADLINE_MOVE, DISBURSEMENT, disbursement_of

TOTALS = """
    SELECT
        coalesce((SELECT jsonb_object_agg(account, fen) FROM (
            SELECT account, sum(amount_fen) AS fen FROM ledger_posting GROUP BY account) balances), '{}') AS accounts,
        count(*) FILTER (WHERE state = 'settled') AS settled_count,
        coalesce(sum(amount_fen) FILTER (WHERE state = 'settled'), 0) AS settled_fen,
        count(*) FILTER (WHERE state = 'returned') AS returned_count,
        coalesce(sum(amount_fen) FILTER (WHERE state = 'returned'), 0) AS returned_fen
    FROM disbursement
"""


def get_disbursement(query: GetDisbursement, reader: Reader) -> DisbursementView:
    """Raises DisbursementNotFound."""
    statement = select(DISBURSEMENT).where(DISBURSEMENT.c.id == query.disbursement_id)
    row = reader.execute(statement).mappings().first()
    if row is None:
        raise DisbursementNotFound()
    return disbursement_of(row).view()


def list_payout_deadline_moves(query: ListPayoutDeadlineMoves, reader: Reader) -> DeadlineMoves:
    """Raises DisbursementNotFound."""
    known = select(DISBURSEMENT.c.id).where(DISBURSEMENT.c.id == query.disbursement_id)
    if reader.execute(known).first() is None:
        raise DisbursementNotFound()
    c = DEADLINE_MOVE.c
    rows = reader.execute(select(DEADLINE_MOVE).where(c.disbursement_id == query.disbursement_id).order_by(c.version))
    return DeadlineMoves(items=tuple(DeadlineMove.model_validate(dict(row)) for row in rows.mappings()))


def get_ledger_totals(_query: GetLedgerTotals, reader: Reader) -> LedgerTotals:
    """Of the tenant that is asked about."""
    return LedgerTotals.model_validate(dict(reader.execute(TOTALS).mappings().one()))
