"""Schedules by the n-th year from a date: a period that straddles two steps is split between them."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from contracts.money import Money
from contracts.rule import AmountRule, Fact, FactSheet, YearSchedule
from rules import check, sentence
from rules.amounts import compute_amount
from rules.dates import anniversary
from rules.facts import FactReader
from rules.figures import figure
from rules.units import unit
from tests.unit.rules.rule_writing import FACT_TYPES, TODAY, fact, item_rules, number_fact

AMOUNT: TypeAdapter[Any] = TypeAdapter(AmountRule)
SINCE = {"node": "date_fact", "fact": "certified_on"}


def fixed(value: object, unit: str) -> dict[str, Any]:
    return {"node": "fixed", "value": str(value), "unit": unit}


THREE_AND_TWO = [{"years": 3, "then": fixed(100, "%")}, {"years": 2, "then": fixed(50, "%")}]


def schedule(steps: object = None, since: object = None, **more: object) -> YearSchedule:
    rule = {"node": "year_schedule", "since": since or SINCE, "by": "month", "steps": steps or THREE_AND_TWO}
    found = AMOUNT.validate_python(rule | more)
    assert isinstance(found, YearSchedule)
    return found


def day(text: str | date) -> dict[str, str]:
    return {"node": "day", "day": str(text)}


def value(rule: AmountRule, year: int = 2025, *facts: Fact) -> Fraction | None:
    return figure(rule, FactReader(FactSheet(facts=facts, reference_year=year), TODAY, FACT_TYPES)).value


def percent(rule: AmountRule, year: int = 2025) -> Fraction:
    found = value(rule, year)
    assert found is not None
    return found * 100


def test_a_year_that_straddles_two_steps_is_split_by_months():
    rule = schedule(since=day("2021-07-01"))
    assert [percent(rule, year) for year in range(2020, 2028)] == [0, 50, 100, 100, 75, 50, 25, 0]


def test_a_month_belongs_to_the_step_that_holds_on_its_first_day():
    rule = schedule(since=day("2021-07-15"))
    assert percent(rule, 2021) == Fraction(500, 12), "August to December; July began before the start"
    assert percent(rule, 2024) == Fraction(100 * 7 + 50 * 5, 12)


def test_a_month_that_began_a_day_before_the_start_does_not_count():
    rule = schedule(since=day("2021-07-02"))
    assert percent(rule, 2021) == Fraction(500, 12)
    assert percent(rule, 2024) == Fraction(100 * 7 + 50 * 5, 12)


def test_a_schedule_of_one_step_gives_nothing_outside_of_it():
    rule = schedule([{"years": 1, "then": fixed(100, "%")}], since=day("2021-01-01"))
    assert [percent(rule, year) for year in (2020, 2021, 2022)] == [0, 100, 0]


def test_the_working_says_whether_it_counts_out_of_the_whole_period_or_of_what_is_covered():
    facts = FactSheet(facts=(), reference_year=2024)
    steps = [{"years": 1, "then": fixed(12, "万元")}, {"years": 1, "then": fixed(6, "万元")}]
    for out_of, said in (("period", "（全期 12 个月）"), ("covered", "（期内 12 个月）")):
        rule = schedule(steps, since=day("2023-07-01"), out_of=out_of)
        assert said in compute_amount(rule, facts, TODAY, FACT_TYPES).working[0].text_zh


def test_nothing_outside_of_a_schedule_of_sums_is_no_money_rather_than_no_unit():
    rule = schedule([{"years": 1, "then": fixed(12, "万元")}], since=day("2021-01-01"))
    found = figure(rule, FactReader(FactSheet(facts=(), reference_year=2025), TODAY, FACT_TYPES))
    assert (found.value, found.dimension, found.text) == (0, unit("元").dimension, "0 元")


def test_the_working_names_the_first_and_the_last_year_that_a_period_lies_in():
    steps = [{"years": 3, "then": fixed(12, "万元")}]
    facts = FactSheet(facts=(), reference_year=2023)
    found = compute_amount(schedule(steps, since=day("2021-07-01")), facts, TODAY, FACT_TYPES)
    assert "第 2—3 年" in found.working[0].text_zh


def test_days_count_out_of_those_of_the_whole_year_which_may_be_a_leap_year():
    rule = schedule(since=day("2021-07-01"), by="day")
    assert percent(rule, 2021) == Fraction(184 * 100, 365)
    assert percent(rule, 2024) == Fraction(182 * 100 + 184 * 50, 366)


def test_a_start_on_29_february_has_its_years_full_on_the_last_of_february():
    assert anniversary(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert anniversary(date(2024, 2, 29), 4) == date(2028, 2, 29)
    rule = schedule([{"years": 1, "then": fixed(100, "%")}], since=day("2024-02-29"), by="day")
    assert percent(rule, 2024) == Fraction(307 * 100, 366)
    assert percent(rule, 2025) == Fraction(58 * 100, 365), "through 27 February"


def test_it_ends_earlier_where_a_day_says_so_and_that_day_still_counts():
    rule = schedule(since=day("2025-01-01"), until=day("2025-06-30"))
    assert percent(rule) == 50
    by_day = schedule(since=day("2025-01-01"), until=day("2025-01-01"), by="day")
    assert percent(by_day) == Fraction(100, 365)
    assert percent(schedule(since=day("2025-05-01"), until=day("2025-04-30"))) == 0


def test_out_of_what_is_covered_a_base_that_has_nothing_from_before_counts_in_full():
    first = schedule(since=day("2025-07-01"), out_of="covered")
    assert percent(first) == 100
    straddles = schedule(
        [{"years": 1, "then": fixed(100, "%")}, {"years": 1, "then": fixed(50, "%")}],
        since=day("2024-07-01"),
        out_of="covered",
    )
    assert percent(straddles) == 75
    assert percent(straddles, 2026) == 50
    assert percent(straddles, 2027) == 0


def test_quarters_and_months_are_periods_too():
    rule = schedule(since=day("2022-08-01"), period="YQ3")
    assert percent(rule) == Fraction(100 * 1 + 50 * 2, 3)
    assert percent(schedule(since=day("2022-08-01"), period="YM08")) == 50
    by_day = schedule(since=day("2022-08-11"), period="YM08", by="day")
    assert percent(by_day) == Fraction(100 * 10 + 50 * 21, 31)


def test_steps_may_be_amounts_for_a_whole_period_and_the_working_shows_the_split():
    steps = [{"years": 3, "then": fixed(12, "万元")}, {"years": 2, "then": fixed(6, "万元")}]
    found = compute_amount(
        schedule(steps, since=day("2021-07-01")), FactSheet(facts=(), reference_year=2024), TODAY, FACT_TYPES
    )
    assert found.money == Money.from_yuan(90_000)
    assert [line.text_zh for line in found.working] == [
        (
            "自 2021-07-01 起，2024年度（全期 12 个月）："
            "第 3 年 1—6 月共 6 个月 × 12 万元，第 4 年 7—12 月共 6 个月 × 6 万元 → 9 万元"
        )
    ]
    assert Money.total(line.value for line in found.working) == found.money


def test_the_share_of_a_base_reads_as_it_is_worked_out():
    rule = AMOUNT.validate_python(
        {
            "node": "rate",
            "base": {"node": "fact", "fact": "revenue", "period": "Y"},
            "rate": schedule(by="day").model_dump(mode="json", exclude_none=True),
        }
    )
    facts = number_fact("revenue", "36500", "元"), fact("certified_on", "date", "2022-03-15", period=None)
    found = compute_amount(rule, FactSheet(facts=facts, reference_year=2025), TODAY, FACT_TYPES)
    assert found.money == Money.from_yuan(73 * 100 + 292 * 50)
    assert found.working[0].text_zh == (
        "自 2022-03-15 起，2025年度（全期 365 天）：第 3 年 1 月 1 日至 3 月 14 日共 73 天 × 100%，"
        "第 4 年 3 月 15 日至 12 月 31 日共 292 天 × 50% → 60%"
    )


def test_without_the_day_of_the_start_nothing_can_be_told():
    found = compute_amount(
        schedule([{"years": 1, "then": fixed(1, "万元")}]), FactSheet(reference_year=2025), TODAY, FACT_TYPES
    )
    assert found.state == "undetermined"
    assert [each.name for each in found.missing] == ["certified_on"]


def test_only_the_steps_of_the_period_are_looked_at():
    late = {"node": "fact", "fact": "revenue", "period": "Y-1"}
    steps = [{"years": 1, "then": fixed(1, "万元")}, {"years": 1, "then": late}]
    assert value(schedule(steps, since=day("2025-01-01"))) == 10_000
    assert value(schedule(steps, since=day("2024-01-01"))) is None


def test_a_start_at_the_end_of_the_calendar_is_no_error():
    assert percent(schedule(since=day("9999-12-31"), period="9999", by="day")) == Fraction(0)
    assert percent(schedule(since=day("0001-01-01"))) == 0


@pytest.mark.parametrize(
    ("rule", "codes"),
    [
        (schedule([{"years": 3, "then": fixed(1, "万元")}, {"years": 2, "then": fixed(1, "%")}]), ["units_differ"]),
        (schedule(since={"node": "date_fact", "fact": "revenue"}, steps=[{"years": 1, "then": fixed(1, "元")}]), ["fact_not_a_date"]),
        (schedule(steps=[{"years": 1, "then": fixed(1, "元")}], until={"node": "date_fact", "fact": "grade"}), ["fact_not_a_date"]),
        (schedule(), ["amount_not_money"]),
        (schedule(steps=[{"years": 1, "then": fixed(1, "元")}]), []),
    ],
)  # fmt: skip
def test_days_and_units_are_checked(rule: AmountRule, codes: list[str]):
    assert [problem.code for problem in check(item_rules(amount=rule))] == codes


def test_it_is_said_in_words():
    assert sentence(schedule(), FACT_TYPES) == (
        "自认定日期起第 1 至 3 年 100%、第 4 至 5 年 50%，本年度跨段或不满的按月折算。"
    )
    until = {"node": "end_of", "period": "Y"}
    assert sentence(schedule(by="day", out_of="covered", until=until), FACT_TYPES) == (
        "自认定日期起至本年度末日止第 1 至 3 年 100%、第 4 至 5 年 50%，本年度跨段的按天折算，以期内的天数为全部。"
    )


def test_a_period_that_lies_in_one_step_needs_no_split_and_zero_keeps_its_unit():
    def told(year: int) -> list[str]:
        sheet = FactSheet(reference_year=year)
        found = figure(schedule(since=day("2022-01-01")), FactReader(sheet, TODAY, FACT_TYPES))
        return [text for text, _ in found.work]

    assert told(2023) == ["自 2022-01-01 起，2023年度：第 2 年，按 100%"]
    assert told(2027) == ["自 2022-01-01 起，2027年度：不在各段之内，按 0% 计"]


DAYS = st.dates(date(1990, 1, 1), date(2080, 12, 31))
STEPS = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 1000)), min_size=1, max_size=5)


def built(steps: list[tuple[int, int]], since: date, by: str) -> YearSchedule:
    return schedule([{"years": years, "then": fixed(then, "元")} for years, then in steps], since=day(since), by=by)


@given(STEPS, DAYS)
def test_by_months_all_years_together_come_to_the_years_of_each_step(steps: list[tuple[int, int]], since: date):
    rule = built(steps, since, "month")
    total = sum(value(rule, year) or 0 for year in range(since.year, since.year + 62))
    assert total == sum(years * then for years, then in steps)


@given(STEPS, DAYS)
def test_by_days_all_years_together_are_exact_but_for_the_length_of_the_years(
    steps: list[tuple[int, int]], since: date
):
    """Each day counts as a 365th or a 366th of its own year, and no day counts twice or not at all."""
    rule = built(steps, since, "day")
    total = sum(value(rule, year) or 0 for year in range(since.year, since.year + 62))
    exact, done = Fraction(0), 0
    for years, then in steps:
        first, last = anniversary(since, done), anniversary(since, done + years)
        done += years
        for number in range((last - first).days):
            lived = first + timedelta(days=number)
            exact += Fraction(then, 366 if calendar.isleap(lived.year) else 365)
    assert total == exact
    assert abs(total - sum(years * then for years, then in steps)) <= max(then for _, then in steps) * Fraction(4, 365)


@given(STEPS, DAYS, st.integers(0, 60), st.sampled_from(["day", "month"]), st.sampled_from(["period", "covered"]))
def test_splitting_gives_never_more_than_the_larger_step(
    steps: list[tuple[int, int]], since: date, later: int, by: str, out_of: str
):
    rule = built(steps, since, by).model_copy(update={"out_of": out_of})
    found = value(rule, since.year + later)
    assert found is not None
    assert 0 <= found <= max(then for _, then in steps)


@given(STEPS, DAYS, st.sampled_from(["day", "month"]))
def test_a_year_inside_one_step_comes_to_all_of_it(steps: list[tuple[int, int]], since: date, by: str):
    done = 0
    for years, then in steps:
        first, last = anniversary(since, done), anniversary(since, done + years)
        done += years
        for year in range(first.year, last.year + 1):
            if first <= date(year, 1, 1) and date(year + 1, 1, 1) <= last:
                assert value(built(steps, since, by), year) == then
