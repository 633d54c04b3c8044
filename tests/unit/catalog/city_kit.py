"""A small sample city with its matcher, and the same facts as the plain evaluator takes them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from console.policy.sample_city.columns import matcher_of
from console.policy.sample_city.enterprises import draw
from console.policy.sample_city.facts import SampleFacts
from console.policy.sample_city.items import PROVINCE, sample_items
from contracts.rule import Fact, FactSheet, ItemRules
from rules.eligibility import decide
from rules.facts import FactReader
from services.catalog.matching.engine.matcher import STATES, Matcher

TODAY = date(2026, 11, 23)
RANKS = {state: rank for rank, state in enumerate(STATES)}


class City:
    """`enterprises` enterprises and every `stride`-th of a province's items, matched; and what each enterprise's file says."""

    def __init__(self, enterprises: int, stride: int) -> None:
        every = list(sample_items(PROVINCE))
        self.items: dict[str, ItemRules] = dict(every[::stride])
        used = {declared.name: declared for _, rules in every for declared in rules.fact_types}
        drafts = list(SampleFacts(draw(enterprises)).columns(used.values()))
        self.matcher: Matcher = matcher_of(enterprises, drafts, TODAY)
        for item, rules in self.items.items():
            self.matcher.put_item(item, rules)
        self.files: list[list[Fact]] = [[] for _ in range(enterprises)]
        for draft in drafts:
            for place, row in enumerate(draft.rows.tolist()):
                self.files[row].append(draft.fact(place))

    @lru_cache(maxsize=4)  # noqa: B019 (a city lives as long as the tests)
    def sheets(self, year: int) -> list[FactSheet]:
        """Each enterprise's file as a sheet that counts relative periods from `year`."""
        return [FactSheet.model_construct(facts=tuple(facts), reference_year=year) for facts in self.files]

    def plain_ranks(self, rules: ItemRules, enterprises: range) -> NDArray[np.int8]:
        """The plain evaluator's answer for each of these enterprises: 0 not met, 1 undetermined, 2 met."""
        types = rules.fact_types_by_name
        sheets = self.sheets(rules.reference_year or TODAY.year)
        ranks = (
            RANKS[decide(rules.eligibility, FactReader(sheets[enterprise], TODAY, types))[0]]
            for enterprise in enterprises
        )
        return np.fromiter(ranks, np.int8, len(enterprises))

    def matched_ranks(self, item: str) -> NDArray[np.int8]:
        """The matcher's answer for every enterprise."""
        met, possible = self.matcher.bitmaps(item)
        bits = [np.unpackbits(each.view(np.uint8), bitorder="little")[: len(self.files)] for each in (met, possible)]
        return (bits[0] + bits[1]).astype(np.int8)
