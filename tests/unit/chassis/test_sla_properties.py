"""What holds of a promise's clock whatever happens to it, checked against a count made day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chassis.time.calendar import DAY, Calendar, announced_days
from chassis.time.clock import CHINA
from chassis.time.sla import LEVELS, MISSED, Alarm, Limit, NotYetPublished, SlaClock

CALENDAR = Calendar.from_chinesecalendar()
START = datetime(2025, 2, 1, tzinfo=CHINA)
HALF_HOUR = timedelta(minutes=30)

UNITS = st.sampled_from(["working_days", "calendar_days", "hours"])
LIMITS = st.builds(Limit, n=st.integers(0, 25), unit=UNITS)
# Half an hour is the grain at which instants meet the stroke of closing time often enough to matter.
INSTANTS = st.integers(0, 200 * 48).map(lambda half_hours: START + timedelta(minutes=30 * half_hours))
GAPS = st.lists(st.integers(0, 9 * 48).map(lambda half_hours: timedelta(minutes=30 * half_hours)), max_size=8)
CHANGED = st.dates(date(2025, 2, 1), date(2026, 3, 1))


def driven(limit: Limit, received: datetime, gaps: list[timedelta]) -> SlaClock:
    """Paused and resumed in turn, after each gap."""
    clock, now = SlaClock.start(limit, received), received
    for gap in gaps:
        now += gap
        clock = clock.resume(now) if clock.paused else clock.pause(now, "补正")
    return clock


def resumed(clock: SlaClock, at: datetime) -> SlaClock:
    return clock.resume(at) if clock.paused else clock


def due(clock: SlaClock, calendar: Calendar = CALENDAR) -> datetime:
    found = clock.due(calendar)
    assert isinstance(found, datetime)
    return found


def due_by_counting(clock: SlaClock) -> datetime:
    """The close of business after `n` others that the clock ran through (the first: the day of receipt's)."""
    stretches = [(each.began, each.ended) for each in clock.ran]
    stretches.append((clock.running_since, datetime.max.replace(tzinfo=UTC)))
    day, closes = clock.started_at.astimezone(CHINA).date(), 0
    while True:
        close = CALENDAR.close_of_business(day)
        if CALENDAR.is_working_day(day) and any(began <= close < ended for began, ended in stretches):
            closes += 1
            if closes > clock.limit.n:
                return close
        day += DAY


@given(st.integers(0, 25), INSTANTS, GAPS)
def test_working_days_agree_with_counting_closes_of_business_one_by_one(
    n: int, received: datetime, gaps: list[timedelta]
) -> None:
    clock = driven(Limit(n=n, unit="working_days"), received, gaps[: len(gaps) // 2 * 2])
    assert due(clock) == due_by_counting(clock)


@given(LIMITS, INSTANTS, GAPS, st.integers(0, 9 * 48))
def test_a_pause_never_moves_the_due_instant_earlier(
    limit: Limit, received: datetime, gaps: list[timedelta], half_hours: int
) -> None:
    clock = resumed(driven(limit, received, gaps), received + timedelta(days=80))
    since = clock.running_since + timedelta(minutes=30 * half_hours)
    for then in ("continue", "restart"):
        for length in (0, 1, 17, 48, 49, 150, 400):
            after = clock.pause(since, "补正", then).resume(since + timedelta(minutes=30 * length))
            assert due(after) >= due(clock)


@given(LIMITS, INSTANTS, GAPS, st.integers(0, 60 * 48))
def test_resuming_at_once_changes_nothing_about_when_it_is_due(
    limit: Limit, received: datetime, gaps: list[timedelta], half_hours: int
) -> None:
    clock = resumed(driven(limit, received, gaps), received + timedelta(days=80))
    at = clock.running_since + timedelta(minutes=30 * half_hours)
    again = clock.pause(at, "补正").resume(at)
    assert due(again) == due(clock)
    assert again.next_alarm(CALENDAR) == clock.next_alarm(CALENDAR)
    later = at + timedelta(hours=30)
    assert again.fraction_used(later, CALENDAR) == clock.fraction_used(later, CALENDAR)


@given(LIMITS, INSTANTS, GAPS, st.lists(st.integers(0, 400), min_size=2, max_size=5).map(sorted))
def test_the_longer_a_pause_lasts_the_later_it_is_projected_to_be_due(
    limit: Limit, received: datetime, gaps: list[timedelta], half_hours: list[int]
) -> None:
    clock = driven(limit, received, gaps)
    if clock.paused is None:
        clock = clock.pause(clock.running_since + timedelta(hours=5), "补正")
    instants = [clock.paused.since + timedelta(minutes=30 * each) for each in half_hours]
    projections = [clock.projected_due(at, CALENDAR) for at in instants]
    assert projections == sorted(projections)
    assert projections[0] >= due(clock)


@given(
    st.builds(Limit, n=st.integers(0, 25), unit=st.sampled_from(["working_days", "calendar_days"])),
    INSTANTS,
    GAPS,
    CHANGED,
)
def test_a_day_more_of_rest_never_makes_anything_due_earlier(
    limit: Limit, received: datetime, gaps: list[timedelta], changed: date
) -> None:
    rest = Calendar.from_chinesecalendar(overrides=[(changed, False)])
    work = Calendar.from_chinesecalendar(overrides=[(changed, True)])
    clock = driven(limit, received, gaps)
    assert due(clock, work) <= due(clock, rest)
    assert due(clock) in {due(clock, work), due(clock, rest)}, "the clock holds nothing of the calendar"


@given(LIMITS, INSTANTS, GAPS)
def test_the_fraction_is_one_exactly_when_it_is_due_and_the_alarms_come_in_order(
    limit: Limit, received: datetime, gaps: list[timedelta]
) -> None:
    clock = resumed(driven(limit, received, gaps), received + timedelta(days=80))
    end = due(clock)
    assert clock.fraction_used(end, CALENDAR) == 1.0
    assert clock.fraction_used(end - timedelta(minutes=1), CALENDAR) < 1.0
    assert clock.fraction_used(end + timedelta(days=9), CALENDAR) > 1.0 or limit.n == 0
    alarms = [clock.next_alarm(CALENDAR, already) for already in ((), (50,), (50, 80))]
    assert [alarm.at for alarm in alarms] == sorted(alarm.at for alarm in alarms)
    for alarm in alarms:
        if limit.n:
            used = clock.fraction_used(alarm.at, CALENDAR)
            assert abs(used - alarm.level / 100) < 1e-6


CUT = Calendar.from_rows(announced_days(2025))
"""The same days, without those of 2026."""
LATE = st.integers(0, 364 * 48).map(lambda half_hours: datetime(2025, 1, 2, tzinfo=CHINA) + half_hours * HALF_HOUR)


@given(st.builds(Limit, n=st.integers(0, 60), unit=UNITS), LATE, GAPS)
def test_without_the_next_year_whatever_is_known_is_as_it_is_with_it_and_nothing_is_guessed(
    limit: Limit, received: datetime, gaps: list[timedelta]
) -> None:
    clock = resumed(driven(limit, received, gaps), received + timedelta(days=80))
    end = due(clock)
    if isinstance(cut := clock.due(CUT), NotYetPublished):
        assert cut.year == 2026
        assert end.astimezone(CHINA).year >= 2026 or clock.running_since.astimezone(CHINA).year >= 2026
    else:
        assert cut == end
    known = [alarm for level in LEVELS if isinstance(alarm := alarm_of(clock, level, CUT), Alarm)]
    assert known == [alarm_of(clock, each.level, CALENDAR) for each in known]
    assert [each.level for each in known] == list(LEVELS[: len(known)]), "what is reached later is not known sooner"
    if isinstance(cut, NotYetPublished):
        assert MISSED not in [each.level for each in known]


def alarm_of(clock: SlaClock, level: int, calendar: Calendar) -> Alarm | NotYetPublished | None:
    return clock.next_alarm(calendar, [each for each in LEVELS if each < level])


@given(LIMITS, INSTANTS, GAPS)
def test_the_fraction_never_falls_while_the_clock_runs(limit: Limit, received: datetime, gaps: list[timedelta]) -> None:
    clock = resumed(driven(limit, received, gaps), received + timedelta(days=80))
    instants = [clock.running_since + timedelta(hours=7 * each) for each in range(30)]
    fractions = [clock.fraction_used(at, CALENDAR) for at in instants]
    assert fractions == sorted(fractions)


@given(LIMITS, INSTANTS, GAPS, st.booleans())
def test_a_clock_survives_being_written_down_as_json(
    limit: Limit, received: datetime, gaps: list[timedelta], over: bool
) -> None:
    clock = driven(limit, received, gaps)
    clock = clock.stop(received + timedelta(days=90)) if over else clock
    again = SlaClock.model_validate_json(clock.model_dump_json())
    assert again == clock
    assert again.due(CALENDAR) == clock.due(CALENDAR)
