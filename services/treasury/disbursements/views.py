"""What treasury answers about disbursements, and whether they agree with the ledger: one statement each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, tuple_

from chassis.read.paging import cut_page, encode_cursor
from chassis.read.reader import Reader
from contracts.treasury import (
    DisbursementPage,
    DisbursementView,
    GetDisbursement,
    GetLedgerTotals,
    LedgerTotals,
    ListDisbursements,
)
from services.treasury.cursors import last_seen
from services.treasury.disbursements.refusals import DisbursementNotFound
from services.treasury.disbursements.store import DISBURSEMENT, disbursement_of

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


def list_disbursements(query: ListDisbursements, reader: Reader) -> DisbursementPage:
    """Raises CursorInvalid."""
    columns = DISBURSEMENT.c
    statement = select(DISBURSEMENT).order_by(columns.received_at, columns.id).limit(query.limit + 1)
    if query.state is not None:
        statement = statement.where(columns.state == query.state)
    last = last_seen(query.cursor, datetime.fromisoformat, str)
    if last is not None:
        statement = statement.where(tuple_(columns.received_at, columns.id) > last)
    rows, more = cut_page(reader.execute(statement).mappings().all(), query.limit)
    return DisbursementPage(
        items=tuple(disbursement_of(row).view() for row in rows),
        next_cursor=encode_cursor(rows[-1]["received_at"], rows[-1]["id"]) if more else None,
    )


def get_ledger_totals(_query: GetLedgerTotals, reader: Reader) -> LedgerTotals:
    """Of the tenant that is asked about."""
    return LedgerTotals.model_validate(dict(reader.execute(TOTALS).mappings().one()))
