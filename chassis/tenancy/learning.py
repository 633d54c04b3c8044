"""What every service learns in the same way: tenants with their settings, and calendars."""

from __future__ import annotations

from typing import Any

from chassis.events.inbox import Subscription
from chassis.events.received import Received
from chassis.tenancy import working_days
from chassis.time.following import follow_soon
from chassis.write.uow import UnitOfWork


def tenant_subscription(*, follows: bool = False) -> Subscription:
    """Learn of tenants. `follows`: this service has deadlines that other office hours move."""

    def learn(events: list[Received[Any]], uow: UnitOfWork) -> None:
        for event in events:
            if uow.registry.learn(event.data) and follows:
                tenant = event.data.id
                follow_soon(uow, f"hours-{tenant}-{event.data.settings_version}", tenant=tenant)

    return Subscription("tenants", frozenset({"TenantOnboarded", "TenantChanged"}), learn)


def calendar_subscription(*, follows: bool = False) -> Subscription:
    """Learn of calendars. `follows`: this service has deadlines that other working days move."""

    def learn(events: list[Received[Any]], uow: UnitOfWork) -> None:
        for event in events:
            if working_days.learn(uow, event.data) and follows:
                data = event.data
                occasion = f"calendar-{data.tenant}-{data.year}-{data.calendar_version}"
                follow_soon(uow, occasion, tenant=data.tenant)

    return Subscription("calendars", frozenset({"CalendarPublished"}), learn)
