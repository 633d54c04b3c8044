"""The department's work list: which cases a filter leaves, in order, and what stands beside one of them.

What is looked for in a claim stands in columns of its own (generated, `receipt` to `due_order`): under row security the
server takes no index over what lies inside a document.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Text, and_, column, or_, select, table, tuple_

from chassis.read.names import has_in_name
from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.review import (
    CaseFilter,
    CaseNeighbours,
    CaseOrder,
    CasePage,
    GetCaseNeighbours,
    ListCases,
)
from contracts.typed import half_width
from services.review.cases.refusals import CaseNotFound, NotYourDepartment
from services.review.cases.tables import REVIEW_CASE
from services.review.cases.views import SHOWN, is_confined, of_own_department, shown_many
from services.review.register.names import codes_called

C = REVIEW_CASE.c
NAMES = table("review_case", column("tenant"), column("id"), column("enterprise_name")).alias("named")


class CaseSearch:
    """The generated columns. `due_order`: when it is due; far in the future for what has no due instant (yet)."""

    receipt = column("receipt", Text)
    uscc = column("uscc", Text)
    item_id = column("item_id", Text)
    due_order = column("due_order", DateTime(timezone=True))


NUMBER = re.compile(r"(?=.*[0-9])[A-Za-z0-9-]{6,60}")
"""A receipt number or a credit code, and no name: both have digits."""


def list_cases(query: ListCases, reader: Reader) -> CasePage:
    """Cases in the order asked for. A department's officer gets its own.

    Raises NotYourDepartment, Forbidden or CursorInvalid.
    """
    first = _first(query.order)
    statement = select(*SHOWN, CaseSearch.due_order).where(*filtered(query, reader))
    if (after := decode_cursor(query.cursor, datetime, str)) is not None:
        statement = statement.where(tuple_(first, C.id) > tuple_(*after))
    rows, more = cut_page(reader.execute(statement.order_by(first, C.id).limit(query.limit + 1)).all(), query.limit)
    cursor = encode_cursor(getattr(rows[-1], first.name), rows[-1].id) if more else None
    return CasePage(items=shown_many(rows, reader), next_cursor=cursor)


def get_case_neighbours(query: GetCaseNeighbours, reader: Reader) -> CaseNeighbours:
    """Raises CaseNotFound, NotYourDepartment or Forbidden."""
    first = _first(query.order)
    here = reader.execute(select(first.label("at")).where(C.tenant == reader.tenant, C.id == query.case_id)).first()
    if here is None:
        raise CaseNotFound()
    position, listed = tuple_(here.at, query.case_id), select(C.id).where(*filtered(query, reader)).limit(1)
    before = listed.where(tuple_(first, C.id) < position).order_by(first.desc(), C.id.desc())
    behind = listed.where(tuple_(first, C.id) > position).order_by(first, C.id)
    return CaseNeighbours(previous_id=reader.execute(before).scalar(), next_id=reader.execute(behind).scalar())


def filtered(query: CaseFilter, reader: Reader) -> list[ColumnElement[bool]]:
    """What the cases meet that the filter leaves to this actor. Raises NotYourDepartment or Forbidden."""
    conditions: list[ColumnElement[bool]] = [C.tenant == reader.tenant]
    if is_confined(reader):
        if query.department not in (None, reader.actor.department):
            raise NotYourDepartment(department=query.department)
        conditions.append(of_own_department(reader))
    elif query.department is not None:
        conditions.append(C.department == query.department)
    if query.state is not None:
        conditions.append(C.state == query.state)
    if query.item_id is not None:
        conditions.append(CaseSearch.item_id == query.item_id)
    if query.overdue:
        conditions.append(overdue(reader.now))
    if query.about and (about := query.about.strip()):
        conditions.append(_about(about, reader))
    return conditions


def _about(about: str, reader: Reader) -> ColumnElement[bool]:
    if NUMBER.fullmatch(number := half_width(about).upper()):
        return or_(CaseSearch.receipt == number, CaseSearch.uscc == number)
    # The names alone are read for it, from their index.
    named = select(NAMES.c.id).where(NAMES.c.tenant == reader.tenant, has_in_name(NAMES.c.enterprise_name, about))
    return or_(C.id.in_(named), CaseSearch.uscc.in_(codes_called(about, reader.tenant)))


def overdue(now: datetime) -> ColumnElement[bool]:
    """Whose time is up: in the order of what has least of it left, these are the first."""
    return and_(C.state == "accepted", CaseSearch.due_order < now)


def _first(order: CaseOrder) -> ColumnElement[Any]:
    return CaseSearch.due_order if order == "due" else C.accepted_at
