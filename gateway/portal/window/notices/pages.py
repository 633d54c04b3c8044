"""Papers that wait to be served (待送达文书): handed over at the window, posted, or announced at last."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Literal

from pydantic import Field
from starlette.responses import Response

from chassis.time.clock import CHINA
from contracts.case_notices import ANNOUNCED_DAYS, ListNoticesToServe, OpenNotice, RecordService, ServiceMeans
from contracts.message import Id, Model
from gateway.access import Permitted
from gateway.door import Door
from gateway.notice_files import opened
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values

pages = Pages("window")
HERE = "/window/notices"
ROWS = 20
MEANS: tuple[ServiceMeans, ...] = ("window", "post", "announcement", "electronic")


class ServiceForm(Model):
    """How a paper was served, as it is filled in: `on` is the day on which it was handed over, posted or announced, and `at` the
    time of day where it matters."""

    notice_id: Id
    expected_version: int
    means: ServiceMeans
    on: date
    at: time | None = None
    taken_by: str = Field(default="", max_length=60)
    signature: Literal["signed", "refused"] | None = None
    tracking_number: str = Field(default="", max_length=60)
    delivered_on: date | None = None
    announced_where: str = Field(default="", max_length=120)
    note: str = Field(default="", max_length=400)

    def command(self, now: datetime) -> RecordService:
        """Without a time of day it was just now, if it was today, and at noon of another day."""
        kept = self.model_dump(include={"notice_id", "expected_version", "means", "note"})
        if self.means == "post":
            more = {"sent_on": self.on, "delivered_on": self.delivered_on, "tracking_number": self.tracking_number}
        elif self.means == "announcement":
            more = {"announced_on": self.on, "announced_where": self.announced_where}
        else:
            told = datetime.combine(self.on, self.at or time(12), CHINA)
            just_now = self.at is None and self.on == now.astimezone(CHINA).date()
            more = {"at": now if just_now else told, "taken_by": self.taken_by, "signature": self.signature}
        return RecordService(**kept, **more)


@pages.show(HERE, ListNoticesToServe, template="list.html", nav=("window.nav.notices", 24))
async def show_notices(door: Door, query: ListNoticesToServe) -> Values:
    """The oldest first, each with a form for how it was served."""
    found = await door.told(query.model_copy(update={"limit": ROWS}))
    return {
        "papers": found.items,
        "next_cursor": found.next_cursor,
        "query": query,
        "means": MEANS,
        "announced_days": ANNOUNCED_DAYS,
        "may_record": may(door, RecordService),
        "today": door.frame.clock.now().astimezone(CHINA).date(),
    }


@pages.form(HERE + "/{notice_id}/service", ServiceForm, Permitted(RecordService), on=show_notices, versioned=True)
async def record_service(door: Door, said: ServiceForm) -> str:
    """Record it (登记送达)."""
    await door.done(said.command(door.frame.clock.now()))
    return f"{HERE}?done=served"


@pages.form(HERE + "/{notice_id}/file", OpenNotice, Permitted(ListNoticesToServe), on=show_notices)
async def open_notice(door: Door, command: OpenNotice) -> Response:
    """The file, to be printed and handed over."""
    return await opened(door, command.notice_id)
