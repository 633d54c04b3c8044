"""A worked example says what the rules themselves say, on facts that it names; or there is none."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.rule import ItemRules
from rules.examples import example_of
from tests.unit.rules.sample_files import ITEMS

TODAY = date(2026, 3, 10)


def rules_of(code: str) -> ItemRules:
    return ITEMS[code].rules


def test_a_rate_is_worked_out_on_a_usual_figure_and_the_figure_is_said() -> None:
    found = example_of(rules_of("SD-002"), TODAY)
    assert found is not None
    assert found.supposed == ("2025年度独立站建设、运维和研发投入：100,000 元",)
    assert found.amount.fen == 5_000_000
    assert "100,000 元 × 50% = 50,000 元" in found.working[0]


def test_a_band_is_reached_though_the_usual_figure_lies_below_the_first() -> None:
    found = example_of(rules_of("FJ-001"), TODAY)
    assert found is not None
    assert found.supposed == ("2025年度首次突破的年产值：20 亿元",)
    assert found.amount.fen == 30_000_000


def test_growth_is_supposed_where_the_rule_pays_for_growth() -> None:
    found = example_of(rules_of("FJ-014"), TODAY)
    assert found is not None
    assert found.supposed[:2] == ("2019年度工业总产值：20 亿元", "2020年度工业总产值：24 亿元")


def test_what_the_working_does_not_speak_of_is_not_supposed_aloud() -> None:
    found = example_of(rules_of("HN-001"), TODAY)
    assert found is not None
    assert found.supposed == ("行程类型：二日游及以上自驾", "自驾车辆数：10 辆")


def test_a_sum_that_is_fixed_supposes_nothing() -> None:
    found = example_of(rules_of("GZ-009"), TODAY)
    assert found is not None
    assert (found.supposed, found.working) == ((), ("定额 5 万元",))


@pytest.mark.parametrize("code", ["BJ-001", "GZ-013", "CN-001"])
def test_there_is_none_where_a_person_decides_or_the_source_is_silent_or_others_publish_the_figure(code: str) -> None:
    assert example_of(rules_of(code), TODAY) is None


def test_most_samples_have_one_that_pays_something_and_says_how() -> None:
    found = {code: example_of(item.rules, TODAY) for code, item in ITEMS.items()}
    there = {code: each for code, each in found.items() if each is not None}
    assert len(there) >= 66
    assert all(each.amount.fen > 0 and each.working for each in there.values())
    assert {code: example_of(ITEMS[code].rules, TODAY) for code in there} == there
