"""What the department reads of the notices of its cases and of objections to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true, tuple_

from chassis.foundation.secrecy import Cipher
from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.calendar import Calendar
from chassis.time.sla import NotYetPublished, SlaClock
from contracts.intake import Claim
from contracts.public_notices import (
    CaseNotice,
    CaseNotices,
    GetCaseNotices,
    ListObjections,
    ObjectionPage,
    ObjectionView,
    RevealedObjector,
    RevealObjector,
)
from services.review.cases.tables import REVIEW_CASE
from services.review.cases.views import case_row, is_confined, of_own_department
from services.review.public_notices.notice import StandingNotice
from services.review.public_notices.objection import NoticeObjection, ObjectionNotFound
from services.review.public_notices.sealing import OBJECTOR
from services.review.public_notices.store import NOTICE_OBJECTION, PUBLIC_NOTICE
from services.review.public_notices.views import public_view

N, J, C = PUBLIC_NOTICE.c, NOTICE_OBJECTION.c, REVIEW_CASE.c
TOLD = tuple(J[name] for name in ObjectionView.model_fields if name in J)


def get_case_notices(query: GetCaseNotices, reader: Reader) -> CaseNotices:
    """Raises CaseNotFound, NotYourDepartment or Forbidden."""
    case = case_row(query.case_id, reader)
    mine = (N.tenant == reader.tenant, N.case_id == query.case_id)
    notices = (
        reader.execute(select(PUBLIC_NOTICE).where(*mine).order_by(N.published_at.desc(), N.id.desc())).mappings().all()
    )
    about = (J.tenant == reader.tenant, J.case_id == query.case_id)
    objections = reader.execute(select(J.id, *TOLD).where(*about).order_by(J.raised_at, J.id)).mappings().all()
    due = case_due(case.clock, reader.now, reader.calendar(reader.tenant))
    by_notice: defaultdict[str, list[ObjectionView]] = defaultdict(list)
    for row in objections:
        by_notice[row["notice_id"]].append(_view(row, due))
    return CaseNotices(
        case_id=query.case_id,
        receipt=Claim.model_validate(case.claim).receipt,
        enterprise_name=Claim.model_validate(case.claim).enterprise_name,
        notices=tuple(
            CaseNotice(
                notice=public_view(row),
                state=row["state"],
                ended_at=row["ended_at"],
                ended_why=row["ended_why"],
                objections=tuple(by_notice[row["id"]]),
            )
            for row in notices
        ),
        version=case.version,
    )


def list_objections(query: ListObjections, reader: Reader) -> ObjectionPage:
    """Those that nobody has answered, of the actor's department. Raises Forbidden or CursorInvalid."""
    of_case = and_(C.tenant == J.tenant, C.id == J.case_id)
    statement = select(J.id, *TOLD, C.clock).join_from(NOTICE_OBJECTION, REVIEW_CASE, of_case)
    statement = statement.where(J.tenant == reader.tenant, J.state == "open", _of_own(reader))
    if (after := decode_cursor(query.cursor, datetime, str)) is not None:
        statement = statement.where(tuple_(J.raised_at, J.id) > tuple_(*after))
    found = reader.execute(statement.order_by(J.raised_at, J.id).limit(query.limit + 1))
    rows, more = cut_page(found.mappings().all(), query.limit)
    calendar = reader.calendar(reader.tenant)
    items = tuple(_view(row, case_due(row["clock"], reader.now, calendar)) for row in rows)
    return ObjectionPage(
        items=items, next_cursor=encode_cursor(items[-1].raised_at, items[-1].objection_id) if more else None
    )


def reveal_objector(query: RevealObjector, reader: Reader, cipher: Cipher) -> RevealedObjector:
    """Who objected, in the open, for the department. Raises ObjectionNotFound or Forbidden."""
    statement = select(J.id, J.name_sealed, J.contact_sealed).where(
        J.tenant == reader.tenant, J.id == query.objection_id, _of_own(reader)
    )
    row = reader.execute(statement).first()
    if row is None:
        raise ObjectionNotFound()
    name, contact = (
        cipher.open(sealed, purpose=OBJECTOR, tenant=reader.tenant) for sealed in (row.name_sealed, row.contact_sealed)
    )
    return RevealedObjector(objection_id=row.id, name=name, contact=contact)


def notices_view(
    receipt: tuple[str, str, str],
    version: int,
    notices: Sequence[StandingNotice],
    objections: Sequence[NoticeObjection],
) -> CaseNotices:
    """The same from the aggregates; `receipt` is the case's id, its number and whose it is."""
    case_id, number, enterprise = receipt
    return CaseNotices(
        case_id=case_id,
        receipt=number,
        enterprise_name=enterprise,
        notices=tuple(
            CaseNotice(
                notice=each.view(),
                state=each.state,
                ended_at=each.ended_at,
                ended_why=each.ended_why,
                objections=tuple(objection_view(one, None) for one in objections if one.notice_id == each.id),
            )
            for each in notices
        ),
        version=version,
    )


def objection_view(objection: NoticeObjection, due_at: datetime | None) -> ObjectionView:
    """An objection as its department reads it."""
    same = {column.name: getattr(objection, column.name) for column in TOLD}
    return ObjectionView(objection_id=objection.id, case_due_at=due_at, **same)


def case_due(clock: Any, now: datetime, calendar: Calendar) -> datetime | None:
    """Until when a case has to be decided if it went on now."""
    if clock is None:
        return None
    due = SlaClock.model_validate(clock).projected_due(now, calendar)
    return None if isinstance(due, NotYetPublished) else due


def _view(row: Any, due_at: datetime | None) -> ObjectionView:
    return ObjectionView(objection_id=row["id"], case_due_at=due_at, **{each.name: row[each.name] for each in TOLD})


def _of_own(reader: Reader) -> ColumnElement[bool]:
    """Those of the actor's department. Raises Forbidden for those who see none."""
    return of_own_department(reader, J) if is_confined(reader) else true()
