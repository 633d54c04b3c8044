from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.rule import AllOf, AnyOf, Eligibility, FactSheet, MissingFact, Not, State
from rules.eligibility import evaluate_eligibility
from rules.facts import FactReader
from tests.unit.rules.rule_writing import (
    FACT_TYPES,
    TODAY,
    condition,
    eligibilities,
    fact,
    full_sheets,
    number_fact,
    sheet,
    sheets_with_less,
)


def verdict(rule: Eligibility, facts: FactSheet, today: date = TODAY):
    return evaluate_eligibility(rule, facts, today, FACT_TYPES)


def state(rule: Eligibility, *facts: object) -> State:
    return verdict(rule, sheet(*facts)).state


@pytest.mark.parametrize(
    ("operator", "below", "at", "above"),
    [
        ("ge", "not_met", "met", "met"),
        ("gt", "not_met", "not_met", "met"),
        ("le", "met", "met", "not_met"),
        ("lt", "met", "not_met", "not_met"),
        ("eq", "not_met", "met", "not_met"),
        ("ne", "met", "not_met", "met"),
    ],
)
def test_above_and_below_include_the_number_while_over_and_under_do_not(operator, below, at, above):
    rule = condition("revenue", operator, "2000", "万元")
    found = [state(rule, number_fact("revenue", v, "元")) for v in ("19999999.99", "20000000", "20000000.01")]
    assert found == [below, at, above]


def test_between_includes_both_its_ends():
    rule = condition("rd_ratio", "between", ("3", "5"), "%")
    found = [state(rule, number_fact("rd_ratio", value, "‰")) for value in ("29", "30", "50", "51")]
    assert found == ["not_met", "met", "met", "not_met"]


def test_before_and_after_exclude_the_day_while_not_before_includes_it():
    day = fact("certified_on", "date", "2023-12-31")
    assert state(condition("certified_on", "before", "2023-12-31"), day) is State.NOT_MET
    assert state(condition("certified_on", "le", "2023-12-31"), day) is State.MET
    assert state(condition("certified_on", "after", "2023-12-31"), day) is State.NOT_MET
    assert state(condition("certified_on", "ge", "2023-12-31"), day) is State.MET
    assert state(condition("certified_on", "between", ("2023-01-01", "2023-12-31")), day) is State.MET


def test_codes_are_compared_by_being_in_a_list_or_having_a_code():
    grade, penalties = fact("grade", "code", "a"), fact("penalties", "codes", ("tax",))
    assert state(condition("grade", "in", ("a", "b")), grade) is State.MET
    assert state(condition("grade", "not_in", ("a", "b")), grade) is State.NOT_MET
    assert state(condition("grade", "eq", "b"), grade) is State.NOT_MET
    assert state(condition("penalties", "contains", "tax"), penalties) is State.MET
    assert state(condition("penalties", "contains", "fire"), penalties) is State.NOT_MET


def test_no_record_counts_only_when_somebody_says_so():
    rule = Not(of=condition("penalties", "exists"))
    assert state(rule, fact("penalties", "codes", ())) is State.MET
    assert state(rule, fact("penalties", "codes", ("tax",))) is State.NOT_MET
    assert state(rule) is State.UNDETERMINED


def test_a_fact_of_last_year_is_not_the_fact_of_this_year():
    rule = condition("revenue", "ge", "100", "万元", period="Y-1")
    assert state(rule, number_fact("revenue", 500, "万元", "2025")) is State.UNDETERMINED
    assert state(rule, number_fact("revenue", 500, "万元", "2024")) is State.MET


def test_relative_periods_are_counted_from_the_reference_year_of_the_sheet():
    quarter = condition("revenue", "ge", "100", "万元", period="Y-1Q3")
    facts = sheet(number_fact("revenue", 500, "万元", "2019Q3"), year=2020)
    found = verdict(quarter, facts)
    assert found.state is State.MET
    assert found.reasons[0].period == "2019Q3"


def test_a_fact_is_good_through_its_last_day_and_missing_afterwards():
    rule = condition("above_scale", "is_true")
    facts = sheet(fact("above_scale", "flag", True, valid_until=date(2026, 3, 16)))
    assert verdict(rule, facts, date(2026, 3, 16)).state is State.MET
    late = verdict(rule, facts, date(2026, 3, 17))
    assert late.state is State.UNDETERMINED
    assert [missing.why for missing in late.missing] == ["expired"]
    assert "已过有效期" in late.reasons[0].text_zh


def test_a_correction_counts_instead_of_what_it_corrects():
    old = fact("above_scale", "flag", True, as_of=date(2026, 1, 1))
    new = fact("above_scale", "flag", False, as_of=date(2026, 2, 1))
    rule = condition("above_scale", "is_true")
    assert state(rule, new, old) is State.NOT_MET
    same_day = fact("above_scale", "flag", False, as_of=date(2026, 1, 1))
    assert state(rule, old, same_day) is State.NOT_MET


def test_a_fact_that_cannot_be_compared_leaves_the_condition_undetermined():
    rule = condition("revenue", "ge", "100", "万元")
    heads = verdict(rule, sheet(number_fact("revenue", 500, "人")))
    words = verdict(rule, sheet(fact("revenue", "code", "many")))
    assert (heads.state, heads.missing[0].why) == (State.UNDETERMINED, "wrong_unit")
    assert (words.state, words.missing[0].why) == (State.UNDETERMINED, "wrong_kind")


