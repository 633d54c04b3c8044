"""The matcher and the plain evaluator say the same of a million pairs, undetermined ones included."""

from __future__ import annotations

import numpy as np
import pytest

from console.policy.sample_city.enterprises import draw
from console.policy.sample_city.facts import Facts
from contracts.rule import State
from rules import assess
from tests.unit.catalog.city_kit import TODAY, City

ENTERPRISES = 1250
STRIDE = 13
"""Every 13th of 10,488 items is 807: with 1,250 enterprises 1,008,750 pairs."""

PARTS = 4
"""The million is cut into tests that workers share."""


@pytest.fixture(scope="module")
def city() -> City:
    return City(ENTERPRISES, STRIDE)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_million_pairs_are_answered_as_the_plain_evaluator_answers_them(city: City, part: int) -> None:
    assert len(city.items) * ENTERPRISES >= 1_000_000
    seen = np.zeros(3, np.int64)
    for item in list(city.items)[part::PARTS]:
        plain, matched = city.plain_ranks(city.items[item]), city.matched_ranks(item)
        assert (plain == matched).all(), (item, np.flatnonzero(plain != matched)[:5].tolist())
        seen += np.bincount(plain, minlength=3)
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
    first, second = (list(Facts(draw(50)).columns()) for _ in range(2))
    assert [draft.values.tolist() for draft in first] == [draft.values.tolist() for draft in second]
