"""Clocks that are injected: always UTC, never naive, and wrong only on purpose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chassis.time.clock import CHINA, FixedClock, ShiftedClock, SystemClock, TimeZoneDataMissing, as_utc, time_zone

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=CHINA)


def test_the_system_s_clock_tells_the_time_in_utc() -> None:
    before = datetime.now(UTC)
    assert before <= SystemClock().now() <= datetime.now(UTC)
    assert SystemClock().now().tzinfo is UTC


def test_a_fixed_clock_moves_only_when_told_and_both_ways() -> None:
    clock = FixedClock(NOON)
    assert clock.now() == clock.now() == NOON
    assert clock.now().tzinfo is UTC
    assert clock.advance(timedelta(minutes=10)) == clock.now() == NOON + timedelta(minutes=10)
    assert clock.advance(timedelta(minutes=-20)) == NOON - timedelta(minutes=10)


def test_a_shifted_clock_runs_beside_another_at_a_distance() -> None:
    base = FixedClock(NOON)
    shifted = ShiftedClock(timedelta(days=-1), base)
    base.advance(timedelta(hours=1))
    assert shifted.now() == NOON - timedelta(hours=23)
    ahead = ShiftedClock(timedelta(hours=1)).now() - SystemClock().now()
    assert timedelta(minutes=59) < ahead <= timedelta(hours=1)


def test_a_naive_datetime_is_no_instant() -> None:
    with pytest.raises(ValueError, match="naive"):
        FixedClock(datetime(2026, 3, 10))
    assert as_utc(NOON) == datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


def test_a_time_zone_that_nobody_knows_is_refused_with_what_to_install() -> None:
    with pytest.raises(TimeZoneDataMissing, match="tzdata"):
        time_zone("Asia/Nowhere")
