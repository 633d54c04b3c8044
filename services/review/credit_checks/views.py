"""What a department and everybody sees of draws and their checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select, tuple_

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.credit_checks import (
    CheckerView,
    CreditCheckPage,
    CreditCheckView,
    CreditDrawPage,
    CreditDrawView,
    GetCreditDraw,
    ListCreditDraws,
    ListMyCreditChecks,
    ListPublishedDraws,
    PublishedCheck,
    PublishedDraw,
    PublishedDraws,
)
from services.review.credit_checks.credit_check import CreditCheck, CreditDraw, CreditDrawUnknown
from services.review.credit_checks.store import CREDIT_CHECK, CREDIT_DRAW, awaiting, check_of, draw_of
from services.review.public_notices.notice import shown_to_everybody

D, K = CREDIT_DRAW.c, CREDIT_CHECK.c
MOST = 200


def shown_draw(draw: CreditDraw, checks: Sequence[CreditCheck] = ()) -> CreditDrawView:
    own = {name: getattr(draw, name) for name in CreditDrawView.model_fields if hasattr(draw, name)}
    said = {"draw_id": draw.id, "checked": draw.checks, "checks": tuple(map(shown_check, checks))}
    return CreditDrawView(**own | said)


def shown_check(check: CreditCheck) -> CreditCheckView:
    gone = {each.person_id: each.reason for each in check.recusals}
    drawn = [each for each in check.able if each in gone or each in check.checkers]
    record = check.record_that_counts
    return CreditCheckView(
        check_id=check.id,
        draw_id=check.draw_id,
        case_id=check.case_id,
        receipt=check.receipt,
        uscc=check.uscc,
        enterprise_name=check.enterprise_name,
        decided_at=check.decided_at,
        state=check.state,
        checkers=tuple(CheckerView(person_id=each, recused_why=gone.get(each)) for each in drawn),
        due_at=check.due_at,
        outcome=record.outcome if record else None,
        findings=record.findings if record else "",
        evidence=record.evidence if record else (),
        disputed=check.records[-1].disputed if check.records else "",
        recorded_by=record.by if record else None,
        confirmed_by=check.confirmed_by,
        done_at=check.done_at,
        version=check.version,
    )


def get_credit_draw(query: GetCreditDraw, reader: Reader) -> CreditDrawView:
    """Raises CreditDrawUnknown."""
    statement = select(*D).where(D.tenant == reader.tenant, D.id == query.draw_id, *_own(reader))
    row = reader.execute(statement).mappings().first()
    if row is None:
        raise CreditDrawUnknown()
    checks = select(*K).where(K.tenant == reader.tenant, K.draw_id == query.draw_id).order_by(K.id)
    return shown_draw(draw_of(row), [check_of(each) for each in reader.execute(checks).mappings()])


def list_credit_draws(query: ListCreditDraws, reader: Reader) -> CreditDrawPage:
    """Raises CursorInvalid."""
    statement = select(*D).where(D.tenant == reader.tenant, *_own(reader))
    if (before := decode_cursor(query.cursor, datetime, str)) is not None:
        statement = statement.where(tuple_(D.drawn_at, D.id) < tuple_(*before))
    found = reader.execute(statement.order_by(D.drawn_at.desc(), D.id.desc()).limit(query.limit + 1))
    rows, more = cut_page(found.mappings().all(), query.limit)
    draws = [draw_of(row) for row in rows]
    return CreditDrawPage(
        items=tuple(map(shown_draw, draws)),
        waiting=awaiting(reader, reader.tenant, reader.actor.department_id) if query.cursor is None else (),
        next_cursor=encode_cursor(draws[-1].drawn_at, draws[-1].id) if more else None,
    )


def list_my_credit_checks(query: ListMyCreditChecks, reader: Reader) -> CreditCheckPage:
    """Those of which the actor is one of the two now."""
    mine = K.able.contains([reader.actor.id])
    statement = select(*K).where(K.tenant == reader.tenant, K.done_at.is_(None), mine)
    found = map(check_of, reader.execute(statement.order_by(K.due_at, K.id).limit(MOST)).mappings())
    return CreditCheckPage(items=tuple(shown_check(each) for each in found if reader.actor.id in each.checkers))


def list_published_draws(query: ListPublishedDraws, reader: Reader) -> PublishedDraws:
    """Raises CursorInvalid."""
    statement = select(*D).where(D.tenant == reader.tenant, D.published_at.is_not(None))
    if (before := decode_cursor(query.cursor, datetime, str)) is not None:
        statement = statement.where(tuple_(D.published_at, D.id) < tuple_(*before))
    found = reader.execute(statement.order_by(D.published_at.desc(), D.id.desc()).limit(query.limit + 1))
    rows, more = cut_page(found.mappings().all(), query.limit)
    draws = [draw_of(row) for row in rows]
    checks = select(*K).where(K.tenant == reader.tenant, K.draw_id.in_([each.id for each in draws])).order_by(K.id)
    by_draw: dict[str, list[CreditCheck]] = {each.id: [] for each in draws}
    for check in map(check_of, reader.execute(checks).mappings()):
        by_draw[check.draw_id].append(check)
    items = tuple(_published(each, by_draw[each.id]) for each in draws)
    return PublishedDraws(
        items=items, next_cursor=encode_cursor(items[-1].published_at, items[-1].draw_id) if more else None
    )


def _published(draw: CreditDraw, checks: Iterable[CreditCheck]) -> PublishedDraw:
    assert draw.published_at is not None, "what is not published is not read here"
    own = {name: getattr(draw, name) for name in PublishedDraw.model_fields if hasattr(draw, name)}
    results = tuple(each for check in checks if (each := _result(check)) is not None)
    return PublishedDraw(**own | {"draw_id": draw.id, "cases": len(draw.drawn_from), "results": results})


def _result(check: CreditCheck) -> PublishedCheck | None:
    record = check.record_that_counts
    if record is None or check.done_at is None:
        return None
    name = shown_to_everybody(check.enterprise_name, check.uscc)
    return PublishedCheck(name=name, outcome=record.outcome, done_on=_day(check.done_at))


def _own(reader: Reader) -> list[ColumnElement[bool]]:
    """A department sees its own draws; the bureau and supervisors those of every department."""
    actor = reader.actor
    if "department" not in actor.roles:
        return []
    return [or_(D.department_id == actor.department_id, D.department == actor.department)]


def _day(at: datetime) -> date:
    return at.astimezone(CHINA).date()
