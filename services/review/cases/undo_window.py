"""For how long a decision can be undone, and that nobody outside hears of it before.

The tenant says how many minutes; a quarter of the payout limit is the most, so that the firm does not wait for its money because
somebody might think again: the payout clock counts from the decision. Of a limit in working days a day is one of office hours.
What a machine or a list has decided is not undone: nobody has pressed the wrong button.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from chassis.time.calendar import Calendar
from chassis.write.uow import UnitOfWork
from contracts.message import SYSTEM
from contracts.rule import TimeLimit
from contracts.rule.plan import TimeUnit
from services.review.cases.answers import deciding
from services.review.cases.awarding import asked_of
from services.review.cases.case import Case
from services.review.item_copies.item import PinnedItem
from services.review.register.store import AwardRegister

RELEASE = "release_decision"
"""The job by which a decision is said when its undo window closes. Its subject is the case."""


def ends_at(case: Case, item: PinnedItem, uow: UnitOfWork) -> datetime | None:
    """When the window of the decision that was just made closes; None: it has none."""
    decision = case.decision
    if decision is None or not _by_a_person(case):
        return None
    settings = uow.registry.settings(case.tenant)
    if not settings.undo_minutes:
        return None
    payout = item.rules.plan.payout_limit or TimeLimit(limit=settings.payout_working_days, unit=TimeUnit.WORKING_DAYS)
    return decision.at + longest(settings.undo_minutes, payout, uow.calendar(case.tenant))


def longest(minutes: int, payout: TimeLimit, calendar: Calendar) -> timedelta:
    """The tenant's minutes, and no more than a quarter of the time in which the money has to be paid."""
    day = {
        TimeUnit.HOURS: timedelta(hours=1),
        TimeUnit.CALENDAR_DAYS: timedelta(days=1),
        TimeUnit.WORKING_DAYS: _office_hours(calendar),
    }[payout.unit]
    return min(timedelta(minutes=minutes), payout.limit * day / 4)


def hold(case: Case, until: datetime, uow: UnitOfWork) -> None:
    """Keep its decision in the house until then."""
    case.undo_until = until
    uow.schedule(RELEASE, case.id, at=until, tenant=case.tenant)


def give_back(case: Case, item: PinnedItem, uow: UnitOfWork, *, by: str, evidence: str) -> None:
    """A held decision will never be said: what it took in the register and of quotas is as it was before it, and nothing waits for
    the end of the window.

    Of a case of which a decision was said before, that one counts again: it may have been paid.
    """
    uow.unschedule(RELEASE, case.id, tenant=case.tenant)
    if case.state == "approved":
        uow.of(AwardRegister).undo(asked_of(case, item), case.revision, by=by, evidence=evidence)


def _by_a_person(case: Case) -> bool:
    """Whether a person has decided it: has refused it, or given the approval that it rests on."""
    assert case.decision is not None, "nothing is decided"
    if case.state == "rejected":
        return case.decision.by != SYSTEM.id
    last = deciding(case.answers)
    if last is None or last.kind not in ("approval", "recheck"):
        return False
    return last.by == case.decision.by and last.by != SYSTEM.id


def _office_hours(calendar: Calendar) -> timedelta:
    any_day = date(2000, 1, 3)
    opening = datetime.combine(any_day, calendar.opening_time)
    return datetime.combine(any_day, calendar.closing_time) - opening
