"""What treasury answers about budget lines."""

from __future__ import annotations

from sqlalchemy import select, tuple_

from chassis.read.paging import cut_page, encode_cursor
from chassis.read.reader import Reader
from contracts.treasury import BudgetLinePage, ListBudgetLines
from services.treasury.budget.store import BUDGET_LINE, budget_line_of
from services.treasury.cursors import last_seen


def list_budget_lines(query: ListBudgetLines, reader: Reader) -> BudgetLinePage:
    """Raises CursorInvalid."""
    columns = BUDGET_LINE.c
    keys = (columns.year, columns.department, columns.id)
    statement = select(BUDGET_LINE).order_by(*keys).limit(query.limit + 1)
    if query.year is not None:
        statement = statement.where(columns.year == query.year)
    if query.department is not None:
        statement = statement.where(columns.department == query.department)
    last = last_seen(query.cursor, int, str, str)
    if last is not None:
        statement = statement.where(tuple_(*keys) > last)
    rows, more = cut_page(reader.execute(statement).mappings().all(), query.limit)
    return BudgetLinePage(
        items=tuple(budget_line_of(row).view() for row in rows),
        next_cursor=encode_cursor(*(rows[-1][key.name] for key in keys)) if more else None,
    )
