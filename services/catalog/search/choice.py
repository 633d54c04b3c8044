"""A person's filters: what they leave, and what each value of each filter would leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from contracts.search import Facet, FacetCount, SearchRequest
from services.catalog.search.shelf import Mask, Offers

LISTS = ("level", "theme", "industry", "mode", "benefit_kind", "department", "amount")
"""Filters by a value that an item has."""

WINDOW = "window"
MOST_VALUES = 50
"""Of one facet; the rest is found by typing."""


class Choice:
    """The filters of one question on the hits of its words."""

    def __init__(self, query: SearchRequest, offers: Offers, hits: Mask, today: date) -> None:
        self._chosen = {name: tuple(str(value) for value in getattr(query, name)) for name in (*LISTS, WINDOW)}
        self._offers = offers
        self._windows = offers.windows(today)
        self._base = hits & _limits(query, offers)
        self._masks = {name: self._having(name, chosen) for name, chosen in self._chosen.items() if chosen}
        self.mask = self._under(None)
        """What is left under all filters."""

    def facets(self) -> tuple[Facet, ...]:
        """For each filter its values with what they would leave, all other filters as they are."""
        return tuple(self._facet(name, self._counts(name, self._under(name))) for name in self._chosen)

    def _having(self, name: str, chosen: tuple[str, ...]) -> Mask:
        if name == WINDOW:
            states: Mask = np.logical_or.reduce([self._windows[state] for state in chosen])
            return states
        return self._offers.values[name].having(chosen, len(self._offers))

    def _under(self, without: str | None) -> Mask:
        mask = self._base
        for name, each in self._masks.items():
            if name != without:
                mask = mask & each
        return mask

    def _counts(self, name: str, mask: Mask) -> Mapping[str, int]:
        if name != WINDOW:
            return self._offers.values[name].counts(mask)
        counted = {state: int(np.count_nonzero(mask & each)) for state, each in self._windows.items()}
        return {state: count for state, count in counted.items() if count}

    def _facet(self, name: str, counts: Mapping[str, int]) -> Facet:
        chosen = self._chosen[name]
        # What somebody has chosen is shown even where it leaves nothing: it must be possible to take it back.
        told = {**dict.fromkeys(chosen, 0), **counts}
        ordered = sorted(told.items(), key=lambda each: (each[0] not in chosen, -each[1], each[0]))
        return Facet(
            name=name,
            values=tuple(
                FacetCount(value=value, count=count, chosen=value in chosen) for value, count in ordered[:MOST_VALUES]
            ),
        )


def _limits(query: SearchRequest, offers: Offers) -> Mask:
    """The filters that name a bound instead of values."""
    mask = offers.everything
    if query.amount_at_least_fen is not None:
        mask = mask & (offers.max_amount >= max(0, query.amount_at_least_fen))
    if query.closes_by is not None:
        mask = mask & (offers.closes <= query.closes_by.toordinal())
    return mask
