"""The hits of a query: its readings one after the other, until enough was found."""

from __future__ import annotations

from datetime import date

import numpy as np

from chassis.read.paging import CursorInvalid
from chassis.read.reader import Reader
from services.catalog.search.position import BY_DATE, Position
from services.catalog.search.ranking import Hits, Nearness, by_date, by_words
from services.catalog.search.shelf import Mask, Offers
from services.catalog.search_index.lexemes import Wanted

NEAREST = (
    "SELECT numbers, own, others, saying FROM search_nearness(CAST(:wanted AS tsquery), CAST(:ranked AS tsquery),"
    " CAST(CAST(:others AS text[]) AS tsquery[]), CAST(:itself AS tsquery))"
)

ENOUGH = 5
"""Hits. Where fewer say all of it, what says most of it is shown below them."""

FILLING = "some"
"""The reading that stands below the others."""

LOOSE = ("some", "any")
"""Readings that leave something out."""

THE_WHOLE_TITLE = 600_000
"""What a title that says all the words comes to. What comes nearest counts so much where no item says all of it."""


def hits_of(
    sought: Wanted | None,
    after: Position | None,
    offers: Offers,
    masks: tuple[Mask, Mask],
    today: date,
    reader: Reader,
) -> tuple[str, Hits]:
    """The first reading that finds anything, with its hits, and below them those of later readings while there are few.

    A later page begins with the reading of the first.
    """
    if after is not None and (sought is None) != (after.way == BY_DATE):
        raise CursorInvalid()
    if sought is None:
        return BY_DATE, by_date(offers, *masks, today)
    found, first = Hits.none(offers), "all"
    for way, fit, rank in sought.ways():
        if found and way != FILLING:
            continue  # who typed what some items say has not slipped, and means more than any word of it
        if after is not None and not found and _before(way, after.way, sought):
            continue
        near = _nearness(way, fit, rank, sought, reader)
        hits = by_words(offers, *masks, near, sought.name, today)
        first = way if not found else first
        found = found.above(hits)
        if len(found) >= ENOUGH or (way == FILLING and found) or (not found and after is not None):
            break
    return first, found


def _before(way: str, other: str, sought: Wanted) -> bool:
    ways: list[str] = [name for name, _fit, _rank in sought.ways()]
    return other in ways and ways.index(way) < ways.index(other)


def _nearness(way: str, fit: str, rank: str, sought: Wanted, reader: Reader) -> Nearness:
    asked = {"wanted": fit, "ranked": rank, "others": list(sought.others), "itself": sought.itself}
    row = reader.execute(NEAREST, asked).one()
    numbers, own = np.array(row.numbers, np.int64), np.array(row.own, np.int64)
    if way in LOOSE and own.any():
        own = own * THE_WHOLE_TITLE // own.max()
    said = (
        np.isin(numbers, np.array(row.saying, np.int64)) if sought.itself is not None else np.ones(len(numbers), bool)
    )
    return Nearness(numbers, own, np.array(row.others, np.int64) * 1000 // sought.things, said)
