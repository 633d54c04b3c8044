"""The clock of a promise: a budget that is used up while the clock runs, and a due instant derived from it.

The clock stores only what happened (its limit, the stretches it ran, since when it runs, why it is paused).
What that amounts to is computed from the calendar each time: a changed calendar changes every open deadline
by itself, and a year whose working days are not announced yet delays the answer, never the work.

How time is counted, by unit (Civil Code of China, art. 201: the day of receipt is not counted, hours count
from the hour; art. 203: a last day that is a rest day moves to the next working day and ends when business
stops; `Calendar.effective_receipt`: after closing time is the next working day):

- working_days: a close of business that the clock runs through uses up one day; that of the day of receipt is
  free. So a pause lasts as many working days as closes of business fall inside it, which is how any period
  is counted, its first day free and its last day counted: from Monday to Wednesday two, within one day none,
  from Friday after closing time to Monday morning none. Pausing at the stroke of closing time still saves
  the day.
- calendar_days: the same with every day's closing time, worked or not; only the end rolls to a working day.
- hours: wall-clock time, nights and rest days included.

No statute says how a pause of part of a day is counted; the rule above is the one that follows from art. 201.
A pause moves a deadline that lies ahead. One that was missed before the pause stays missed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from pydantic import AwareDatetime, Field

from chassis.time.calendar import DAY, Calendar, CalendarNotLoaded
from chassis.time.clock import CHINA, as_utc
from contracts.message import Model

Unit = Literal["working_days", "calendar_days", "hours"]
Then = Literal["continue", "restart"]

MISSED = 100
LEVELS = (50, 80, MISSED)
"""Percent of the budget at which somebody is told."""


class ClockNotRunning(Exception):
    """Only a running clock can be paused, and a stopped one is over. A fault of the caller."""


class ClockNotPaused(Exception):
    """Only a paused clock can be resumed. A fault of the caller."""


@dataclass(frozen=True, slots=True)
class NotYetPublished:
    """In place of an instant that depends on a year whose working days are not announced."""

    year: int

    def __str__(self) -> str:
        return f"待 {self.year} 年工作日安排公布后确定"


@dataclass(frozen=True, slots=True)
class Alarm:
    """At `at`, `level` percent of the budget are used."""

    level: int
    at: datetime

    @property
    def missed(self) -> bool:
        """Whether this is the breach, and not a reminder."""
        return self.level == MISSED


class Limit(Model):
    """How long something may take. Zero days means: by close of business of the day of receipt (当日)."""

    n: int = Field(ge=0, le=10_000)
    unit: Unit

    @property
    def budget(self) -> timedelta:
        """The limit as an amount; a day stands for a working day where the unit is one."""
        return timedelta(hours=self.n) if self.unit == "hours" else timedelta(days=self.n)


class Stretch(Model):
    """The clock ran from `began` to `ended`."""

    began: AwareDatetime
    ended: AwareDatetime


class Pause(Model):
    """Why the clock stands still, since when, and whether what was used still counts afterwards."""

    since: AwareDatetime
    reason: str = Field(min_length=1)
    then: Then = "continue"


class SlaClock(Model):
    """One promise's clock. Frozen: each step returns a new one; `model_dump_json` and back is the identity.

    Instants that lie before the clock's last step (hosts' clocks differ) are taken as that step's instant.
    """

    limit: Limit
    started_at: AwareDatetime
    ran: tuple[Stretch, ...] = ()
    running_since: AwareDatetime | None
    paused: Pause | None = None
    stopped_at: AwareDatetime | None = None

    @classmethod
    def start(cls, limit: Limit, at: datetime) -> SlaClock:
        """Running since the receipt of the work at `at`. Raises ValueError for a naive datetime."""
        return cls(limit=limit, started_at=as_utc(at), running_since=as_utc(at))

    def pause(self, at: datetime, reason: str, then: Then = "continue") -> SlaClock:
        """Stand still until `resume`. Whether `reason` may pause a promise at all is for the domain to say.

        Raises ClockNotRunning.
        """
        halted = self._halted(at)
        pause = Pause(since=halted.ran[-1].ended, reason=reason, then=then)
        return halted.model_copy(update={"paused": pause})

    def resume(self, at: datetime) -> SlaClock:
        """Run again: with what is left, or, if the pause said restart, with the whole budget from `at`.

        Raises ClockNotPaused.
        """
        if self.paused is None:
            raise ClockNotPaused()
        moment = max(as_utc(at), self.paused.since)
        if self.paused.then == "restart":
            return SlaClock.start(self.limit, moment)
        return self.model_copy(update={"running_since": moment, "paused": None})

    def stop(self, at: datetime) -> SlaClock:
        """The work is done, or over in another way. Raises ClockNotRunning if it was over before."""
        if self.paused is not None:
            return self.model_copy(update={"paused": None, "stopped_at": max(as_utc(at), self.paused.since)})
        halted = self._halted(at)
        return halted.model_copy(update={"stopped_at": halted.ran[-1].ended})

    def due(self, calendar: Calendar) -> datetime | NotYetPublished:
        """The instant (UTC) at which the budget runs out; while paused or stopped, as it stood then."""
        try:
            return self._due(_measure(self, calendar))
        except CalendarNotLoaded as missing:
            return NotYetPublished(missing.year)

    def projected_due(self, at: datetime, calendar: Calendar) -> datetime | NotYetPublished:
        """When it would be due if a paused clock were resumed at `at`; otherwise when it is due."""
        return (self if self.paused is None else self.resume(at)).due(calendar)

    def fraction_used(self, at: datetime, calendar: Calendar) -> float | NotYetPublished:
        """How much of the budget is used at `at`: 0 before counting begins, 1 when due, more when late.

        Within a working day it grows over the office hours. It stands still while the clock does, and falls
        when a pause is given back as whole days.
        """
        moment = as_utc(at) if self.running_since is not None else self.ran[-1].ended
        try:
            measure = _measure(self, calendar)
            left, budget = measure.left(moment, self._due(measure)), self.limit.budget
        except CalendarNotLoaded as missing:
            return NotYetPublished(missing.year)
        if not budget:
            return 0.0 if left > timedelta(0) else 1.0
        return max(0.0, 1.0 - left / budget)

    def next_alarm(self, calendar: Calendar, already: Collection[int] = ()) -> Alarm | NotYetPublished | None:
        """The next of LEVELS that is not in `already`, and when it is reached, which may be in the past.

        The instant is counted back from the due instant, in office hours where the unit is working days: of
        one working day, 20 % are the last fifth of the office hours. A clock that stands still raises nothing
        but the breach that happened while it ran. Where the due instant lies in a year that is not loaded, a
        level that is reached before that year is known all the same.
        """
        try:
            measure = _measure(self, calendar)
            try:
                due = self._due(measure)
            except CalendarNotLoaded:
                return self._known_alarm(measure, already)
            for level in LEVELS:
                if level in already:
                    continue
                if self.running_since is not None:
                    return Alarm(level, measure.back(due, self.limit.budget * (MISSED - level) / MISSED))
                if level == MISSED and self.ran[-1].ended > due:
                    return Alarm(level, due)
        except CalendarNotLoaded as missing:
            return NotYetPublished(missing.year)
        return None

    def _known_alarm(self, measure: _Measure, already: Collection[int]) -> Alarm:
        """The next alarm, counted forward because nobody can count back. Raises CalendarNotLoaded."""
        level = next(level for level in LEVELS if level not in already or level == MISSED)
        left = self.limit.budget
        for stretch in self.ran:
            left = max(timedelta(0), left - measure.used(stretch.began, stretch.ended))
        began = self.running_since if self.running_since is not None else self.ran[-1].ended
        return Alarm(level, measure.ahead(began, left, self.limit.budget * (MISSED - level) / MISSED))

    def _due(self, measure: _Measure) -> datetime:
        left, due = self.limit.budget, None
        for stretch in self.ran:
            due = measure.due(stretch.began, left)
            if stretch.ended > due:
                return due
            left = max(timedelta(0), left - measure.used(stretch.began, stretch.ended))
        if self.running_since is not None:
            due = measure.due(self.running_since, left)
        assert due is not None, "a clock that does not run has run"
        return due

    def _halted(self, at: datetime) -> SlaClock:
        if self.running_since is None:
            raise ClockNotRunning()
        stretch = Stretch(began=self.running_since, ended=max(as_utc(at), self.running_since))
        return self.model_copy(update={"ran": (*self.ran, stretch), "running_since": None})


class _Measure(Protocol):
    """How one unit counts. Amounts are timedeltas in which a day may stand for a working day."""

    def due(self, began: datetime, left: timedelta) -> datetime:
        """When `left` is used up by a clock that runs from `began`."""

    def used(self, began: datetime, ended: datetime) -> timedelta:
        """What running from `began` to `ended` uses."""

    def left(self, at: datetime, due: datetime) -> timedelta:
        """What lies between `at` and `due`, to the microsecond; negative when late."""

    def back(self, due: datetime, share: timedelta) -> datetime:
        """The instant at which `share` is left."""

    def ahead(self, began: datetime, left: timedelta, share: timedelta) -> datetime:
        """The same, of a clock that runs from `began` with `left`, without the due instant. Raises CalendarNotLoaded."""


class _WallClock:
    """hours: time as it passes."""

    def due(self, began: datetime, left: timedelta) -> datetime:
        return as_utc(began + left)

    def used(self, began: datetime, ended: datetime) -> timedelta:
        return ended - began

    def left(self, at: datetime, due: datetime) -> timedelta:
        return due - at

    def back(self, due: datetime, share: timedelta) -> datetime:
        return due - share

    def ahead(self, began: datetime, left: timedelta, share: timedelta) -> datetime:
        # To which day the last one rolls is not known: only the due instant itself can say.
        return self.back(self.due(began, left), share)


class _CalendarDays(_WallClock):
    """calendar_days: whole local days from the day of receipt; the last one rolls to a working day."""

    def __init__(self, calendar: Calendar, started_at: datetime) -> None:
        self._calendar = calendar
        self._receipt = calendar.effective_receipt(started_at)

    def due(self, began: datetime, left: timedelta) -> datetime:
        first = max(self._calendar.business_date(began), self._receipt)
        return self._calendar.close_of_business(self._calendar.roll_forward(first + left))

    def used(self, began: datetime, ended: datetime) -> timedelta:
        first = max(self._calendar.business_date(began), self._receipt)
        return max(timedelta(0), self._calendar.business_date(ended) - first)


class _WorkingDays:
    """working_days: closes of business; within a day, office hours."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def due(self, began: datetime, left: timedelta) -> datetime:
        receipt = self._calendar.effective_receipt(began)
        return self._calendar.close_of_business(self._calendar.add_working_days(receipt, left.days))

    def used(self, began: datetime, ended: datetime) -> timedelta:
        first, last = self._calendar.effective_receipt(began), self._calendar.effective_receipt(ended)
        return self._calendar.working_days_between(first, last) * DAY

    def left(self, at: datetime, due: datetime) -> timedelta:
        today, last = self._calendar.effective_receipt(at), due.astimezone(CHINA).date()
        opening, close = self._calendar.opening(today), self._calendar.close_of_business(today)
        of_today = (close - max(at, opening)) / (close - opening)
        return (self._calendar.working_days_between(today, last) + of_today) * DAY

    def back(self, due: datetime, share: timedelta) -> datetime:
        whole, rest = divmod(share, DAY)
        return self._before_closing(self._calendar.add_working_days(due.astimezone(CHINA).date(), -whole), rest)

    def ahead(self, began: datetime, left: timedelta, share: timedelta) -> datetime:
        whole, rest = divmod(share, DAY)
        receipt = self._calendar.effective_receipt(began)
        return self._before_closing(self._calendar.add_working_days(receipt, left.days - whole), rest)

    def _before_closing(self, day: date, rest: timedelta) -> datetime:
        """The instant at which so much of the day, as a share of its office hours, is left."""
        opening, close = self._calendar.opening(day), self._calendar.close_of_business(day)
        return close - (close - opening) * (rest / DAY)


def _measure(clock: SlaClock, calendar: Calendar) -> _Measure:
    if clock.limit.unit == "hours":
        return _WallClock()
    if clock.limit.unit == "calendar_days":
        return _CalendarDays(calendar, clock.started_at)
    return _WorkingDays(calendar)
