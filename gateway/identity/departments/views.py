"""What the registers answer."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, tuple_

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.departments import (
    DepartmentPage,
    DepartmentView,
    DutyPage,
    GetDepartment,
    ListDepartments,
    ListDuties,
    ListPlanTerms,
    ListWindows,
    PlanTermPage,
    WindowPage,
)
from gateway.identity.departments.domain import DepartmentUnknown
from gateway.identity.departments.store import (
    DEPARTMENT,
    DUTY,
    PLAN_TERM,
    WINDOW,
    department_of,
    duty_of,
    plan_term_of,
    window_of,
)


def _today(reader: Reader) -> date:
    return reader.now.astimezone(CHINA).date()


def list_departments(query: ListDepartments, reader: Reader) -> DepartmentPage:
    """Raises CursorInvalid."""
    columns = DEPARTMENT.c
    statement = (
        select(DEPARTMENT)
        .where(columns.tenant == reader.tenant)
        .order_by(columns.name, columns.id)
        .limit(query.limit + 1)
    )
    if not query.closed:
        statement = statement.where(columns.closed_on.is_(None) | (columns.closed_on > _today(reader)))
    if query.function is not None:
        statement = statement.where(columns.functions.any(query.function))
    if (last := decode_cursor(query.cursor, str, str)) is not None:
        statement = statement.where(tuple_(columns.name, columns.id) > last)
    rows, more = cut_page(reader.execute(statement).mappings().all(), query.limit)
    return DepartmentPage(
        items=tuple(department_of(row).view(_today(reader)) for row in rows),
        next_cursor=encode_cursor(rows[-1]["name"], rows[-1]["id"]) if more else None,
    )


def get_department(query: GetDepartment, reader: Reader) -> DepartmentView:
    """Raises DepartmentUnknown."""
    columns = DEPARTMENT.c
    statement = select(DEPARTMENT).where(columns.tenant == reader.tenant, columns.id == query.department_id)
    row = reader.execute(statement).mappings().first()
    if row is None:
        raise DepartmentUnknown()
    return department_of(row).view(_today(reader))


def list_duties(query: ListDuties, reader: Reader) -> DutyPage:
    """Raises CursorInvalid."""
    columns = DUTY.c
    statement = (
        select(DUTY).where(columns.tenant == reader.tenant).order_by(columns.kind, columns.id).limit(query.limit + 1)
    )
    if query.kind is not None:
        statement = statement.where(columns.kind == query.kind)
    if (last := decode_cursor(query.cursor, str, str)) is not None:
        statement = statement.where(tuple_(columns.kind, columns.id) > last)
    rows, more = cut_page(reader.execute(statement).mappings().all(), query.limit)
    return DutyPage(
        items=tuple(duty_of(row).view(_today(reader)) for row in rows),
        next_cursor=encode_cursor(rows[-1]["kind"], rows[-1]["id"]) if more else None,
    )


def list_windows(query: ListWindows, reader: Reader) -> WindowPage:
    """Raises CursorInvalid."""
    columns = WINDOW.c
    statement = (
        select(WINDOW).where(columns.tenant == reader.tenant).order_by(columns.name, columns.id).limit(query.limit + 1)
    )
    if (last := decode_cursor(query.cursor, str, str)) is not None:
        statement = statement.where(tuple_(columns.name, columns.id) > last)
    rows, more = cut_page(reader.execute(statement).mappings().all(), query.limit)
    return WindowPage(
        items=tuple(window_of(row).view() for row in rows),
        next_cursor=encode_cursor(rows[-1]["name"], rows[-1]["id"]) if more else None,
    )


def list_plan_terms(query: ListPlanTerms, reader: Reader) -> PlanTermPage:
    """Raises CursorInvalid."""
    columns = PLAN_TERM.c
    statement = (
        select(PLAN_TERM)
        .where(columns.tenant == reader.tenant)
        .order_by(columns.use, columns.term, columns.id)
        .limit(query.limit + 1)
    )
    if query.use is not None:
        statement = statement.where(columns.use == query.use)
    if (last := decode_cursor(query.cursor, str, str, str)) is not None:
        statement = statement.where(tuple_(columns.use, columns.term, columns.id) > last)
    rows, more = cut_page(reader.execute(statement).mappings().all(), query.limit)
    return PlanTermPage(
        items=tuple(plan_term_of(row).view() for row in rows),
        next_cursor=encode_cursor(rows[-1]["use"], rows[-1]["term"], rows[-1]["id"]) if more else None,
    )
