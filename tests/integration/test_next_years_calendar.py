"""The next year's working days are asked for in time: a clock that is moved day by day, on a real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from calendar_kit import changed, nations_year
from test_notify_duties import Notify, appointed

from chassis.edge.entrypoints import due
from chassis.edge.frame import Frame
from chassis.events.inbox import Inbox
from chassis.events.received import Received
from chassis.tenancy.learning import calendar_subscription, tenant_subscription
from chassis.tenancy.working_days import missing_calendars
from chassis.testing.fakes import received
from chassis.time.clock import CHINA, FixedClock
from chassis.time.jobs import STANDING, claim
from chassis.time.scheduler import DueWork, see_to_standing
from console.servers.provision import Dsns
from contracts.calendars import NATION
from contracts.identity import PLATFORM
from contracts.message import Actor
from contracts.notify import DutyMessageView, ListDutyMessages
from contracts.rule import Level
from services.notify.staff.next_year import NEXT_YEAR, ask_for_next_year

KEEPER = Actor(id="keeper", roles=frozenset({"platform"}), duties=frozenset({"system_admin"}))
SECURITY = KEEPER.model_copy(update={"id": "other", "duties": frozenset({"security_admin"})})


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.fixture
def notify(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Notify:
    dsns, clock = service_database("notify"), FixedClock(china("2026-11-14 09:00"))
    house = Notify(service_frame("notify", dsns=dsns, clock=clock), dsns, clock)
    see_to_standing([DueWork(NEXT_YEAR, lambda _jobs: None, 1, standing=True)], unit_of(house))
    return house


def unit_of(notify: Notify) -> Callable[..., object]:
    return lambda tenants: notify.frame.event_unit(tenants, action=NEXT_YEAR)


def until(notify: Notify, text: str) -> int:
    """Morning by morning, as the scheduler would; returns how often the job was handed over."""
    times = 0
    while notify.clock.now() < china(text):
        notify.clock.advance(min(china(text), next_look(notify)) - notify.clock.now())
        for job in claim(notify.frame.frame_engine, NEXT_YEAR, notify.clock.now(), 10):
            ask_for_next_year([job], unit_of(notify))
            times += 1
    return times


def learns(notify: Notify, event: Received[Any]) -> None:
    """What every service hears of places and calendars."""
    subscriptions = [tenant_subscription(), calendar_subscription()]
    Inbox("notify", subscriptions, notify.frame.event_unit, max_attempts=3).apply([event])


def next_look(notify: Notify) -> datetime:
    ((at,),) = notify.rows(
        f"SELECT due_at FROM job WHERE (tenant, kind, subject) = ('{NATION}', '{NEXT_YEAR}', '{STANDING}')"
    )
    return max(at, notify.clock.now())


def told(notify: Notify, actor: Actor = KEEPER, tenant: str = PLATFORM) -> list[DutyMessageView]:
    found = notify.asked(ListDutyMessages(), actor, tenant)["ok"]["items"]
    return [DutyMessageView.model_validate(each) for each in found]


def test_the_duty_is_reminded_from_mid_november_and_alarmed_from_december(notify: Notify) -> None:
    until(notify, "2026-11-15 08:00")
    assert told(notify) == []
    assert missing_calendars(notify.frame.frame_engine).items == ()
    until(notify, "2026-11-15 09:00")
    (reminder,) = told(notify)
    assert (reminder.kind, reminder.text, reminder.unread) == ("calendar_reminder", "1 个年度的工作日历待载入", True)
    assert [(each.subject_type, each.subject_id) for each in reminder.subjects] == [("calendar", "2027")]
    (missing,) = missing_calendars(notify.frame.frame_engine).items
    assert (missing.tenant, missing.year, missing.clock) == (NATION, 2027, "next_year")
    until(notify, "2026-12-04 12:00")
    assert [each.kind for each in told(notify)] == ["calendar_reminder"] * 3, "once a week"
    until(notify, "2026-12-05 12:00")
    assert told(notify)[0].kind == "calendar_alarm"
    assert notify.rows("SELECT level FROM alarm WHERE clock = 'next_year' ORDER BY level") == [(80,), (100,)]
    until(notify, "2026-12-07 12:00")
    assert [each.kind for each in told(notify)].count("calendar_alarm") == 3, "every day"


def test_a_year_that_is_loaded_is_asked_for_no_more(notify: Notify) -> None:
    until(notify, "2026-12-05 12:00")
    before = [each.message_id for each in told(notify)]
    learns(notify, received(nations_year(), tenant=NATION))
    until(notify, "2027-01-20 12:00")
    assert sorted(each.message_id for each in told(notify)) == sorted(before)
    assert missing_calendars(notify.frame.frame_engine).items == ()


def test_a_year_that_begins_without_a_calendar_goes_on_being_an_alarm(notify: Notify) -> None:
    until(notify, "2027-01-03 12:00")
    assert told(notify)[0].kind == "calendar_alarm"
    assert told(notify)[0].latest == china("2027-01-03 08:30")


def test_whoever_holds_the_duty_in_a_place_is_told_there_and_nobody_else(notify: Notify) -> None:
    learns(notify, received(changed("ganzhou", None, "360700", level=Level.CITY), tenant="ganzhou"))
    notify.hears(received(appointed("a-1", "李四", "system_admin", date(2026, 1, 1)), tenant="ganzhou"))
    until(notify, "2026-11-15 09:00")
    here = KEEPER.model_copy(update={"department_id": "dep-1", "department": "平台"})
    assert [each.kind for each in told(notify, here, "ganzhou")] == ["calendar_reminder"]
    assert told(notify, KEEPER, "xingguo") == []
    assert told(notify, SECURITY) == []


def test_processes_that_start_see_to_the_job_once_and_leave_its_hour_alone(notify: Notify) -> None:
    until(notify, "2026-11-14 10:00")
    at = next_look(notify)
    see_to_standing([DueWork(NEXT_YEAR, lambda _jobs: None, 1, standing=True)], unit_of(notify))
    see_to_standing([DueWork("of another kind", lambda _jobs: None, 1)], unit_of(notify))
    assert next_look(notify) == at == china("2026-11-15 08:30")
    assert notify.rows("SELECT kind FROM job") == [(NEXT_YEAR,)]


def test_a_handler_says_that_its_job_stands() -> None:
    handler = due("some_kind", standing=True)(lambda *_: None)
    assert handler.__zhida_due__ == ("some_kind", 50, True)
