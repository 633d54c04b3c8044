"""Working days as data, and how periods are counted in them.

Source of the rules: Civil Code of China, art. 201 (the day on which a period begins is not counted),
art. 203 (a period whose last day is a statutory rest day ends on the day after the rest; where there are
business hours, the last day ends when business stops). Which days are worked is announced by the State
Council year by year; a year that is not announced is never guessed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from chassis.time.clock import CHINA

OPENING = time(8, 30)
CLOSING = time(17, 30)
"""Office hours, local time, where a tenant has set none of its own."""

SEEDED_YEARS = (2025, 2026)
"""Years that the chinesecalendar package is asked for; later ones arrive as rows once they are announced."""

DAY = timedelta(days=1)

Rows = Iterable[tuple[date, bool]]
"""(day, is it worked)."""


@dataclass(frozen=True, slots=True)
class CalendarSource:
    """Where the days of one year come from: the nation's arrangement, or a tenant's own days over it.

    Version 0 came with the installation.
    """

    year: int
    version: int
    document_number: str = ""
    own: bool = False

    def __str__(self) -> str:
        whose = f"{'本地区' if self.own else '全国'} {self.year} 年工作日历"
        if not self.version:
            return f"{whose}（随系统预置）"
        return f"{whose}第 {self.version} 版" + (f"（{self.document_number}）" if self.document_number else "")


class CalendarNotLoaded(Exception):
    """The answer depends on working days of `year`, which are not loaded. Nobody guesses them."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(f"{year} 年的工作日安排尚未载入 (the working days of {year} are not loaded)")


