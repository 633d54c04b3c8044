"""Until when the firm may be heard, and until when what it asks is answered: in working days, as the calendar says now."""

from __future__ import annotations

from datetime import datetime

from chassis.time.calendar import Calendar
from contracts.integrity import FindingNotice, RecordRequest, RequestKind
from contracts.rule import TimeLimit
from contracts.rule.plan import TimeUnit
from services.review.cases.clock import DueDate, due_date
from services.review.integrity.finding import IntegrityFinding

ANSWERED_WITHIN: dict[RequestKind, int] = {"repair": 10, "objection": 3}
"""In working days. The house's own, set so that a platform that asks sooner is not kept waiting: the articles of 《信用修复管理办法》 on
the time for repair and objection could not be read when this was written."""


def due_in(days: int, since: datetime, calendar: Calendar) -> DueDate:
    """When so many working days from then are over."""
    return due_date(TimeLimit(limit=days, unit=TimeUnit.WORKING_DAYS), since, calendar)


def follow(finding: IntegrityFinding, calendar: Calendar) -> bool:
    """Let all times that run end as the calendar says now; → whether any has moved."""
    before = (finding.notice, finding.requests)
    if finding.may_be_heard and finding.notice is not None:
        finding.notice = _timed_notice(finding.notice, calendar)
    for request in finding.requests:
        if request.state == "open":
            finding.put_request(_timed_request(request, calendar))
    return before != (finding.notice, finding.requests)


def _timed_notice(notice: FindingNotice, calendar: Calendar) -> FindingNotice:
    due_at, awaits_year = due_in(notice.days, notice.notified_at, calendar)
    return notice.model_copy(update={"due_at": due_at, "awaits_year": awaits_year})


def _timed_request(request: RecordRequest, calendar: Calendar) -> RecordRequest:
    due_at, awaits_year = due_in(ANSWERED_WITHIN[request.kind], request.asked_at, calendar)
    return request.model_copy(update={"due_at": due_at, "awaits_year": awaits_year})
