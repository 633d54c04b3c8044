"""The SQL that the matcher is measured against: its wide table must fit PostgreSQL, whatever items there are."""

from __future__ import annotations

import re

import pytest

from bench.match import TODAY
from bench.match_sql import Columns, columns_for, where
from console.policy.sample_city.enterprises import draw
from console.policy.sample_city.facts import SampleFacts
from console.policy.sample_city.items import SAMPLES, sample_items
from contracts.rule import Compare, Condition, ItemRules

MOST_COLUMNS = 1_600
"""Of one table, in PostgreSQL."""


@pytest.fixture(scope="module")
def items() -> list[ItemRules]:
    """Some variants of every shape there is."""
    return [rules for _, rules in sample_items(4 * len(list(SAMPLES.glob("*.json"))))]


@pytest.fixture(scope="module")
def columns(items: list[ItemRules]) -> Columns:
    used = [declared for rules in items for declared in rules.fact_types]
    return columns_for(items, SampleFacts(draw(40)).columns(used), TODAY.year)


def test_the_wide_table_has_room_for_every_shape_of_item(columns: Columns) -> None:
    assert 100 < len(columns) < MOST_COLUMNS


def test_a_fact_that_no_item_asks_for_has_no_column(columns: Columns) -> None:
    assert ("registered_county", None) in columns.facts
    assert ("export_value", "2023") not in columns.facts


def test_what_is_computed_is_a_column_of_answers(columns: Columns) -> None:
    computed = [rule for rule, _ in columns.ready]
    assert any(isinstance(rule, Compare) for rule in computed)
    assert not any(isinstance(rule, Condition) for rule in computed)


def test_every_item_asks_for_columns_that_are_there(items: list[ItemRules], columns: Columns) -> None:
    there = {name for name, _ in (*columns.facts.values(), *columns.ready.values())}
    assert len(there) == len(columns)
    asked = [where(rules.eligibility, columns, rules.reference_year or TODAY.year) for rules in items]
    assert set(re.findall(r"\b[cf][0-9]+\b", " ".join(asked))) == there
