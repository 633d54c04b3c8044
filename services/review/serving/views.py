"""The papers of a case, and those that wait to be served."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, any_, literal, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.case_notices import (
    NEEDS_SERVICE,
    ElectronicService,
    GetNoticeFile,
    ListCaseNotices,
    ListNoticesToServe,
    ListOwnNotices,
    NoticeFileAnswer,
    NoticeList,
    NoticePage,
    NoticeView,
)
from contracts.intake import Claim
from contracts.message import Id
from contracts.refusal import Forbidden
from services.review.cases.views import case_row, of_own_department
from services.review.notices.notice import IssuedPaper
from services.review.notices.store import FIND, notice_of
from services.review.serving.access import is_enterprise, may_see
from services.review.serving.course import NoticeCourse, PaperNotFound
from services.review.serving.shown import file_answer, view_of
from services.review.serving.store import NOTICE_COURSE, course_of

C = NOTICE_COURSE.c
OF_APPLICATION = text(
    "SELECT * FROM case_notice WHERE tenant = :tenant AND application_id = :application"
    " ORDER BY issued_at DESC, id DESC LIMIT 200"
)
CONSENT = text(
    "SELECT address, text_version, given_by, given_at FROM electronic_service"
    " WHERE tenant = :tenant AND id = :enterprise AND withdrawn_at IS NULL"
)


def list_case_notices(query: ListCaseNotices, reader: Reader) -> NoticeList:
    """Raises CaseNotFound, NotYourDepartment or Forbidden."""
    claim = Claim.model_validate(case_row(query.case_id, reader).claim)
    return _papers_of(claim.application_id, reader)


def list_own_notices(query: ListOwnNotices, reader: Reader) -> NoticeList:
    """Nothing for an enterprise whose it is not. Raises Forbidden, or PaperNotFound for a window that has none to hand out."""
    actor = reader.actor
    if actor.enterprise_id is None and "window" not in actor.roles:
        raise Forbidden()
    found = _papers_of(query.application_id, reader)
    if actor.enterprise_id is not None and found.items and not is_enterprise(found.items[0].claim, reader):
        return NoticeList()
    if actor.enterprise_id is None and not found.items:
        raise PaperNotFound()
    return found


def list_notices_to_serve(query: ListNoticesToServe, reader: Reader) -> NoticePage:
    """Those of the actor's department, or of all for a window and the bureau. Raises Forbidden or CursorInvalid."""
    actor = reader.actor
    statement = select(NOTICE_COURSE).where(
        C.tenant == reader.tenant,
        C.served_at.is_(None),
        C.kind.in_([literal(k, literal_execute=True) for k in NEEDS_SERVICE]),
    )
    if not actor.roles & {"window", "bureau"}:
        if "department" not in actor.roles or not actor.department:
            raise Forbidden()
        statement = statement.where(of_own_department(reader, C))
    if query.about:
        receipt, name = C.claim["receipt"].astext, C.claim["enterprise_name"].astext
        like = f"%{query.about.strip()}%"
        statement = statement.where(or_(receipt == query.about.strip(), C.number.like(like), name.like(like)))
    if (after := decode_cursor(query.cursor, datetime, str)) is not None:
        statement = statement.where(tuple_(C.issued_at, C.id) > tuple_(*after))
    found = reader.execute(statement.order_by(C.issued_at, C.id).limit(query.limit + 1)).mappings().all()
    rows, more = cut_page(found, query.limit)
    courses = [course_of(row) for row in rows]
    notices = _notices([each.id for each in courses], reader)
    calendar = reader.calendar(reader.tenant)
    items = tuple(view_of(notices[each.id], each, calendar) for each in courses)
    cursor = encode_cursor(courses[-1].issued_at, courses[-1].id) if more else None
    return NoticePage(items=items, next_cursor=cursor)


def get_notice_file(query: GetNoticeFile, reader: Reader) -> NoticeFileAnswer:
    """Raises PaperNotFound, also for whoever it is not theirs to see."""
    notice = _notices([query.notice_id], reader).get(query.notice_id)
    if notice is None or not may_see(notice.draft.claim, reader.tenant, reader):
        raise PaperNotFound()
    return file_answer(_courses([notice.id], reader).get(notice.id) or NoticeCourse.begin(notice))


def _papers_of(application_id: Id, reader: Reader) -> NoticeList:
    rows = reader.execute(OF_APPLICATION, {"tenant": reader.tenant, "application": application_id}).all()
    items = _shown(rows, reader)
    enterprise = items[0].claim.enterprise_id if items else ""
    consent = reader.execute(CONSENT, {"tenant": reader.tenant, "enterprise": enterprise}).mappings().first()
    return NoticeList(items=items, electronic=ElectronicService(**consent) if consent else ElectronicService())


def _shown(rows: Sequence[Row[Any]], reader: Reader) -> tuple[NoticeView, ...]:
    notices = [notice_of(row) for row in rows]
    courses = _courses([each.id for each in notices], reader)
    calendar = reader.calendar(reader.tenant)
    return tuple(view_of(each, courses.get(each.id) or NoticeCourse.begin(each), calendar) for each in notices)


def _notices(ids: Sequence[Id], reader: Reader) -> dict[Id, IssuedPaper]:
    found = reader.execute(text(FIND), {"tenants": [reader.tenant], "ids": list(ids)})
    return {row.id: notice_of(row) for row in found}


def _courses(ids: Sequence[Id], reader: Reader) -> dict[Id, NoticeCourse]:
    wanted = and_(C.tenant == reader.tenant, C.id == any_(literal(list(ids), ARRAY(Text))))
    return {row["id"]: course_of(row) for row in reader.execute(select(NOTICE_COURSE).where(wanted)).mappings()}
