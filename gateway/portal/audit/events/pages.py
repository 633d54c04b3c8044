"""Security events (安全日志): the newest first, narrowed by what stands in the address, taken away as one file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import get_args

from starlette.responses import Response

from chassis.time.clock import CHINA
from contracts.duties import DUTY_NAMES
from contracts.message import Cursor, Id, Model, TenantId
from contracts.security_events import (
    KINDS,
    ListSecurityEvents,
    SecurityEventKind,
    SecurityOutcome,
)
from gateway.access import Permitted
from gateway.door import Door, said
from gateway.portal.platform.places import place_values
from gateway.portal.shell.pages import Pages, Values
from gateway.security_log import Ending, file_of, page_of

pages = Pages("audit")
AUDITOR = Permitted(ListSecurityEvents)


class EventsAsked(Model):
    """What the address narrows them to. Days are those of China; the last one is included."""

    tenant: TenantId | None = None
    kind: SecurityEventKind | None = None
    outcome: SecurityOutcome | None = None
    person_id: Id | None = None
    first_day: date | None = None
    last_day: date | None = None
    file: Ending | None = None
    cursor: Cursor | None = None

    def query(self) -> ListSecurityEvents:
        return ListSecurityEvents(
            about=self.tenant,
            kind=self.kind,
            outcome=self.outcome,
            person_id=self.person_id,
            since=_begin(self.first_day),
            until=None if self.last_day is None else _begin(self.last_day + timedelta(days=1)),
            cursor=self.cursor,
        )


@pages.show("/audit/events", EventsAsked, AUDITOR, template="events.html", nav=("audit.nav.events", 210), secret=True)
async def show_events(door: Door, asked: EventsAsked) -> Values | Response:
    """One page of them; or all of them as one file (导出安全日志), which is an event itself."""
    if asked.file is not None:
        return await file_of(door, asked.query(), asked.file)
    page = said(await page_of(door, asked.query()), ListSecurityEvents)
    place = await place_values(door, asked.tenant)
    closed_lists = {"kinds": KINDS, "outcomes": get_args(SecurityOutcome), "duty_names": DUTY_NAMES}
    return {"page": page, "asked_for": asked, **closed_lists, **place}


def _begin(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=CHINA)
