"""The matcher and the plain evaluator say the same of each pair, undetermined ones included.

The plain evaluator needs two minutes for a million pairs. A run asks it about a quarter of them, with every item and
every enterprise in it: the item of number n, and each enterprise whose number leaves the same remainder by four. With
ZHIDA_TEST_EVERY_PAIR it is asked about all: worth doing when the matcher or the evaluator was changed.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from console.policy.sample_city.enterprises import draw
from console.policy.sample_city.facts import SampleFacts
from contracts.rule import State
from rules import assess
from tests.unit.catalog.city_kit import TODAY, City

ENTERPRISES = 1250
STRIDE = 13
"""Every 13th of 10,488 items is 807: with 1,250 enterprises 1,008,750 pairs."""

QUARTERS = range(4) if os.environ.get("ZHIDA_TEST_EVERY_PAIR") else range(1)


@pytest.fixture(scope="module")
def city() -> City:
    return City(ENTERPRISES, STRIDE)


@pytest.mark.parametrize("shift", QUARTERS)
def test_every_item_and_every_enterprise_is_answered_as_the_plain_evaluator_answers(city: City, shift: int) -> None:
    assert len(city.items) * ENTERPRISES >= 1_000_000
    seen = np.zeros(3, np.int64)
    for number, item in enumerate(city.items):
        enterprises = range((number + shift) % 4, ENTERPRISES, 4)
        plain, matched = city.plain_ranks(city.items[item], enterprises), city.matched_ranks(item)[enterprises]
        assert (plain == matched).all(), (item, np.flatnonzero(plain != matched)[:5].tolist())
        seen += np.bincount(plain, minlength=3)
    assert seen.sum() >= 250_000
    assert (seen > 500).all(), "each of the three answers must be there"


def test_counting_everything_counts_what_each_item_meets(city: City) -> None:
    counted = city.matcher.count_all().tolist()
    assert counted == [city.matcher.reach(item).met for item in city.items]
    listed = {item: len(rows) for item, rows in city.matcher.enumerate_all()}
    assert counted == [listed[item] for item in city.items]


def test_one_enterprise_against_all_items_is_one_column_of_the_same_table(city: City) -> None:
    table = np.array([city.matched_ranks(item) for item in city.items])
    for row in range(0, ENTERPRISES, 97):
        assert (city.matcher.ranks(row) == table[:, row]).all()


@pytest.mark.parametrize("state", list(State))
def test_reasons_are_the_plain_evaluator_s_word_for_word(city: City, state: State) -> None:
    for row in range(0, ENTERPRISES, 311):
        given = city.matcher.with_reasons(row, state)
        for item, reasons in list(given.items())[:40]:
            rules = city.items[item]
            plain = assess(rules, city.sheets(rules.reference_year or TODAY.year)[row], TODAY).verdict
            assert plain.state is state
            assert [reason._asdict() for reason in reasons] == [each.model_dump() for each in plain.reasons], item


def test_the_sample_city_is_the_same_every_time() -> None:
    first, second = (list(SampleFacts(draw(50)).columns()) for _ in range(2))
    assert [draft.values.tolist() for draft in first] == [draft.values.tolist() for draft in second]
