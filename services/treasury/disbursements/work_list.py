"""Which disbursements a filter leaves, in order, and what they come to together.

What is looked for in a claim stands in columns of its own (generated): under row security the server takes no index over
what lies inside a document.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Text, any_, column, func, literal, or_, select, table, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.read.names import has_in_name
from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.treasury import (
    DisbursementFilter,
    DisbursementPage,
    DisbursementState,
    DisbursementSummary,
    ListDisbursements,
    SummariseDisbursements,
)
from contracts.typed import half_width
from services.treasury.disbursements.rows import DISBURSEMENT
from services.treasury.disbursements.waiting import shown

C = DISBURSEMENT.c
NOT_PAID: tuple[DisbursementState, ...] = ("held", "ready", "authorised", "sent", "unknown")
"""States in which somebody waits for the money and nobody has to correct anything first."""

NOT_KEPT: tuple[DisbursementState, ...] = (*NOT_PAID, "failed", "cancelled")
"""States whose payments are counted when somebody asks. Of the others, which are the history, the database keeps count."""

KEPT = """
    SELECT coalesce(sum(payments), 0)::bigint AS count, coalesce(sum(amount_fen), 0)::bigint AS total_fen,
        coalesce(sum(renewed), 0)::bigint AS renewed
    FROM disbursement_total WHERE tenant = :tenant AND (CAST(:state AS text) IS NULL OR state = :state)
"""

NAMES = table("disbursement", *map(column, ("tenant", "id", "enterprise_name", "account_name"))).alias("named")
NUMBER = re.compile(r"(?=.*[0-9])[A-Za-z0-9-]{6,60}")
"""A receipt number or a credit code, and no name: both have digits."""

LARGEST = 3


class WrittenOutPayment:
    """The generated columns. `due_order`: when it is due; far in the future for what has no due instant (yet)."""

    receipt = column("receipt", Text)
    uscc = column("uscc", Text)
    due_order = column("due_order", DateTime(timezone=True))


def list_disbursements(query: ListDisbursements, reader: Reader) -> DisbursementPage:
    """Raises CursorInvalid."""
    first: ColumnElement[Any] = WrittenOutPayment.due_order if query.order == "due" else C.received_at
    statement = select(DISBURSEMENT, first.label("at")).where(*_filtered(query, reader))
    if (last := decode_cursor(query.cursor, datetime, str)) is not None:
        statement = statement.where(tuple_(first, C.id) > last)
    found = reader.execute(statement.order_by(first, C.id).limit(query.limit + 1)).mappings().all()
    rows, more = cut_page(found, query.limit)
    return DisbursementPage(
        items=shown(rows, reader),
        next_cursor=encode_cursor(rows[-1]["at"], rows[-1]["id"]) if more else None,
    )


def summarise_disbursements(query: SummariseDisbursements, reader: Reader) -> DisbursementSummary:
    """All that the filter leaves, whatever page of it is looked at."""
    conditions = _filtered(query, reader)
    history = query.model_copy(update={"state": None}) == SummariseDisbursements()
    counted = select(
        func.count().label("count"),
        func.coalesce(func.sum(C.amount_fen), 0).label("total_fen"),
        func.count().filter(C.previous_id.is_not(None)).label("renewed"),
        func.count().filter(*_overdue(reader.now)).label("overdue"),
    ).where(*conditions, *([C.state.in_(NOT_KEPT)] if history else []))
    found = dict(reader.execute(counted).mappings().one())
    if history:
        kept = reader.execute(KEPT, {"tenant": reader.tenant, "state": query.state}).mappings().one()
        found |= {name: found[name] + value for name, value in kept.items()}
    # The history is read in the order of amounts; what a filter leaves of it is few, and found by the filter (OFFSET keeps
    # the two apart).
    source = DISBURSEMENT if history else select(DISBURSEMENT).where(*conditions).offset(0).subquery()
    largest = select(source).order_by(source.c.amount_fen.desc(), source.c.id).limit(LARGEST)
    if history:
        largest = largest.where(*conditions)
    return DisbursementSummary(**found, largest=shown(reader.execute(largest).mappings().all(), reader))


def _filtered(query: DisbursementFilter, reader: Reader) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [C.tenant == reader.tenant]
    if query.state is not None:
        conditions.append(C.state == query.state)
    if query.overdue:
        conditions += _overdue(reader.now)
    if query.amount_fen is not None:
        conditions.append(C.amount_fen == query.amount_fen)
    if query.case_id is not None:
        conditions.append(C.case_id == query.case_id)
    if query.ids:
        conditions.append(C.id == any_(literal(sorted(set(query.ids)), ARRAY(Text))))
    if query.about and (about := query.about.strip()):
        conditions.append(_about(about, reader))
    return conditions


def _about(about: str, reader: Reader) -> ColumnElement[bool]:
    if NUMBER.fullmatch(number := half_width(about).upper()):
        return or_(WrittenOutPayment.receipt == number, WrittenOutPayment.uscc == number)
    # The names alone are read for it, from their index.
    named = or_(has_in_name(NAMES.c.enterprise_name, about), has_in_name(NAMES.c.account_name, about))
    return C.id.in_(select(NAMES.c.id).where(NAMES.c.tenant == reader.tenant, named))


def _overdue(now: datetime) -> list[ColumnElement[bool]]:
    return [C.state.in_(NOT_PAID), C.due_at < now]
