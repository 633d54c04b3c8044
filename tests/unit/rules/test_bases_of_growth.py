"""A base of zero or less has no growth: one rule in every node, and what was published keeps its meaning."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import (
    Amount,
    Compare,
    CompoundGrowth,
    Fact,
    FactSheet,
    Growth,
    GrowthBands,
    GrowthStep,
    Rate,
    State,
)
from rules import check, sentence
from rules.amounts import compute_amount
from rules.eligibility import evaluate_eligibility
from services.catalog.matching.engine.matcher import Matcher
from tests.unit.rules.rule_writing import FACT_TYPES, TODAY, fixed, item_rules, number_fact, quantity, sheet

ENDS = {"now": quantity("revenue"), "before": quantity("revenue", "Y-1")}
OLD = Growth(**ENDS, when_zero=fixed(0, "%"))
NEW = Growth(**ENDS, when_not_positive=fixed(7, "%"))
STEPS = [GrowthStep(up_to=fixed(40, "%"), rate=fixed(1, "%")), GrowthStep(rate=fixed(2, "%"))]
OLD_BANDS = GrowthBands(**ENDS, entry=fixed(0, "%"), steps=STEPS)
NEW_BANDS = OLD_BANDS.model_copy(update={"when_not_positive": fixed(9, "万元")})
COMPOUND = CompoundGrowth(**ENDS, years=1, operator="ge", rate=fixed(0, "%"))

figures = st.integers(-10_000, 10_000)
NO_BASE = [0, -1, -80]


def facts(now: object, before: object) -> FactSheet:
    return sheet(number_fact("revenue", now, "万元"), number_fact("revenue", before, "万元", "2024"))


def paid(rule: Rate | GrowthBands, now: object, before: object) -> Amount:
    found = compute_amount(rule, facts(now, before), TODAY, FACT_TYPES)
    assert found.money is not None
    assert Money.total(line.value for line in found.working) == found.money
    return found


def of_a_million(rule: Growth) -> Rate:
    return Rate(base=fixed(100, "万元"), rate=rule)


def words(found: Amount) -> str:
    return "\n".join(line.text_zh for line in found.working)


# -- what is asked for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [of_a_million(OLD), of_a_million(Growth(**ENDS)), OLD_BANDS])
def test_an_amount_that_does_not_say_what_a_base_of_zero_or_less_comes_to_is_not_published(rule: Rate) -> None:
    assert [each.code for each in check(item_rules(amount=rule))] == ["growth_without_base"]


def test_nor_is_a_condition_on_growth() -> None:
    assert [each.code for each in check(item_rules(eligibility=COMPOUND))] == ["growth_without_base"]
    compared = Compare(left=OLD, operator="ge", right=fixed(15, "%"))
    assert [each.code for each in check(item_rules(eligibility=compared))] == ["growth_without_base"]


@pytest.mark.parametrize("rule", [of_a_million(NEW), NEW_BANDS])
def test_one_that_says_it_is_sound(rule: Rate) -> None:
    assert check(item_rules(amount=rule)) == []


def test_a_base_that_is_always_above_zero_needs_no_word() -> None:
    for base, asked in ((fixed(5, "亿元"), []), (fixed(0, "元"), ["growth_without_base"])):
        growth = Growth(now=quantity("revenue"), before=base)
        assert [each.code for each in check(item_rules(amount=of_a_million(growth)))] == asked


def test_the_sentence_says_it() -> None:
    assert sentence(of_a_million(NEW), FACT_TYPES).endswith("的增速（基期为零或负数的，按 7%计）。")
    assert sentence(NEW_BANDS, FACT_TYPES).endswith("；基期为零或负数的，按 9 万元计。")
    said = sentence(COMPOUND.model_copy(update={"when_not_positive": "met"}), FACT_TYPES)
    assert "复合增长率（基期为零或负数的，视为达到）不低于" in said


# -- one rule ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", NO_BASE)
@pytest.mark.parametrize("now", [-500, 0, 500])
def test_a_base_of_zero_or_less_comes_to_what_the_rule_says_wherever_growth_is_measured(now: int, before: int) -> None:
    why = "为零" if before == 0 else "为负数"
    growth, bands = paid(of_a_million(NEW), now, before), paid(NEW_BANDS, now, before)
    assert (growth.money, bands.money) == (Money.from_yuan(70_000), Money.from_yuan(90_000))
    assert f"{why}，按 7% 计" in words(growth)
    assert f"{why}，按 9 万元 计" in words(bands)
    for counts in ("met", "not_met"):
        rule = COMPOUND.model_copy(update={"when_not_positive": counts})
        assert evaluate_eligibility(rule, facts(now, before), TODAY, FACT_TYPES).state == counts


@given(figures, figures.filter(lambda figure: figure > 0))
def test_above_zero_nothing_is_different(now: int, before: int) -> None:
    assert paid(NEW_BANDS, now, before) == paid(OLD_BANDS, now, before)
    assert paid(of_a_million(NEW), now, before).working == paid(of_a_million(OLD), now, before).working


# -- what was published keeps its meaning -----------------------------------------------------------------------


@pytest.mark.parametrize(("now", "before", "yuan"), [(10, -5, 3_000_000), (-10, -5, -1_000_000), (3, 0, 0)])
def test_a_growth_of_former_days_divides_by_the_distance_from_zero(now: int, before: int, yuan: int) -> None:
    assert paid(of_a_million(OLD), now, before).money == Money.from_yuan(max(yuan, 0))


@pytest.mark.parametrize("before", NO_BASE)
def test_bands_and_compound_growth_of_former_days_give_nothing_without_a_base(before: int) -> None:
    assert paid(OLD_BANDS, 500, before).money == Money(0)
    assert evaluate_eligibility(COMPOUND, facts(500, before), TODAY, FACT_TYPES).state is State.NOT_MET


# -- the working computes ------------------------------------------------------------------------------------------

FIGURE = r"(-?[0-9,]+(?:\.[0-9]+)?)"
GROWN = re.compile(
    rf"增速（[^ ]+ {FIGURE} 万元 − [^ ]+ {FIGURE} 万元）÷ [^ ]+ {FIGURE} 万元( 的绝对值)? = (?:约 )?{FIGURE}%"
)


def figure(text: str) -> Fraction:
    return Fraction(Decimal(text.replace(",", "")))


@given(figures, figures.filter(lambda before: before != 0))
def test_what_the_working_prints_comes_to_what_it_says(now: int, before: int) -> None:
    """(10 − −5) ÷ −5 was printed as 300 %: whoever computed it after us found −300 %."""
    printed = GROWN.search(words(paid(of_a_million(OLD), now, before)))
    assert printed is not None
    of, less, by, said = (figure(printed[group]) for group in (1, 2, 3, 5))
    divisor = abs(by) if printed[4] else by
    decimals = len(printed[5].partition(".")[2])  # "约 66.67%" is right to its last digit
    assert abs((of - less) / divisor * 100 - said) <= Fraction(1, 2 * 10 ** max(decimals, 2))


# -- columns say what rows say ------------------------------------------------------------------------------------


def conditions() -> list[Compare | CompoundGrowth]:
    compound = [COMPOUND.model_copy(update={"when_not_positive": each}) for each in (None, "met", "not_met")]
    return [*compound, *(Compare(left=each, operator="ge", right=fixed(5, "%")) for each in (OLD, NEW))]


def columns(sheets: list[tuple[Fact, ...]]) -> Matcher:
    matcher = Matcher(TODAY)
    matcher.admit(np.arange(len(sheets), dtype=np.int32))
    changes: dict[tuple[str, str | None], dict[int, Fact | None]] = {}
    for row, told in enumerate(sheets):
        for each in told:
            changes.setdefault((each.name, each.period), {})[row] = each
    matcher.put_facts(changes)
    return matcher


@given(st.lists(st.tuples(figures, st.sampled_from([*NO_BASE, 1, 100])), min_size=1, max_size=8))
def test_the_matcher_answers_as_the_plain_evaluator_does(firms: list[tuple[int, int]]) -> None:
    sheets = [facts(*firm) for firm in firms]
    matcher = columns([each.facts for each in sheets])
    for number, rule in enumerate(conditions()):
        matcher.put_item(str(number), item_rules(eligibility=rule, reference_year=2025))
        rows = [matcher.state(str(number), row) for row in range(len(firms))]
        assert rows == [evaluate_eligibility(rule, each, TODAY, FACT_TYPES).state for each in sheets]
