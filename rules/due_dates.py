"""When an instalment can be claimed: from a year on, or from a day on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from contracts.rule import Instalment, MissingFact
from rules.dates import resolve
from rules.facts import FactReader

UNKNOWN_CLAIM_YEAR = MissingFact(name="claim_year", period=None, label="首期的申报年度", why="absent", kind="award")
"""What the register does not say of the first part: the year for which it was claimed."""


@dataclass(frozen=True, slots=True)
class Due:
    """Whether it is due; None: for want of what is `missing` nobody can tell. `since` is its first day.

    `own_year` is the year that an instalment with a due year is for; the others are for the year of their claim.
    """

    is_due: bool | None
    since: date | None = None
    own_year: int | None = None
    missing: tuple[MissingFact, ...] = ()


def claim_year_of(number: int, reader: FactReader) -> int | None:
    """The year of the claim: as the register says, else, for the first part, the year that is claimed for now."""
    history = reader.given.awards
    if history is not None and history.claim_year is not None:
        return history.claim_year
    return reader.sheet.reference_year if number == 1 else None


def due_of(part: Instalment, claim_year: int | None, reader: FactReader) -> Due:
    """Whether `part` can be claimed for the reader's year on the reader's day.

    A due year has to have come both for the claim (its reference year) and by the calendar.
    """
    if part.due_year is not None:
        if claim_year is None:
            return Due(None, missing=(UNKNOWN_CLAIM_YEAR,))
        year = claim_year + part.due_year
        since = date(year, 1, 1)
        return Due(reader.sheet.reference_year >= year and reader.today >= since, since, year)
    if part.due_on is not None:
        day = resolve(part.due_on, reader)
        if isinstance(day, MissingFact):
            return Due(None, missing=(day,))
        return Due(reader.today >= day, day)
    return Due(True)


def in_own_year(due: Due, reader: FactReader) -> FactReader:
    """The facts as those of the instalment's own year: who claims it later is judged by the year that it is for, and
    is paid what that year comes to.
    """
    if due.own_year is None or due.own_year == reader.sheet.reference_year:
        return reader
    return replace(reader, sheet=reader.sheet.model_copy(update={"reference_year": due.own_year}))
