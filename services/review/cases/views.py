"""What departments and supervisors see of cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, tuple_

from chassis.read.paging import CursorInvalid, cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.refusal import Forbidden
from contracts.review import CasePage, CaseView, GetCase, ListCases
from services.review.cases.case_view import view_of_row
from services.review.cases.refusals import CaseNotFound, NotYourDepartment
from services.review.cases.store import REVIEW_CASE

ACROSS_DEPARTMENTS = frozenset({"bureau", "supervisor"})
"""Roles that see the cases of every department of their tenant."""

C = REVIEW_CASE.c
SHOWN = (
    *(C.id, C.version, C.claim, C.department, C.state, C.asked_fen, C.assessment, C.payee),
    *(C.obstacles, C.remarks, C.inspection_required, C.inspection),
    *(C.due_at, C.accepted_at, C.decided_by, C.decided_at, C.note),
)


def get_case(query: GetCase, reader: Reader) -> CaseView:
    """One case. Raises CaseNotFound, NotYourDepartment or Forbidden."""
    own = _own_department(reader)
    row = reader.execute(_cases(reader).where(C.id == query.case_id)).first()
    if row is None:
        raise CaseNotFound()
    if own is not None and row.department != own:
        raise NotYourDepartment(department=row.department)
    return view_of_row(row)


def list_cases(query: ListCases, reader: Reader) -> CasePage:
    """Cases by acceptance, those accepted first at the top. A department's officer gets its own.

    Raises NotYourDepartment, Forbidden or CursorInvalid.
    """
    own = _own_department(reader)
    if own is not None and query.department not in (None, own):
        raise NotYourDepartment(department=query.department)
    department = own or query.department
    statement = _cases(reader)
    if department is not None:
        statement = statement.where(C.department == department)
    if query.state is not None:
        statement = statement.where(C.state == query.state)
    if (after := decode_cursor(query.cursor, 2)) is not None:
        statement = statement.where(_after(*after))
    statement = statement.order_by(C.accepted_at, C.id).limit(query.limit + 1)
    rows, more = cut_page(reader.execute(statement).all(), query.limit)
    cursor = encode_cursor(rows[-1].accepted_at, rows[-1].id) if more else None
    return CasePage(items=tuple(view_of_row(row) for row in rows), next_cursor=cursor)


def _own_department(reader: Reader) -> str | None:
    """The department that the actor is confined to; None for those who see all. Raises Forbidden."""
    actor = reader.actor
    if actor.roles & ACROSS_DEPARTMENTS:
        return None
    if "department" not in actor.roles or not actor.department:
        raise Forbidden()
    return actor.department


def _cases(reader: Reader) -> Select[Any]:
    return select(*SHOWN).where(C.tenant == reader.tenant)


def _after(accepted_at: object, id: object) -> ColumnElement[bool]:
    try:
        instant = datetime.fromisoformat(str(accepted_at))
    except ValueError as error:
        raise CursorInvalid() from error
    return tuple_(C.accepted_at, C.id) > tuple_(instant, str(id))