class Calendar:
    """The working days of the years that are loaded, and the office hours. Immutable.

    A year is loaded when every one of its days is known: half a year would be a guess about the other half.
    """

    __slots__ = ("_blocks", "_working", "closing_time", "hours_version", "opening_time", "sources", "years")

    def __init__(
        self,
        days: Mapping[date, bool],
        *,
        opening_time: time = OPENING,
        closing_time: time = CLOSING,
        sources: Iterable[CalendarSource] = (),
        hours_version: int = 1,
    ) -> None:
        """`hours_version` is the version of the tenant's settings that the office hours were read from.

        Raises ValueError if offices would close before they open.
        """
        if not opening_time < closing_time:
            raise ValueError(f"closing time {closing_time} is not after opening time {opening_time}")
        self.opening_time = opening_time
        self.closing_time = closing_time
        self.sources = tuple(sorted(sources, key=lambda each: (each.year, each.own)))
        self.hours_version = hours_version
        self.years = _complete_years(days)
        loaded = frozenset(self.years)
        self._working = sorted(day.toordinal() for day, worked in days.items() if worked and day.year in loaded)
        self._blocks = _blocks(self.years)

    @classmethod
    def from_rows(
        cls,
        rows: Rows,
        *,
        overrides: Rows = (),
        opening_time: time = OPENING,
        closing_time: time = CLOSING,
        sources: Iterable[CalendarSource] = (),
        hours_version: int = 1,
    ) -> Calendar:
        """The nation's rows, and a tenant's `overrides` over them; of two rows for a day the later counts."""
        return cls(
            {**dict(rows), **dict(overrides)},
            opening_time=opening_time,
            closing_time=closing_time,
            sources=sources,
            hours_version=hours_version,
        )

    @classmethod
    def from_chinesecalendar(
        cls,
        years: Iterable[int] = SEEDED_YEARS,
        *,
        overrides: Rows = (),
        opening_time: time = OPENING,
        closing_time: time = CLOSING,
    ) -> Calendar:
        """The seed. Raises CalendarNotLoaded for a year that the chinesecalendar package does not know."""
        rows = (row for year in years for row in announced_days(year))
        return cls.from_rows(rows, overrides=overrides, opening_time=opening_time, closing_time=closing_time)

    def is_working_day(self, day: date) -> bool:
        """Raises CalendarNotLoaded."""
        ordinal = _ordinal(day)
        self._block(ordinal)
        index = bisect_left(self._working, ordinal)
        return index < len(self._working) and self._working[index] == ordinal

    def roll_forward(self, day: date) -> date:
        """`day` if it is worked, else the next day that is (art. 203). Raises CalendarNotLoaded."""
        ordinal = _ordinal(day)
        return self._working_day(bisect_left(self._working, ordinal), self._block(ordinal))

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`. Raises CalendarNotLoaded."""
        return self.add_working_days(day, 1)

    def add_working_days(self, start: date, n: int) -> date:
        """The last day of a period of `n` working days that begins on `start`, itself not counted (art. 201).

        With n = 0 that is `start`, rolled forward; with a negative n the -n-th working day before `start`.
        Raises CalendarNotLoaded if the answer, or any day between it and `start`, is not loaded.
        """
        ordinal = _ordinal(start)
        if n == 0:
            return self.roll_forward(start)
        if n > 0:
            return self._working_day(bisect_right(self._working, ordinal) + n - 1, self._block(ordinal + 1))
        return self._working_day(bisect_left(self._working, ordinal) + n, self._block(ordinal - 1))

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and with `end`; negative if `end` is before it.

        On working days it is the inverse of `add_working_days`. Raises CalendarNotLoaded.
        """
        first, last = _ordinal(start), _ordinal(end)
        if first == last:
            return 0
        low, high = min(first, last) + 1, max(first, last)
        end_of_block = self._block(low)[1]
        if high > end_of_block:
            raise CalendarNotLoaded(date.fromordinal(end_of_block).year + 1)
        return bisect_right(self._working, last) - bisect_right(self._working, first)

    def effective_receipt(self, instant: datetime) -> date:
        """The local day on which work that arrives at `instant` counts as received.

        After closing time or on a rest day that is the next working day; the stroke of closing time is still
        today (art. 203: the day ends when business stops). Raises CalendarNotLoaded.
        """
        return self.roll_forward(self.business_date(instant))

    def business_date(self, instant: datetime) -> date:
        """The local date of `instant`; after closing time, the date that follows. Worked or not."""
        local = instant.astimezone(CHINA)
        return local.date() if local.time() <= self.closing_time else local.date() + DAY

    def opening(self, day: date) -> datetime:
        """The instant (UTC) at which offices open on `day`."""
        return datetime.combine(day, self.opening_time, CHINA).astimezone(UTC)

    def close_of_business(self, day: date) -> datetime:
        """The instant (UTC) at which a period that ends on `day` ends (art. 203)."""
        return datetime.combine(day, self.closing_time, CHINA).astimezone(UTC)

    def basis(self, first: date, last: date) -> str:
        """What a period from `first` to `last` is counted by, for a journal: calendars with their versions, office hours
        where the tenant has changed its settings. What came with the installation is named only where nothing else is.
        """
        sources = [each for each in self.sources if first.year <= each.year <= last.year]
        named = [str(each) for each in sources if each.version] or [str(each) for each in sources]
        if self.hours_version > 1:
            hours = f"{self.opening_time:%H:%M}—{self.closing_time:%H:%M}"
            named.append(f"本地区作息时间 {hours}（地区设置第 {self.hours_version} 版）")
        return "、".join(named) or "现行工作日历"

    def _block(self, ordinal: int) -> tuple[int, int]:
        """First and last day of the unbroken run of loaded years around a day. Raises CalendarNotLoaded."""
        for low, high in self._blocks:
            if low <= ordinal <= high:
                return low, high
        raise CalendarNotLoaded(date.fromordinal(ordinal).year)

    def _working_day(self, index: int, block: tuple[int, int]) -> date:
        """The working day at `index`, if no year that is missing lies between it and `block`."""
        low, high = block
        inside = 0 <= index < len(self._working)
        if inside and low <= self._working[index] <= high:
            return date.fromordinal(self._working[index])
        backwards = index < 0 or (inside and self._working[index] < low)
        raise CalendarNotLoaded(date.fromordinal(low).year - 1 if backwards else date.fromordinal(high).year + 1)


@cache
def announced_days(year: int) -> tuple[tuple[date, bool], ...]:
    """Every day of `year` as the chinesecalendar package has it. Raises CalendarNotLoaded if it does not."""
    # Imported here: only seeding and tests need it, and a process at work reads its rows from the database.
    import chinese_calendar

    first, days = date(year, 1, 1), []
    try:
        for offset in range((date(year + 1, 1, 1) - first).days):
            day = first + offset * DAY
            days.append((day, chinese_calendar.is_workday(day)))
    except NotImplementedError as error:
        raise CalendarNotLoaded(year) from error
    return tuple(days)


def _complete_years(days: Mapping[date, bool]) -> tuple[int, ...]:
    """The years of which every day is in `days`, in order."""
    counts: dict[int, int] = {}
    for day in days:
        counts[day.year] = counts.get(day.year, 0) + 1
    return tuple(sorted(y for y, n in counts.items() if n == (date(y, 12, 31) - date(y - 1, 12, 31)).days))


def _blocks(years: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Neighbouring years joined into runs, each given by its first and its last day."""
    blocks: list[tuple[int, int]] = []
    for year in years:
        low, high = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        if blocks and blocks[-1][1] == low - 1:
            blocks[-1] = (blocks[-1][0], high)
        else:
            blocks.append((low, high))
    return tuple(blocks)


def _ordinal(day: date) -> int:
    """A datetime is a date to Python, but an instant has no working day until its time zone is applied."""
    if isinstance(day, datetime):
        raise TypeError(f"a date is needed, not the instant {day.isoformat()}: use effective_receipt")
    return day.toordinal()
