"""What treasury answers about budget lines."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select, tuple_

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.treasury import BudgetFilter, BudgetLinePage, BudgetTotals, GetBudgetTotals, ListBudgetLines
from services.treasury.budget.store import BUDGET_LINE, budget_line_of

TOTALS = ("appropriated_fen", "reserved_fen", "settled_fen", "returned_fen", "swept_fen")


def list_budget_lines(query: ListBudgetLines, reader: Reader) -> BudgetLinePage:
    """Raises CursorInvalid."""
    columns = BUDGET_LINE.c
    keys = (columns.year, columns.department, columns.id)
    statement = select(BUDGET_LINE).order_by(*keys).limit(query.limit + 1)
    statement = statement.where(*_filtered(query, reader))
    last = decode_cursor(query.cursor, int, str, str)
    if last is not None:
        statement = statement.where(tuple_(*keys) > last)
    rows, more = cut_page(reader.execute(statement).mappings().all(), query.limit)
    return BudgetLinePage(
        items=tuple(budget_line_of(row).view() for row in rows),
        next_cursor=encode_cursor(*(rows[-1][key.name] for key in keys)) if more else None,
    )


def get_budget_totals(query: GetBudgetTotals, reader: Reader) -> BudgetTotals:
    """Of all lines that the filter leaves. What is available is theirs together: no line is below zero."""
    sums = [func.coalesce(func.sum(BUDGET_LINE.c[name]), 0).label(name) for name in TOTALS]
    found = select(func.count().label("lines"), *sums).select_from(BUDGET_LINE).where(*_filtered(query, reader))
    totals = {name: int(value) for name, value in reader.execute(found).mappings().one().items()}
    spent = totals["reserved_fen"] + totals["settled_fen"] - totals["returned_fen"] + totals["swept_fen"]
    return BudgetTotals(**totals, available_fen=totals["appropriated_fen"] - spent)


def _filtered(query: BudgetFilter, reader: Reader) -> list[ColumnElement[bool]]:
    columns = BUDGET_LINE.c
    wanted = ((columns.year, query.year), (columns.department, query.department), (columns.id, query.line_id))
    return [columns.tenant == reader.tenant, *(column == value for column, value in wanted if value is not None)]
