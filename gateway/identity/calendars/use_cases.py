"""What the platform does with calendars: publishing a year, or what a tenant does otherwise in it."""

from __future__ import annotations

from chassis.tenancy import working_days
from chassis.write.uow import UnitOfWork
from contracts.calendars import NATION, CalendarPublished, CalendarView, PublishCalendar
from gateway.identity.calendars.store import PublishedCalendars
from gateway.identity.calendars.views import calendar_view


def publish_calendar(cmd: PublishCalendar, uow: UnitOfWork) -> CalendarView:
    """Load a year's working days. Raises TenantUnknown, and what `PublishedCalendar.publish` has against it."""
    if cmd.tenant != NATION:
        uow.registry.settings(cmd.tenant)
    calendars = uow.of(PublishedCalendars)
    calendar = calendars.of_year(cmd.tenant, cmd.year)
    known = working_days.known_days(uow, cmd.tenant, cmd.year)
    in_force = working_days.version_in_force(uow, cmd.tenant, cmd.year)
    calendar.publish(cmd, by=uow.actor.id, at=uow.now, known=known, in_force=in_force)
    for recorded in calendar.pending:
        assert isinstance(recorded.event, CalendarPublished)
        working_days.learn(uow, recorded.event)
    calendars.save(calendar)
    return calendar_view(cmd.tenant, cmd.year, uow)
