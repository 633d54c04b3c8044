"""A paper as people see it, and until when it can be objected to."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from chassis.time.calendar import Calendar, CalendarNotLoaded
from chassis.time.clock import CHINA
from contracts.case_notices import NoticeFileAnswer, NoticeView
from contracts.refusal_grounds import Remedies
from services.review.notices.notice import IssuedPaper
from services.review.serving.course import NoticeCourse, months_after


def view_of(notice: IssuedPaper, course: NoticeCourse, calendar: Calendar) -> NoticeView:
    """The paper, its files and how it was served."""
    draft = notice.draft
    until = last_days(draft.content.remedies, course.served_at, calendar)
    return NoticeView(
        notice_id=notice.id,
        case_id=draft.case_id,
        claim=draft.claim,
        kind=draft.kind,
        number=notice.number,
        issued_at=notice.issued_at,
        revision=draft.revision,
        instalment=draft.instalment,
        content=draft.content,
        content_sha256=notice.content_sha256,
        files=course.files,
        services=course.services,
        opened_at=course.opened_at,
        served_at=course.served_at,
        served_by_means=course.means,
        reconsider_until=until[0],
        sue_until=until[1],
        version=course.version,
    )


def file_answer(course: NoticeCourse) -> NoticeFileAnswer:
    """The newest file, called by the paper's number."""
    file = course.files[-1] if course.files else None
    return NoticeFileAnswer(notice_id=course.id, name=f"{course.number}.pdf", file=file)


def last_days(
    remedies: Remedies | None, served_at: datetime | None, calendar: Calendar
) -> tuple[date | None, date | None]:
    """The last days of both remedies: the day of service does not count, and a period that ends on a rest day ends on the next
    that is worked (Civil Code, art. 201–203)."""
    if remedies is None or served_at is None:
        return None, None
    day = served_at.astimezone(CHINA).date()
    reconsider = day + timedelta(days=remedies.reconsideration_days)
    return _worked(reconsider, calendar), _worked(months_after(day, remedies.suit_months), calendar)


def _worked(day: date, calendar: Calendar) -> date:
    """In a year that nobody has published yet, the day itself: never less than what the law gives."""
    try:
        return calendar.roll_forward(day)
    except CalendarNotLoaded:
        return day
