"""What time does to items: the department is reminded before an item's validity ends, and then it expires."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from chassis.time.clock import CHINA
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from services.catalog.policies.domain import PolicyItem
from services.catalog.policies.reminder import TOLD_FROM, ExpiryReminder, reminder_id
from services.catalog.policies.store import Changes, PolicyItems, Reminders

ITEM_VALIDITY = "item_validity"

REMINDERS = (90, 30, 7)
"""Days before the end on which the department is reminded to review the item (到期前评估)."""


def watch(item: PolicyItem, uow: UnitOfWork) -> None:
    """Claim the reminders whose time has come, each once for one end of validity, and see to the next instant.

    Of several at once only the nearest to the end is claimed. A revision with another end begins anew.
    """
    if item.expires_on is None or item.state not in ("published", "suspended"):
        uow.unschedule(ITEM_VALIDITY, item.id, tenant=item.tenant)
        return
    moments = {days: _beginning(item.expires_on - timedelta(days=days)) for days in REMINDERS}
    past = [days for days, at in moments.items() if at <= uow.now]
    if past:
        uow.raise_alarm("policy_item", item.id, clock_of(item.expires_on), min(past), tenant=item.tenant)
        if min(past) <= TOLD_FROM:
            _remind(item, item.expires_on, uow)
    end = _beginning(item.expires_on + timedelta(days=1))
    following = min([at for at in moments.values() if at > uow.now] + [end])
    uow.schedule(ITEM_VALIDITY, item.id, at=following, tenant=item.tenant)


def _remind(item: PolicyItem, expires_on: date, uow: UnitOfWork) -> None:
    """Tell the department, once for one end of validity."""
    reminders = uow.of(Reminders)
    if not reminders.get_many([reminder_id(item.id, expires_on)]):
        reminders.save(ExpiryReminder.of(item, expires_on))


def look_at_validity(jobs: Sequence[Job], uow: UnitOfWork) -> None:
    """What `item_validity` jobs that have come due ask for: a reminder, or the end."""
    items = uow.of(PolicyItems).own_many([(job.tenant, job.subject) for job in jobs])
    today = uow.now.astimezone(CHINA).date()
    ended: list[PolicyItem] = []
    for job in jobs:
        uow.finish(job)
        item = items.get(job.subject)
        if item is None:
            continue
        if item.expire(at=uow.now, today=today):
            ended.append(item)
        else:
            watch(item, uow)
    uow.of(PolicyItems).save_many(ended)
    for item in ended:
        uow.of(Changes).add(
            "item", item, "expired", reason=item.state_reason, item_id=item.id, item_version=item.item_version
        )


def clock_of(expires_on: date) -> str:
    """The name under which the reminders of one end of validity are claimed."""
    return f"validity:{expires_on}"


def _beginning(day: date) -> datetime:
    """The first instant of a day in China."""
    return datetime.combine(day, time(), CHINA)
