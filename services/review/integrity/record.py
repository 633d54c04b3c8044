"""A dishonesty record, and what the firm asks about it: repair, or that it be put right. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from contracts.integrity import DishonestyRecord, RecordState
from contracts.integrity_grounds import Gravity
from services.review.integrity.terms import months_after, repairable_from

KeptState = Literal["in_force", "repaired", "corrected"]


@dataclass(frozen=True, slots=True)
class Record:
    """From its first to its last day, unless it has ended before (`ended_on`)."""

    from_day: date
    until_day: date
    repairable_from: date
    state: KeptState = "in_force"
    ended_on: date | None = None

    @classmethod
    def of(cls, gravity: Gravity, months: int, first: date) -> Record:
        """One that begins with `first`."""
        return cls(first, months_after(first, months), repairable_from(gravity, first))

    def ends(self, state: Literal["repaired", "corrected"], on: date) -> Record:
        """It counts no more from this day on."""
        return replace(self, state=state, ended_on=on)

    def state_on(self, today: date) -> RecordState:
        """What it is on this day: in force until its last day is over."""
        return "ended" if self.state == "in_force" and today > self.until_day else self.state

    def view(self, today: date, *, disputed: bool) -> DishonestyRecord:
        return DishonestyRecord(
            state=self.state_on(today),
            from_day=self.from_day,
            until_day=self.until_day,
            repairable_from=self.repairable_from,
            ended_on=self.ended_on,
            disputed=disputed,
        )
