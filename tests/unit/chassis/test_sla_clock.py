"""The clock of a promise: when it is due, what pauses do to it, and when somebody is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from chassis.time.calendar import Calendar, announced_days
from chassis.time.clock import CHINA
from chassis.time.sla import Alarm, ClockNotPaused, ClockNotRunning, Limit, NotYetPublished, SlaClock, Unit

CALENDAR = Calendar.from_chinesecalendar()


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def clock(n: int, received: str, unit: Unit = "working_days") -> SlaClock:
    return SlaClock.start(Limit(n=n, unit=unit), china(received))


def due(of: SlaClock) -> datetime:
    found = of.due(CALENDAR)
    assert isinstance(found, datetime)
    assert found.tzinfo is UTC
    return found


def paused(of: SlaClock, since: str, until: str) -> SlaClock:
    return of.pause(china(since), "补正").resume(china(until))


def used(of: SlaClock, at: str) -> float:
    found = of.fraction_used(china(at), CALENDAR)
    assert isinstance(found, float)
    return round(found, 4)


@pytest.mark.parametrize(
    ("received", "n", "ends"),
    [
        ("2026-02-13T10:00", 5, "2026-02-27T17:30"),
        ("2026-02-13T18:00", 5, "2026-02-28T17:30"),  # received on the Saturday that is worked
        ("2026-09-30T10:00", 1, "2026-10-08T17:30"),
        (
            "2026-10-01T10:00",
            1,
            "2026-10-09T17:30",
        ),  # received on a rest day: 8 October is the day of receipt
        ("2026-03-10T10:00", 0, "2026-03-10T17:30"),  # 当日
        ("2026-03-10T17:31", 0, "2026-03-11T17:30"),
    ],
)
def test_working_days_are_due_at_close_of_business_of_the_last_one(received: str, n: int, ends: str) -> None:
    assert due(clock(n, received)) == china(ends)


@pytest.mark.parametrize(
    ("received", "n", "ends"),
    [
        ("2026-03-10T10:00", 7, "2026-03-17T17:30"),
        ("2026-09-24T10:00", 7, "2026-10-08T17:30"),  # ends inside the National Day rest
        ("2026-03-14T10:00", 5, "2026-03-23T17:30"),  # Saturday counts as Monday 16, + 5 is Saturday 21
    ],
)
def test_calendar_days_that_end_on_a_rest_day_end_on_the_next_working_day(received: str, n: int, ends: str) -> None:
    assert due(clock(n, received, "calendar_days")) == china(ends)


def test_hours_run_through_nights_and_rest_days_and_need_no_calendar() -> None:
    urgent = clock(24, "2027-10-01T20:00", "hours")
    assert urgent.due(Calendar({})) == china("2027-10-02T20:00")
    assert urgent.fraction_used(china("2027-10-02T08:00"), Calendar({})) == 0.5
    later = paused(urgent, "2027-10-01T21:00", "2027-10-03T21:00")
    assert later.due(Calendar({})) == china("2027-10-04T20:00")


@pytest.mark.parametrize(
    ("since", "until", "ends"),
    [
        ("2026-03-11T09:00", "2026-03-11T16:00", "2026-03-17T17:30"),  # inside one day: none
        ("2026-03-11T16:00", "2026-03-12T09:00", "2026-03-18T17:30"),  # over one close of business: one
        ("2026-03-11T17:30", "2026-03-12T09:00", "2026-03-18T17:30"),  # its stroke belongs to the pause
        ("2026-03-11T17:31", "2026-03-12T09:00", "2026-03-17T17:30"),  # over a night: none
        ("2026-03-13T18:00", "2026-03-16T09:00", "2026-03-17T17:30"),  # over a weekend: none
        ("2026-03-12T10:00", "2026-03-16T10:00", "2026-03-19T17:30"),  # Thursday and Friday: two
        ("2026-03-10T11:00", "2026-03-12T11:00", "2026-03-19T17:30"),  # from the day of receipt itself
    ],
)
def test_a_pause_lasts_as_many_working_days_as_closes_of_business_fall_inside_it(
    since: str, until: str, ends: str
) -> None:
    case = clock(5, "2026-03-10T10:00")
    assert due(case) == china("2026-03-17T17:30")
    assert due(paused(case, since, until)) == china(ends)


def test_a_pause_of_a_clock_in_calendar_days_is_counted_in_calendar_days() -> None:
    notice = clock(7, "2026-03-10T10:00", "calendar_days")
    assert due(paused(notice, "2026-03-12T10:00", "2026-03-14T10:00")) == china("2026-03-19T17:30")


def test_a_clock_paused_on_the_rest_days_that_stretch_its_end_is_not_late_when_it_resumes() -> None:
    notice = clock(4, "2026-03-10T10:00", "calendar_days")  # ends on Saturday 14, so on Monday 16
    resumed = paused(notice, "2026-03-15T10:00", "2026-03-17T10:00")
    assert due(resumed) == china("2026-03-17T17:30")


def test_a_restart_gives_the_whole_budget_again_from_the_day_of_resuming() -> None:
    case = clock(5, "2026-03-10T10:00").pause(china("2026-03-16T10:00"), "材料重交", then="restart")
    assert due(case.resume(china("2026-03-18T10:00"))) == china("2026-03-25T17:30")


def test_a_deadline_missed_before_a_pause_stays_missed() -> None:
    late = paused(clock(1, "2026-03-10T10:00"), "2026-03-12T10:00", "2026-03-20T10:00")
    assert due(late) == china("2026-03-11T17:30")
    assert used(late, "2026-03-20T10:00") > 1


def test_a_clock_paused_at_the_very_stroke_of_its_deadline_is_not_late() -> None:
    resumed = paused(clock(1, "2026-03-10T10:00"), "2026-03-11T17:30", "2026-03-13T10:00")
    assert due(resumed) == china("2026-03-13T17:30")


def test_while_paused_the_due_date_is_projected_and_recedes_with_every_close_of_business() -> None:
    case = clock(5, "2026-03-10T10:00").pause(china("2026-03-12T10:00"), "补正")
    assert due(case) == china("2026-03-17T17:30")
    assert case.projected_due(china("2026-03-12T16:00"), CALENDAR) == china("2026-03-17T17:30")
    assert case.projected_due(china("2026-03-13T09:00"), CALENDAR) == china("2026-03-18T17:30")
    running = clock(5, "2026-03-10T10:00")
    assert running.projected_due(china("2026-03-13T09:00"), CALENDAR) == due(running)


def test_reminders_come_at_half_and_at_four_fifths_and_the_breach_at_the_due_instant() -> None:
    case = clock(10, "2026-03-10T10:00")
    first = case.next_alarm(CALENDAR)
    assert first == Alarm(50, china("2026-03-17T17:30").astimezone(UTC))
    assert case.next_alarm(CALENDAR, {50}) == Alarm(80, china("2026-03-20T17:30").astimezone(UTC))
    last = case.next_alarm(CALENDAR, {50, 80})
    assert last == Alarm(100, due(case))
    assert [first.missed, last.missed] == [False, True]
    assert case.next_alarm(CALENDAR, {50, 80, 100}) is None


def test_of_one_working_day_the_reminders_come_in_the_office_hours_of_that_day() -> None:
    payout = clock(1, "2026-03-13T10:00")  # Friday: due on Monday
    assert payout.next_alarm(CALENDAR) == Alarm(50, china("2026-03-16T13:00").astimezone(UTC))
    assert payout.next_alarm(CALENDAR, {50}) == Alarm(80, china("2026-03-16T15:42").astimezone(UTC))


def test_of_twenty_four_hours_the_reminders_come_after_twelve_and_after_nineteen_hours() -> None:
    urgent = clock(24, "2026-03-13T10:00", "hours")
    assert urgent.next_alarm(CALENDAR) == Alarm(50, china("2026-03-13T22:00").astimezone(UTC))
    assert urgent.next_alarm(CALENDAR, {50}) == Alarm(80, china("2026-03-14T05:12").astimezone(UTC))


def test_a_paused_or_stopped_clock_raises_nothing() -> None:
    case = clock(5, "2026-03-10T10:00")
    assert case.pause(china("2026-03-16T10:00"), "补正").next_alarm(CALENDAR) is None
    assert case.stop(china("2026-03-16T10:00")).next_alarm(CALENDAR) is None


def test_a_breach_that_nobody_was_told_of_is_still_raised_after_the_clock_stands_still() -> None:
    late = clock(1, "2026-03-10T10:00").stop(china("2026-03-11T17:31"))
    assert late.next_alarm(CALENDAR) == Alarm(100, china("2026-03-11T17:30").astimezone(UTC))
    assert late.next_alarm(CALENDAR, {100}) is None
    in_time = clock(1, "2026-03-10T10:00").stop(china("2026-03-11T17:30"))
    assert in_time.next_alarm(CALENDAR) is None


@pytest.mark.parametrize(
    ("at", "fraction"),
    [
        ("2026-03-10T09:00", 0.0),
        ("2026-03-10T17:30", 0.0),  # the day of receipt is free
        ("2026-03-11T08:30", 0.0),
        ("2026-03-11T13:00", 0.1),
        ("2026-03-11T17:30", 0.2),
        ("2026-03-12T03:00", 0.2),  # nights use nothing
        ("2026-03-15T12:00", 0.6),  # nor do weekends
        ("2026-03-17T17:30", 1.0),
        ("2026-03-18T17:30", 1.2),
    ],
)
def test_the_fraction_used_grows_in_office_hours_only(at: str, fraction: float) -> None:
    assert used(clock(5, "2026-03-10T10:00"), at) == fraction


def test_the_fraction_stands_still_while_the_clock_does() -> None:
    case = clock(5, "2026-03-10T10:00")
    halted = case.pause(china("2026-03-12T13:00"), "补正")
    assert used(halted, "2026-03-30T10:00") == used(case, "2026-03-12T13:00") == 0.3
    assert used(case.stop(china("2026-03-12T13:00")), "2026-03-30T10:00") == 0.3


def test_what_is_due_the_same_day_is_unused_until_close_of_business_and_late_after() -> None:
    today = clock(0, "2026-03-10T10:00")
    assert used(today, "2026-03-10T17:29") == 0.0
    assert used(today, "2026-03-10T17:30") == 1.0
    assert today.next_alarm(CALENDAR) == Alarm(50, due(today))


def test_for_a_year_not_announced_the_due_date_reads_not_yet_published_and_work_goes_on() -> None:
    case = clock(5, "2026-12-29T10:00")
    assert case.due(CALENDAR) == NotYetPublished(2027)
    assert case.next_alarm(CALENDAR) == NotYetPublished(2027)
    assert case.fraction_used(china("2026-12-30T10:00"), CALENDAR) == NotYetPublished(2027)
    assert str(case.due(CALENDAR)) == "待 2027 年工作日安排公布后确定"
    waiting = case.pause(china("2027-01-05T10:00"), "补正")
    assert waiting.projected_due(china("2027-01-07T10:00"), CALENDAR) == NotYetPublished(2027)
    resumed = waiting.resume(china("2027-01-07T10:00"))
    assert resumed.stop(china("2027-01-08T10:00")).stopped_at == china("2027-01-08T10:00")

    announced = [(date(2027, 1, 1) + timedelta(days=n), True) for n in range(365)]
    known = Calendar.from_rows([*announced_days(2026), *announced])
    assert case.due(known) == china("2027-01-03T17:30")
    assert resumed.due(known) == china("2027-01-03T17:30"), "it was late before the pause"
    assert clock(9, "2026-12-29T10:00").due(known) == china("2027-01-07T17:30")


def test_a_tenant_s_extra_rest_day_moves_the_deadline_of_a_clock_already_paused_and_resumed() -> None:
    case = paused(clock(5, "2026-03-10T10:00"), "2026-03-12T10:00", "2026-03-16T10:00")
    assert due(case) == china("2026-03-19T17:30")
    inside_the_pause = Calendar.from_chinesecalendar(overrides=[(date(2026, 3, 13), False)])
    while_running = Calendar.from_chinesecalendar(overrides=[(date(2026, 3, 17), False)])
    assert case.due(inside_the_pause) == china("2026-03-19T17:30")
    assert case.due(while_running) == china("2026-03-20T17:30")


def test_deadlines_end_at_the_tenant_s_own_closing_time() -> None:
    calendar = Calendar.from_chinesecalendar(closing_time=time(18, 0))
    assert clock(1, "2026-03-10T17:45").due(calendar) == china("2026-03-11T18:00")


def test_a_host_whose_clock_is_behind_cannot_make_time_run_backwards() -> None:
    case = clock(5, "2026-03-10T10:00").pause(china("2026-03-10T09:55"), "补正")
    assert case.ran[0].ended == china("2026-03-10T10:00")
    assert case.resume(china("2026-03-10T09:50")).running_since == china("2026-03-10T10:00")
    assert case.stop(china("2026-03-10T09:50")).stopped_at == china("2026-03-10T10:00")


def test_a_clock_refuses_steps_that_do_not_fit_its_state() -> None:
    running = clock(5, "2026-03-10T10:00")
    halted = running.pause(china("2026-03-11T10:00"), "补正")
    over = halted.stop(china("2026-03-12T10:00"))
    with pytest.raises(ClockNotPaused):
        running.resume(china("2026-03-11T10:00"))
    with pytest.raises(ClockNotRunning):
        halted.pause(china("2026-03-11T11:00"), "补正")
    with pytest.raises(ClockNotRunning):
        over.stop(china("2026-03-12T11:00"))
    with pytest.raises(ClockNotPaused):
        over.resume(china("2026-03-12T11:00"))
    with pytest.raises(ValueError, match="naive"):
        running.pause(datetime(2026, 3, 11, 10, 0), "补正")
    with pytest.raises(ValueError, match="at least 1 character"):
        running.pause(china("2026-03-11T10:00"), "")
