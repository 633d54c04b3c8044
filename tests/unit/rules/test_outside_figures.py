"""What a rule rests on besides the facts: days, outside figures, decisions, and what is not money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import (
    Amount,
    AmountRule,
    Cap,
    CompareDates,
    DateFact,
    Day,
    Decided,
    Decision,
    Difference,
    Earliest,
    Elapsed,
    EndOf,
    Fact,
    FactSheet,
    InKind,
    Latest,
    Parameter,
    ParameterValue,
    PerUnit,
    Rate,
    Shifted,
    State,
    Sum,
    Today,
    Unstated,
    When,
)
from rules import assess, check, evaluate_eligibility, sentence
from rules.amounts import compute_amount
from rules.dates import shift
from tests.unit.rules.rule_writing import (
    FACT_TYPES,
    TODAY,
    condition,
    fact,
    fixed,
    item_rules,
    quantity,
    sheet,
)
from tests.unit.rules.sample_files import ITEMS, worked_cases


def amount(rule: AmountRule, *facts: Fact, **more: Any) -> Amount:
    return compute_amount(rule, sheet(*facts), TODAY, FACT_TYPES, **more)


def yuan(rule: AmountRule, *facts: Fact) -> Decimal:
    found = amount(rule, *facts)
    assert found.money is not None, found.missing
    assert Money.total(line.value for line in found.working) == found.money
    return found.money.yuan


def share(rule: AmountRule) -> Rate:
    """A share made visible: so many of 1,000,000."""
    return Rate(base=fixed(100, "万元"), rate=rule)


# -- days ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until", "unit", "rounding", "expected"),
    [
        ("2025-01-31", "2025-02-28", "月", "down", 1),
        ("2025-01-15", "2025-02-14", "月", "down", 0),
        ("2025-01-15", "2025-02-14", "月", "up", 1),
        ("2025-01-15", "2025-02-15", "月", "up", 1),
        ("2023-03-01", "2026-02-28", "年", "down", 2),
        ("2023-03-01", "2026-03-01", "年", "down", 3),
        ("2025-01-01", "2025-01-31", "天", "down", 30),
        ("2025-02-01", "2025-01-01", "天", "down", 0),
    ],
)
def test_whole_days_months_and_years_between_two_days(since, until, unit, rounding, expected):
    term = Elapsed(since=Day(day=since), until=Day(day=until), unit=unit, rounding=rounding)
    price = fixed(1, {"天": "元/天", "月": "元/月", "年": "元/年"}[unit])
    assert yuan(PerUnit(quantity=term, price=price)) == expected


def test_both_days_may_count_and_today_is_the_day_of_the_claim():
    term = Elapsed(since=EndOf(period="Y"), until=Today(), unit="天", both_days=True)
    assert yuan(PerUnit(quantity=term, price=fixed(1, "元/天"))) == (TODAY - date(2025, 12, 31)).days + 1


@pytest.mark.parametrize(
    ("since", "until", "unit", "rounding", "expected"),
    [
        ("2025-01-01", "2025-12-31", "月", "down", 12),
        ("2025-01-01", "2025-12-31", "年", "down", 1),
        ("2025-01-15", "2025-03-14", "月", "up", 2),
        ("2025-01-15", "2025-03-15", "月", "up", 3),
        ("2025-03-31", "2025-03-31", "月", "down", 0),
        ("2025-03-31", "2025-03-30", "月", "up", 0),
    ],
)
def test_a_lease_that_counts_both_its_days_ends_the_day_after_its_last(since, until, unit, rounding, expected):
    term = Elapsed(since=Day(day=since), until=Day(day=until), unit=unit, rounding=rounding, both_days=True)
    assert yuan(PerUnit(quantity=term, price=fixed(1, {"月": "元/月", "年": "元/年"}[unit]))) == expected


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ({"years": 1}, "2025-02-28"),
        ({"months": 1}, "2024-03-29"),
        ({"months": -3}, "2023-11-29"),
        ({"years": 2, "days": -1}, "2026-02-27"),
        ({"to": "next_month"}, "2024-03-01"),
        ({"to": "month_start"}, "2024-02-01"),
        ({"months": 10, "to": "next_month"}, "2025-01-01"),
        ({"to": "month_end"}, "2024-02-29"),
        ({"to": "year_start"}, "2024-01-01"),
        ({"to": "year_end"}, "2024-12-31"),
        ({"to": "next_year"}, "2025-01-01"),
    ],
)
def test_a_day_is_moved_by_the_calendar(moves, expected):
    rule = Shifted(day=Day(day="2024-02-29"), **moves)
    assert shift(rule, date(2024, 2, 29)).isoformat() == expected
    same = CompareDates(left=rule, operator="eq", right=Day(day=expected))
    assert evaluate_eligibility(same, sheet(), TODAY).state is State.MET


@given(st.dates(), st.builds(
    lambda years, months, days, to: Shifted(day=Today(), years=years, months=months, days=days, to=to),
    st.integers(-100, 100), st.integers(-1200, 1200), st.integers(-36600, 36600),
    st.sampled_from([None, "month_start", "month_end", "next_month", "year_start", "year_end", "next_year"]),
))  # fmt: skip
def test_no_day_falls_out_of_the_calendar(day, rule):
    assert date.min <= shift(rule, day) <= date.max


def test_a_moved_day_is_said_in_words_and_misses_what_it_starts_from():
    rule = CompareDates(left=Today(), operator="lt", right=Shifted(day=DateFact(fact="certified_on"), years=5, days=-1))
    assert sentence(rule, FACT_TYPES) == "申报之日早于认定日期后 5 年再往前 1 天。"
    assert [each.name for each in evaluate_eligibility(rule, sheet(), TODAY).missing] == ["certified_on"]
    monthly = Shifted(day=DateFact(fact="certified_on"), to="next_month")
    assert "认定日期的次月首日" in sentence(CompareDates(left=monthly, operator="le", right=Today()), FACT_TYPES)


@pytest.mark.parametrize(
    ("start", "months"),
    [("2023-05-10", 5), ("2026-03-01", 10), ("2022-12-31", 0), ("2023-01-01", 0), ("2023-01-02", 1)],
)
def test_the_months_of_a_grant_that_fall_into_the_year_are_between_the_later_start_and_the_earlier_end(start, months):
    since = Latest(of=(Day(day=start), Day(day="2026-01-01")))
    until = Earliest(of=(Day(day="2026-12-31"), Shifted(day=Day(day=start), years=3, days=-1)))
    term = Elapsed(since=since, until=until, unit="月", rounding="up", both_days=True)
    assert yuan(PerUnit(quantity=term, price=fixed(1, "元/月"))) == months


def test_the_earlier_of_two_days_is_unknown_while_one_is_and_is_said_in_words():
    both = Earliest(of=(Today(), DateFact(fact="certified_on")))
    rule = CompareDates(left=both, operator="le", right=Today())
    assert evaluate_eligibility(rule, sheet(), TODAY).state is State.UNDETERMINED
    assert sentence(rule, FACT_TYPES) == "申报之日、认定日期中较早的一天不晚于申报之日。"
    wrong = item_rules(
        eligibility=CompareDates(left=Latest(of=(Today(), DateFact(fact="heads"))), operator="le", right=Today())
    )
    assert [each.where for each in check(wrong)] == ["/eligibility/left/of/1/fact"]


# -- outside figures -----------------------------------------------------------------------------------------


def figure_of(value: str, **more: object) -> ParameterValue:
    said = {"name": "average", "unit": "%", "source": "统计年鉴", "as_of": "2025-09-30"}
    return ParameterValue(**{**said, "value": value, **more})


def with_figures(rule: AmountRule, *figures: ParameterValue, facts: tuple[Fact, ...] = ()) -> Amount:
    return compute_amount(rule, FactSheet(facts=facts, parameters=figures, reference_year=2025), TODAY, FACT_TYPES)


def test_an_industrys_figure_is_found_by_its_code_and_year():
    rule = share(Parameter(parameter="average", key_fact={"fact": "grade", "period": "Y"}, period="Y-1"))
    figures = (figure_of("2.5", key="a", period="2024"), figure_of("3", key="b", period="2024"))
    newer = figure_of("2.6", key="a", period="2024", as_of="2025-12-01")
    grade = (fact("grade", "code", "a"),)
    assert with_figures(rule, *figures, facts=grade).money == Money.from_yuan(25_000)
    assert with_figures(rule, newer, *figures, facts=grade).money == Money.from_yuan(26_000)
    assert [each.name for each in with_figures(rule, *figures).missing] == ["grade"]
    unknown = with_figures(rule, figure_of("3", key="a", period="2023"), facts=grade).missing
    assert [(each.name, each.kind, each.period) for each in unknown] == [("average", "parameter", "2024")]


def test_a_figure_in_force_on_a_day_is_the_one_that_came_into_force_last():
    rule = share(Parameter(parameter="average", on=EndOf(period="Y-1")))
    series = (
        figure_of("3.45", valid_from="2023-08-21", as_of="2023-08-21"),
        figure_of("3.1", valid_from="2024-10-21", as_of="2024-10-21"),
        figure_of("3.0", valid_from="2025-05-20", as_of="2025-05-20"),
    )
    assert with_figures(rule, *series).money == Money.from_yuan(31_000)
    one_day = figure_of("6.4601", valid_from="2021-06-30", valid_until="2021-06-30")
    assert with_figures(rule, one_day).money is None


def test_a_later_word_about_what_was_in_force_before_changes_nothing_of_what_came_after():
    rule = share(Parameter(parameter="average", on=EndOf(period="Y-1")))
    corrected = figure_of("3.45", valid_from="2023-08-21", as_of="2025-08-01")
    in_force = figure_of("3.1", valid_from="2024-10-21", as_of="2024-10-21")
    always = figure_of("9", as_of="2025-09-01")
    assert with_figures(rule, in_force, corrected, always).money == Money.from_yuan(31_000)


def test_of_two_words_of_one_day_the_last_in_the_list_counts():
    rule = share(Parameter(parameter="average", period="Y-1"))
    wrong, right = figure_of("25", period="2024"), figure_of("2.5", period="2024")
    assert with_figures(rule, wrong, right).money == Money.from_yuan(25_000)
    dated = share(Parameter(parameter="average", on=EndOf(period="Y-1")))
    wrong, right = figure_of("31", valid_from="2024-10-21"), figure_of("3.1", valid_from="2024-10-21")
    assert with_figures(dated, wrong, right).money == Money.from_yuan(31_000)


def test_an_answer_names_the_figures_that_it_rests_on_and_is_the_same_on_these_alone():
    rules = ITEMS["CN-001"].rules
    case = worked_cases()["CN-001"][-1]
    (used,) = case.parameters
    others = (used.model_copy(update={"key": "C39"}), used.model_copy(update={"as_of": date(2024, 12, 1)}))
    facts = FactSheet(facts=tuple(case.facts), reference_year=2026, parameters=(*others, used))
    found = assess(rules, facts, case.date)
    assert found.figures == (used,)
    assert found.amount.money == Money(case.expect.amount_fen)
    assert assess(rules, facts.model_copy(update={"parameters": found.figures}), case.date) == found


def test_a_condition_s_figure_is_named_too():
    industry = ParameterValue(
        name="rd_intensity_industry_average",
        key="C39",
        value="3",
        unit="%",
        period="2024",
        source="年鉴",
        as_of="2025-09-30",
    )
    case = worked_cases()["ZJ-004"][0]
    other = industry.model_copy(update={"key": "C40"})
    facts = FactSheet(facts=tuple(case.facts), reference_year=2026, parameters=(other, industry))
    found = assess(ITEMS["ZJ-004"].rules, facts, case.date)
    assert (found.verdict.state, found.figures) == (State.MET, (industry,))


# -- decisions -----------------------------------------------------------------------------------------------

UP_TO = Decided(decision="bonus", by="评审组", max=fixed(100, "万元"), min=fixed(20, "万元"))


def decision(value: str, unit: str = "万元") -> Decision:
    return Decision(name="bonus", value=value, unit=unit, by="评审组", on="2026-03-01")


@pytest.mark.parametrize(
    ("set_at", "expected"), [("50", 500_000), ("100", 1_000_000), ("150", 1_000_000), ("20", 200_000)]
)
def test_a_decision_counts_up_to_its_ceiling(set_at: str, expected: int):
    found = amount(UP_TO, decisions=[decision(set_at)])
    assert found.money == Money.from_yuan(expected)
    assert Money.total(line.value for line in found.working) == found.money


def test_without_a_decision_or_with_one_too_low_there_is_a_range():
    for given_ones in ([], [decision("19.99")], [decision("5", "人")]):
        found = amount(UP_TO, decisions=given_ones)
        assert (found.state, found.lowest, found.highest) == (
            "undetermined", Money.from_yuan(200_000), Money.from_yuan(1_000_000),
        )  # fmt: skip
        assert [(each.name, each.kind) for each in found.missing] == [("bonus", "decision")]


def test_a_range_knows_what_makes_a_result_smaller():
    rule = Difference(of=fixed(300, "万元"), less=UP_TO)
    found = amount(rule)
    assert (found.lowest, found.highest) == (Money.from_yuan(2_000_000), Money.from_yuan(2_800_000))


def test_there_is_no_range_while_facts_are_missing():
    found = amount(Sum(of=[UP_TO, quantity("revenue")]))
    assert (found.lowest, found.highest) == (None, None)
    assert {each.name for each in found.missing} == {"bonus", "revenue"}


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_no_decision_pays_more_than_its_ceiling(ceiling: int, set_at: int):
    rule = Decided(decision="bonus", by="评审组", max=fixed(ceiling, "元"))
    found = amount(rule, decisions=[decision(str(set_at), "元")])
    assert found.money == Money.from_yuan(min(ceiling, set_at))


def test_a_figure_that_the_source_does_not_give_is_never_made_up():
    capped = Cap(of=fixed(5, "万元"), limit=Unstated(note="封顶值被截断"))
    found = amount(capped)
    assert (found.state, found.lowest, found.highest) == ("undetermined", Money(0), Money.from_yuan(50_000))


def test_what_is_not_money_is_told_and_adds_nothing():
    rule = Sum(of=[fixed(5, "万元"), InKind(kind="service", gives="优先推荐申报国家级荣誉")])
    found = amount(rule)
    assert found.money == Money.from_yuan(50_000)
    assert [benefit.text_zh for benefit in found.benefits] == ["优先推荐申报国家级荣誉"]
    only = When(condition=condition("above_scale", "is_true"), then=InKind(kind="qualification", gives="列入白名单"))
    assert amount(only, fact("above_scale", "flag", True)).money == Money(0)
