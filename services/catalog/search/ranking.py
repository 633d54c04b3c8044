"""In which order what was found is shown: near and open first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from services.catalog.search.shelf import Mask, Numbers, Offers

OPEN, NOT_YET, CLOSED = 2, 1, 0

PER_STATE_BY_DATE = 10**11
"""More than any second since 1970: without words what can be claimed comes first, and in that the newest."""

FITTING_BY_WORDS = 200_000
"""For an item that the enterprise which asks is entitled to."""

THE_WHOLE_NAME, IN_THE_NAME = 400_000, 250_000
"""For a title that is what was typed, or has it in one piece."""

PER_STATE_BY_WORDS = 150_000
"""Nearness counts to a million, and a title that says all the words has 600,000: that outweighs a window that has
closed, and a word in a guide does not.
"""

IN_THE_GUIDE = 30_000
"""Of a hit that is not in the heading. More than for a document's name, less than for a department's."""


ABOVE = 10_000_000
"""More than anything counts: for hits of a reading before those of a later one."""

BY_OTHER_WORDS = 300_000
"""For a title that says all that is asked for, but in words that mean the same. Half of what its own words count."""

ITSELF = 20_000
"""For an item that says all of it in the query's own words, wherever: less than a hit in a guide counts."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """Of each number that was found: how near its heading comes by the query's own words (0 to a million), which share
    of what is asked for its title says in other words (in thousandths), and whether it says all of it in the query's own.
    """

    numbers: Numbers
    own: Numbers
    others: Numbers
    itself: Mask


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found: places in the offers, and their ranks."""

    offers: Offers
    places: NDArray[np.intp]
    ranks: Numbers

    @classmethod
    def none(cls, offers: Offers) -> Hits:
        return cls(offers, np.array([], dtype=np.intp), np.array([], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.places)

    def above(self, others: Hits) -> Hits:
        """These, and below the last of them those of the others that are not among them."""
        if not len(self):
            return others
        new = ~np.isin(others.places, self.places)
        places = np.concatenate((self.places, others.places[new]))
        return Hits(self.offers, places, np.concatenate((self.ranks + ABOVE, others.ranks[new])))

    def mask(self) -> Mask:
        """The hits among all offers."""
        mask = np.zeros(len(self.offers), dtype=bool)
        mask[self.places] = True
        return mask

    def page(self, wanted: Mask, limit: int, after: tuple[int, int] | None) -> tuple[list[tuple[int, int]], bool]:
        """(rank, number) of the next hits among those wanted, the best first, and whether there are more."""
        kept = wanted[self.places]
        ranks, numbers = self.ranks[kept], self.offers.numbers[self.places[kept]]
        if after is not None:
            later = (ranks < after[0]) | ((ranks == after[0]) & (numbers < after[1]))
            ranks, numbers = ranks[later], numbers[later]
        order = np.lexsort((-numbers, -ranks))[:limit]
        page = [(int(ranks[place]), int(numbers[place])) for place in order]
        return page, len(ranks) > limit


def by_date(offers: Offers, scope: Mask, fitting: Mask, today: date) -> Hits:
    """Everything in scope: what can be claimed first, and in that what fits the asker."""
    places = np.flatnonzero(scope)
    states = 2 * _states(offers, today) + fitting
    return Hits(offers, places, (states * PER_STATE_BY_DATE + offers.published)[places])


def by_words(offers: Offers, scope: Mask, fitting: Mask, found: Nearness, typed: str, today: date) -> Hits:
    """Those that were found and are in scope: by how near they come, in the query's own words before others, by whether
    they are called so, and whether they can be claimed and fit the asker.
    """
    places, known = offers.places(found.numbers)
    inside = scope[places]
    places = places[inside]
    own, others, itself = (each[known][inside] for each in (found.own, found.others, found.itself))
    near = own + others * BY_OTHER_WORDS // 1000
    near = np.where(near == 0, IN_THE_GUIDE, near) + itself * ITSELF
    called = np.array([_called(offers.names[place], typed) for place in places.tolist()], dtype=np.int64)
    worth = _states(offers, today) * PER_STATE_BY_WORDS + fitting * FITTING_BY_WORDS
    return Hits(offers, places, near + called + worth[places])


def _called(name: str, typed: str) -> int:
    return THE_WHOLE_NAME if name == typed else IN_THE_NAME if typed in name else 0


def _states(offers: Offers, today: date) -> Numbers:
    """Whether it can be claimed. By a document that is in force no more it stands with what cannot be claimed yet: what a
    title says outweighs that.
    """
    day = today.toordinal()
    states = np.where(offers.closes < day, CLOSED, np.where(offers.opens > day, NOT_YET, OPEN))
    return np.where(offers.over, np.minimum(states, NOT_YET), states)