@pytest.mark.parametrize(
    "broken",
    [
        condition("revenue", "ge", "many", "万元"),
        condition("revenue", "ge", "1e999999999", "万元"),
        condition("revenue", "ge", ("1", "2"), "万元"),
        condition("revenue", "between", ("1", "2", "3"), "万元"),
        condition("revenue", "ge", "1"),
        condition("revenue", "ge", "1", "元/"),
        condition("revenue", "before", "1", "万元"),
        condition("revenue", "is_true"),
        condition("certified_on", "ge", "2025"),
        condition("grade", "ge", "a"),
        condition("penalties", "eq", "tax"),
    ],
)
def test_a_condition_that_was_never_checked_is_undetermined_and_never_met(broken: Eligibility):
    facts = sheet(
        number_fact("revenue", 500, "万元"),
        fact("certified_on", "date", "2025-01-01"),
        fact("grade", "code", "a"),
        fact("penalties", "codes", ("tax",)),
    )
    assert verdict(broken, facts).state is State.UNDETERMINED
    assert verdict(Not(of=broken), facts).state is State.UNDETERMINED


def test_the_reasons_say_what_is_required_what_is_there_and_what_is_missing():
    rule = AllOf(
        of=[
            condition("revenue", "ge", "2000", "万元", period="Y-1"),
            condition("above_scale", "is_true"),
            Not(of=condition("grade", "eq", "c")),
        ]
    )
    found = verdict(rule, sheet(number_fact("revenue", 2500, "万元", "2024"), fact("grade", "code", "c")))
    assert found.state is State.NOT_MET
    assert [reason.text_zh for reason in found.reasons] == [
        "2024年度营业收入在 2,000 万元以上（含）",
        "2025年度规模以上企业（缺少数据）",
        "2025年度级别不得为C",
    ]
    assert [reason.state for reason in found.reasons] == ["met", "undetermined", "not_met"]
    assert [reason.decisive for reason in found.reasons] == [False, False, True]
    assert [reason.actual for reason in found.reasons] == ["2,500 万元", None, "C"]
    assert found.reasons[0].required == "在 2,000 万元以上（含）"
    assert found.missing == ()


def test_an_undetermined_verdict_names_just_the_facts_that_would_settle_it():
    rule = AnyOf(
        of=[
            AllOf(of=[condition("above_scale", "is_true"), condition("grade", "eq", "a")]),
            AllOf(of=[condition("above_scale", "is_true"), condition("revenue", "ge", "1", "元")]),
        ]
    )
    found = verdict(rule, sheet(fact("grade", "code", "b")))
    assert found.state is State.UNDETERMINED
    assert found.missing == (
        MissingFact(name="above_scale", period="2025", label="规模以上企业", why="absent"),
        MissingFact(name="revenue", period="2025", label="营业收入", why="absent"),
    )


def test_one_met_alternative_is_enough_whatever_else_is_missing():
    rule = AnyOf(of=[condition("above_scale", "is_true"), condition("grade", "eq", "a")])
    found = verdict(rule, sheet(fact("grade", "code", "a")))
    assert found.state is State.MET
    assert found.missing == ()


@given(eligibilities(), sheets_with_less())
def test_missing_facts_never_turn_a_verdict_into_another_one(rule, sheets):
    full, less = sheets
    settled = verdict(rule, full).state
    assert settled is not State.UNDETERMINED
    assert verdict(rule, less).state in (settled, State.UNDETERMINED)


@given(eligibilities(), full_sheets(), full_sheets(), st.data())
def test_without_a_fact_it_rests_on_nothing_is_met_unless_the_rest_suffices(rule, facts, other, data):
    """The rest suffices where the verdict would be met whatever the fact were."""
    found = verdict(rule, facts)
    assume(found.state is State.MET)
    resting = sorted({reason.fact for reason in found.reasons if reason.decisive})
    name = data.draw(st.sampled_from(resting))
    rest = [each for each in facts.facts if each.name != name]
    without = verdict(rule, sheet(*rest)).state
    assert without in (State.MET, State.UNDETERMINED)
    changed = verdict(rule, sheet(*rest, *(each for each in other.facts if each.name == name))).state
    if changed is not State.MET:
        assert without is State.UNDETERMINED


@given(eligibilities())
def test_of_a_enterprise_of_which_nothing_is_known_nothing_is_met(rule):
    assert verdict(rule, sheet()).state is State.UNDETERMINED


@given(eligibilities(), sheets_with_less())
def test_an_undetermined_verdict_always_names_a_missing_fact(rule, sheets):
    found = verdict(rule, sheets[1])
    assert bool(found.missing) == (found.state is State.UNDETERMINED)
    assert any(reason.decisive for reason in found.reasons)


@given(st.lists(eligibilities(), min_size=1, max_size=5), sheets_with_less(), st.randoms())
def test_the_order_of_conditions_never_matters(parts, sheets, chance: random.Random):
    shuffled = chance.sample(parts, len(parts))
    for group in (AllOf, AnyOf):
        for facts in sheets:
            assert verdict(group(of=parts), facts).state is verdict(group(of=shuffled), facts).state


@given(eligibilities(), full_sheets())
def test_not_reverses_what_is_settled_and_twice_not_says_the_same(rule, facts):
    once, twice = verdict(Not(of=rule), facts), verdict(Not(of=Not(of=rule)), facts)
    assert {verdict(rule, facts).state, once.state} == {State.MET, State.NOT_MET}
    assert twice == verdict(rule, facts)


def test_a_reader_without_declarations_still_reads():
    reader = FactReader(sheet(fact("above_scale", "flag", True)), TODAY, {})
    assert reader.read("nothing", None).label == "nothing"
