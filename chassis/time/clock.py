"""What time it is: clocks are injected, so that tests and the demo choose their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class TimeZoneDataMissing(RuntimeError):
    """Neither the system nor the package `tzdata` knows the time zone; the message says what to install."""


def time_zone(name: str) -> ZoneInfo:
    """The zone called `name`. No fallback: a deadline an hour off is worse than a process that stops.

    Raises TimeZoneDataMissing.
    """
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError as error:
        raise TimeZoneDataMissing(
            f"缺少时区数据 {name}：请安装 Python 包 tzdata 或系统软件包 tzdata。(time zone data missing)"
        ) from error


CHINA = time_zone("Asia/Shanghai")
"""The one time zone of every office that Zhida serves."""


class Clock(Protocol):
    """Tells the time. The one promise: an aware datetime in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """Stands still until it is told to advance. Raises ValueError for a naive datetime."""

    def __init__(self, at: datetime) -> None:
        self._at = as_utc(at)

    def now(self) -> datetime:
        return self._at

    def advance(self, by: timedelta) -> datetime:
        """Move by `by` (which may be negative: clocks are set back, too) and return the new time."""
        self._at += by
        return self._at


class ShiftedClock:
    """Runs like `clock`, `offset` ahead: another day for a demo, a host whose clock is wrong for a test."""

    def __init__(self, offset: timedelta, clock: Clock | None = None) -> None:
        self._offset = offset
        self._clock = clock or SystemClock()

    def now(self) -> datetime:
        return self._clock.now() + self._offset


def as_utc(at: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive datetime: nobody can know what it means."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} 没有时区 (a naive datetime is not an instant)")
    return at.astimezone(UTC)
