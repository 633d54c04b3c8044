"""What facts owe each other: facts that contradict one another determine nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import FactSheet, HeadlineState, ItemRules, State
from rules import assess, check, compute_instalment, guide_sentences, sentences
from tests.unit.rules.rule_writing import (
    TODAY,
    amounts,
    eligibilities,
    fact,
    full_sheets,
    item_rules,
    number_fact,
    sheet,
    sheets_with_less,
)

REVENUE = {"node": "fact", "fact": "revenue", "period": "Y"}
SPENT = {"node": "fact", "fact": "rd_expense", "period": "Y"}
NOT_MORE = {"node": "compare", "left": SPENT, "operator": "le", "right": REVENUE}
BEFORE = {
    "node": "compare_dates",
    "left": {"node": "date_fact", "fact": "certified_on", "period": "Y"},
    "operator": "le",
    "right": {"node": "today"},
}


def rules_with(*bounds: object, **parts: object) -> ItemRules:
    return item_rules(bounds=bounds or (NOT_MORE,), **parts)


def facts(spent: str, revenue: str) -> FactSheet:
    return sheet(
        number_fact("rd_expense", spent, "万元"),
        number_fact("revenue", revenue, "万元"),
        fact("above_scale", "flag", True),
    )


def test_facts_that_contradict_one_another_determine_nothing_and_are_named_with_their_values():
    found = assess(rules_with(), facts("1200", "1000"), TODAY)
    assert found.verdict.state is State.UNDETERMINED
    assert [(each.name, each.period, each.why) for each in found.verdict.missing] == [
        ("rd_expense", "2025", "contradicts"),
        ("revenue", "2025", "contradicts"),
    ]
    assert [each.text_zh for each in found.verdict.reasons] == [
        (
            "数据互相矛盾，请核对：应当2025年度研发投入不高于 2025年度营业收入，"
            "现为 2025年度研发投入 1,200 万元（对照 2025年度营业收入 1,000 万元）"
        )
    ]
    assert (found.verdict.reasons[0].decisive, found.verdict.reasons[0].actual) == (True, None)
    assert (found.amount.state, found.amount.money, found.amount.lowest) == ("undetermined", None, None)
    assert found.amount.missing == found.verdict.missing
    assert found.shares == found.payees == ()


def test_the_headline_of_contradictory_facts_says_the_contradiction_and_not_that_they_are_missing():
    found = assess(rules_with(), facts("1200", "1000"), TODAY)
    assert found.headline is not None
    assert found.headline.state is HeadlineState.UNDETERMINED
    assert found.headline.why == (found.verdict.reasons[0].text_zh,)


def test_facts_that_keep_to_the_bound_change_nothing():
    found = assess(rules_with(), facts("1000", "1000"), TODAY)
    assert found == assess(item_rules(), facts("1000", "1000"), TODAY)
    assert found.amount.money == Money.from_yuan(50_000)


def test_a_bound_that_cannot_be_told_does_nothing():
    alone = sheet(number_fact("rd_expense", "1200", "万元"), fact("above_scale", "flag", True))
    assert assess(rules_with(), alone, TODAY) == assess(item_rules(), alone, TODAY)


def test_who_is_not_entitled_is_not_refused_on_contradictory_facts_either():
    small = sheet(*facts("1200", "1000").facts[:2], fact("above_scale", "flag", False))
    assert assess(rules_with(), small, TODAY).verdict.state is State.UNDETERMINED


def test_every_broken_bound_is_told():
    late = sheet(*facts("1200", "1000").facts, fact("certified_on", "date", "2026-03-17"))
    found = assess(rules_with(NOT_MORE, BEFORE), late, TODAY)
    assert len(found.verdict.reasons) == 2
    assert found.verdict.reasons[1].text_zh == (
        "数据互相矛盾，请核对：应当2025年度认定日期不晚于申报之日，现为 2026-03-17（对照 2026-03-16）"
    )


def test_instalments_are_not_paid_on_contradictory_facts():
    parts = [{"label": "一", "fraction": "1/2"}, {"label": "二", "fraction": "1/2"}]
    rules = rules_with(instalments={"node": "instalments", "parts": parts})
    found = assess(rules, facts("1200", "1000"), TODAY)
    assert found.amount.money is None
    assert found.instalment is None
    alone = compute_instalment(rules, 2, facts("1200", "1000"), TODAY)
    assert (alone.outcome, alone.amount.money) == ("undetermined", None)
    assert "数据互相矛盾" in alone.reason


def test_a_bound_may_use_a_named_value():
    values = [{"name": "cost", "label": "投入合计", "of": {"node": "sum", "of": [SPENT, SPENT]}}]
    bound = {"node": "compare", "left": {"node": "value", "value": "cost"}, "operator": "le", "right": REVENUE}
    rules = rules_with(bound, values=values)
    assert check(rules) == []
    found = assess(rules, facts("600", "1000"), TODAY)
    assert [each.name for each in found.verdict.missing] == ["revenue", "rd_expense"]
    assert sentences(rules).bounds == (
        "所填数据须互相符合：投入合计不高于本年度营业收入。不符合的须先核对更正。"
        "其中：投入合计＝下列各项之和：1. 本年度研发投入；2. 本年度研发投入。"
    )


def test_a_limit_of_facts_is_one_of_facts_and_one_over_awards_is_not():
    limited = {"node": "cap", "of": SPENT, "limit": REVENUE}
    yearly = limited | {"scope": "year"}
    assert check(rules_with(NOT_MORE | {"left": limited})) == []
    assert [each.code for each in check(rules_with(NOT_MORE | {"left": yearly}))] == ["bound_not_of_facts"]


def test_bounds_are_checked_and_said():
    def codes(*bounds: Any) -> list[str]:
        return [problem.code for problem in check(rules_with(*bounds))]

    ten = {"node": "fixed", "value": "10", "unit": "人"}
    decided = {"node": "decided", "decision": "set", "by": "局", "max": REVENUE}
    assert codes(NOT_MORE, BEFORE) == []
    assert codes(NOT_MORE | {"right": ten}) == ["units_differ"]
    assert codes(NOT_MORE | {"left": {"node": "fact", "fact": "guests"}}) == ["undeclared_fact"]
    assert codes(NOT_MORE | {"right": decided}) == ["bound_not_of_facts"]
    assert codes(NOT_MORE | {"left": ten, "right": ten | {"value": "9"}}) == ["bound_without_facts"]
    assert codes(NOT_MORE | {"left": REVENUE}) == ["bound_of_itself"]
    told = sentences(rules_with(NOT_MORE, BEFORE)).bounds
    assert told == (
        "所填数据须互相符合：1. 本年度研发投入不高于本年度营业收入；2. 本年度认定日期不晚于申报之日。不符合的须先核对更正。"
    )
    assert str(guide_sentences(rules_with(NOT_MORE, BEFORE))["conditions"]).endswith(told)
    assert sentences(item_rules()).bounds == ""


@given(eligibilities(), amounts(), sheets_with_less())
def test_a_bound_never_changes_an_answer_but_to_undetermined(
    condition: Any, amount: Any, sheets: tuple[FactSheet, FactSheet]
):
    plain = item_rules(eligibility=condition, amount=amount)
    bound = item_rules(eligibility=condition, amount=amount, bounds=[NOT_MORE])
    for known in sheets:
        one, other = assess(bound, known, TODAY), assess(plain, known, TODAY)
        broken = any(each.why == "contradicts" for each in one.verdict.missing)
        if broken:
            assert one.verdict.state is State.UNDETERMINED
            assert one.amount.money is None
        else:
            assert one == other


@given(full_sheets(), st.permutations([NOT_MORE, BEFORE]))
def test_the_order_of_bounds_changes_no_state(known: FactSheet, bounds: list[object]):
    one = assess(rules_with(NOT_MORE, BEFORE), known, TODAY).verdict
    other = assess(rules_with(*bounds), known, TODAY).verdict
    assert (one.state, set(one.missing)) == (other.state, set(other.missing))
