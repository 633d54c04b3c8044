"""What treasury answers to questions: one statement each, straight to contract types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_

from chassis.read.paging import CursorInvalid, cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.treasury import (
    BudgetLinePage,
    DisbursementPage,
    DisbursementView,
    GetDisbursement,
    GetLedgerTotals,
    LedgerTotals,
    ListBudgetLines,
    ListDisbursements,
)
from services.treasury.refusals import DisbursementNotFound
from services.treasury.store import BUDGET_LINE, DISBURSEMENT, budget_line_of, disbursement_of

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
    last = _last_seen(query.cursor, datetime.fromisoformat, str)
    if last is not None:
        statement = statement.where(tuple_(columns.received_at, columns.id) > last)
    rows, more = cut_page(reader.execute(statement).mappings().all(), query.limit)
    return DisbursementPage(
        items=tuple(disbursement_of(row).view() for row in rows),
        next_cursor=encode_cursor(rows[-1]["received_at"], rows[-1]["id"]) if more else None,
    )


def list_budget_lines(query: ListBudgetLines, reader: Reader) -> BudgetLinePage:
    """Raises CursorInvalid."""
    columns = BUDGET_LINE.c
    keys = (columns.year, columns.department, columns.id)
    statement = select(BUDGET_LINE).order_by(*keys).limit(query.limit + 1)
    if query.year is not None:
        statement = statement.where(columns.year == query.year)
    if query.department is not None:
        statement = statement.where(columns.department == query.department)
    last = _last_seen(query.cursor, int, str, str)
    if last is not None:
        statement = statement.where(tuple_(*keys) > last)
    rows, more = cut_page(reader.execute(statement).mappings().all(), query.limit)
    return BudgetLinePage(
        items=tuple(budget_line_of(row).view() for row in rows),
        next_cursor=encode_cursor(*(rows[-1][key.name] for key in keys)) if more else None,
    )


def get_ledger_totals(_query: GetLedgerTotals, reader: Reader) -> LedgerTotals:
    """Of the tenant that is asked about."""
    return LedgerTotals.model_validate(dict(reader.execute(TOTALS).mappings().one()))


def _last_seen(cursor: str | None, *kinds: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """The values that a cursor stands for, each brought to its kind. Raises CursorInvalid."""
    values = decode_cursor(cursor, len(kinds))
    if values is None:
        return None
    try:
        return tuple(kind(value) for kind, value in zip(kinds, values, strict=True))
    except (TypeError, ValueError) as error:
        raise CursorInvalid() from error
