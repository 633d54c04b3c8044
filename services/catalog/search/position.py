"""Where a page of found items begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from chassis.read.paging import CursorInvalid, decode_cursor, encode_cursor

BY_DATE = "date"
WAYS = (BY_DATE, "all", "similar", "some", "any")
LIFE = timedelta(days=2)
"""How long a cursor is taken: the order depends on the day, and pages must join."""


@dataclass(frozen=True, slots=True)
class Position:
    """After the item of this rank and number. The way and the day are those of the first page."""

    way: str
    today: date
    rank: int
    number: int

    @property
    def cursor(self) -> str:
        return encode_cursor(self.way, self.today, self.rank, self.number)

    @classmethod
    def of(cls, cursor: str, now: date) -> Position:
        """Raises CursorInvalid for what was not given out here, or days ago."""
        way, today, rank, number = decode_cursor(cursor, str, date, None, None) or ()
        if way not in WAYS or not _is_key(rank) or not _is_key(number):
            raise CursorInvalid()
        if abs(today - now) > LIFE:
            raise CursorInvalid()
        return cls(way, today, rank, number)


def _is_key(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63
