"""How many cases a filter leaves: from the counts that the database keeps, and from the cases themselves where those are few.

Counts are kept by department, item and state (`case_count`, and what has been added to it since: `case_count_change`). What is
overdue is open, and what is looked for by its number or its name is counted one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, Text, column, func, select, table, text, union_all

from chassis.read.reader import Reader
from contracts.review import CaseCounts, CountCases, ItemCount
from services.review.cases.tables import REVIEW_CASE
from services.review.cases.views import is_confined, of_own_department
from services.review.cases.work_list import CaseSearch, filtered

C = REVIEW_CASE.c
COLUMNS = ("tenant", "department", "department_id", "item_id", "state")
KEPT = tuple(
    table(name, *(column(each, Text) for each in COLUMNS), column("cases", BigInteger))
    for name in ("case_count", "case_count_change")
)
MOST_ITEMS = 50
TITLES = text(
    "SELECT i.id AS item_id, newest.title FROM unnest(CAST(:items AS text[])) AS i(id), LATERAL ("
    " SELECT claim ->> 'item_title' AS title FROM review_case WHERE tenant = :tenant AND item_id = i.id"
    " ORDER BY accepted_at DESC LIMIT 1) AS newest"
)


def count_cases(query: CountCases, reader: Reader) -> CaseCounts:
    """Raises NotYourDepartment or Forbidden."""
    late = select(func.count()).select_from(REVIEW_CASE)
    late = late.where(*filtered(query.model_copy(update={"state": None, "overdue": True}), reader))
    any_state = query.model_copy(update={"state": None, "overdue": False})
    states = {row.name: int(row.cases) for row in _counted(any_state, "state", reader) if row.cases}
    return CaseCounts(states=states, overdue=reader.execute(late).scalar_one(), items=_items(query, reader))


def _items(query: CountCases, reader: Reader) -> tuple[ItemCount, ...]:
    counted = _counted(query.model_copy(update={"item_id": None}), "item_id", reader)
    most = sorted((row for row in counted if row.cases), key=lambda row: (-row.cases, row.name))[:MOST_ITEMS]
    asked = {"tenant": reader.tenant, "items": [row.name for row in most]}
    titles = {row.item_id: row.title for row in reader.execute(TITLES, asked)}
    return tuple(ItemCount(item_id=row.name, item_title=titles[row.name], count=int(row.cases)) for row in most)


def _counted(query: CountCases, by: str, reader: Reader) -> Sequence[Row[Any]]:
    """(name, cases) of each state or item."""
    if query.overdue or query.about:
        name: ColumnElement[str] = C.state if by == "state" else CaseSearch.item_id
        one_by_one = select(name.label("name"), func.count().label("cases")).select_from(REVIEW_CASE)
        return reader.execute(one_by_one.where(*filtered(query, reader)).group_by(name)).all()
    kept = union_all(*(_kept(each.c, by, query, reader) for each in KEPT)).subquery()
    summed = select(kept.c.name, func.sum(kept.c.cases).label("cases")).group_by(kept.c.name)
    return reader.execute(summed).all()


def _kept(columns: Any, by: str, query: CountCases, reader: Reader) -> Select[Any]:
    """The part of one table, filtered as cases are."""
    conditions = [columns.tenant == reader.tenant]
    if is_confined(reader):
        conditions.append(of_own_department(reader, columns))
    elif query.department is not None:
        conditions.append(columns.department == query.department)
    wanted = ((columns.state, query.state), (columns.item_id, query.item_id))
    conditions += [each == value for each, value in wanted if value is not None]
    return select(columns[by].label("name"), columns.cases).where(*conditions)
