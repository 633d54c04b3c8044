"""Figures that persons set: in which unit they fit, what they can never pay, and those without a maximum."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.item import PolicyItemContent
from contracts.money import Money
from contracts.rule import (
    Amount,
    AmountRule,
    Cap,
    CaseByCase,
    Decided,
    DecidedOpen,
    Decision,
    Difference,
    Fact,
    Highest,
    ItemRules,
    Lookup,
    LookupRow,
    Lowest,
    Mode,
    NamedFigure,
    NamedValue,
    PerUnit,
    Product,
    Quotient,
    Rate,
    Sum,
    Table,
    When,
)
from rules import assess, check, check_publication, compute_amount, sentence
from rules.decisions import asked_for, declared_in, fits, unfit, unit_asked
from tests.unit.rules.rule_writing import FACT_TYPES, TODAY, condition, fixed, item_rules, number_fact, quantity, sheet
from tests.unit.rules.sample_files import ITEMS

SHARES, MULTIPLES = ("%", "‰", "个百分点", "BP", "个基点"), ("倍",)
MONEYS = ("分", "元", "百元", "千元", "万元", "亿元")
OTHERS = ("人", "亩", "平方米", "个月", "年", "元/人", "天", "美元", "台（套）")
UNITS = (*SHARES, *MULTIPLES, *MONEYS, *OTHERS)
REVENUE = number_fact("revenue", 1000, "万元")


def decision(value: str, unit: str, name: str = "bonus") -> Decision:
    return Decision(name=name, value=value, unit=unit, by="评审组", on="2026-03-01")


def amount(rule: AmountRule, *facts: Fact, **more: Any) -> Amount:
    return compute_amount(rule, sheet(*facts), TODAY, FACT_TYPES, **more)


def up_to(value: object, unit: str, **more: Any) -> Decided:
    return Decided(decision="bonus", by="评审组", max=fixed(value, unit), **more)


RATE = Rate(base=quantity("revenue"), rate=up_to(5, "%"))
MONEY = up_to(100, "万元")


def rules_of(rule: AmountRule, **more: Any) -> ItemRules:
    return item_rules(amount=rule, **more)


# -- units ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["7人", "7万元", "7倍", "0.1元", "3个月"])
def test_a_rate_in_a_wrong_unit_is_not_read_as_the_limit(wrong: str):
    value, unit = wrong.rstrip("人万元倍个月"), wrong.lstrip("0123456789.")
    found = amount(RATE, REVENUE, decisions=[decision(value, unit)])
    assert (found.state, found.highest) == ("undetermined", Money.from_yuan(500_000))
    (missing,) = found.missing
    assert (missing.kind, missing.why) == ("decision", "wrong_unit")
    assert "应以比例核定（%、‰）" in missing.label
    assert f"不能以“{unit}”计" in missing.label


def test_a_share_where_money_is_asked_for_is_told_and_not_dropped():
    found = amount(MONEY, decisions=[decision("50", "%")])
    (missing,) = found.missing
    assert (missing.why, found.money) == ("wrong_unit", None)
    assert "应以金额核定（万元、元）" in missing.label
    assert any("应以金额核定" in line.text_zh for line in found.working)


@pytest.mark.parametrize(
    ("given_in", "asked", "fit"),
    [
        *[(one, other, True) for one in SHARES for other in SHARES],
        *[(one, other, True) for one in MONEYS for other in MONEYS],
        *[(one, "倍", False) for one in SHARES],
        *[("倍", other, False) for other in SHARES],
        ("倍", "倍", True),
        ("万倍", "倍", True),
        ("人", "名", False),
        ("亩", "平方米", True),
        ("年", "个月", True),
        ("天", "个月", False),
        ("美元", "元", False),
        ("元/人", "元", False),
        ("万元/人", "元/人", True),
    ],
)
def test_shares_fit_shares_money_fits_money_and_a_multiple_only_a_multiple(given_in: str, asked: str, fit: bool):
    assert fits(given_in, asked) is fit


BOTH = When(condition=condition("above_scale", "is_true"), then=fixed(5, "%"), otherwise=fixed(3, "%"))


@pytest.mark.parametrize(
    ("most", "asked"),
    [
        (fixed(100, "万元"), "万元"),
        (fixed(5, "%"), "%"),
        (fixed(2, "倍"), "倍"),
        (fixed(30, "人"), "人"),
        (quantity("revenue"), "万元"),
        (BOTH, "%"),
        (Rate(base=quantity("revenue"), rate=fixed(3, "%")), "万元"),
        (Rate(base=fixed(10, "%"), rate=fixed(2, "倍")), "%"),
        (PerUnit(quantity=fixed(3, "人"), price=fixed(2, "万元/人")), "元"),
        (Quotient(of=quantity("revenue"), by=fixed(1, "万元")), "%"),
        (Table(by=quantity("rd_ratio"), unit="%", bands=[{"low": "5", "then": fixed(2, "倍")}]), "倍"),
        (Lookup(fact="grade", rows=[LookupRow(codes=("a",), then=fixed(2, "‰"))]), "‰"),
        (Highest(of=[fixed(1, "万元"), quantity("revenue")]), "万元"),
        (Product(of=[fixed(2, "倍"), fixed(50, "%")]), "%"),
        (Product(of=[fixed(50, "%"), fixed(3, "万元")]), "万元"),
        (Product(of=[fixed(3, "万元"), fixed(50, "%")]), "万元"),
        (Product(of=[fixed(50, "‰"), fixed(50, "%")]), "‰"),
        (
            Table(by=quantity("revenue"), unit="万元", basis="marginal", bands=[{"low": "5", "then": fixed(2, "%")}]),
            "万元",
        ),
        (When(condition=condition("above_scale", "is_true"), then=fixed(5, "%")), "%"),
    ],
)
def test_the_unit_asked_for_is_that_of_the_maximum(most: AmountRule, asked: str):
    rules = rules_of(Decided(decision="bonus", by="评审组", max=most))
    assert unit_asked(asked_for(rules)["bonus"], declared_in(rules)) == asked


def test_a_named_maximum_has_the_unit_of_what_it_stands_for():
    most = NamedValue(name="most", label="最高奖励", of=fixed(100, "万元"))
    node = Decided(decision="bonus", by="评审组", max=NamedFigure(value="most"))
    rules = rules_of(node, values=[most])
    assert unit_asked(asked_for(rules)["bonus"], declared_in(rules)) == "万元"


def test_a_rule_may_say_itself_in_which_unit_it_is_set():
    node = Decided(decision="bonus", by="评审组", max=fixed(50_000, "元"), unit="万元")
    rules = rules_of(node)
    assert check(rules) == []
    assert unit_asked(node, declared_in(rules)) == "万元"
    wrong = rules_of(Decided(decision="bonus", by="评审组", max=fixed(5, "万元"), unit="倍"))
    assert [(each.code, each.where) for each in check(wrong)] == [("unit_unfit", "/amount/unit")]
    mixed = rules_of(Rate(base=quantity("revenue"), rate=up_to(2, "倍", min=fixed(5, "%"))))
    assert [(each.code, each.where) for each in check(mixed)] == [("unit_unfit", "/amount/rate/min")]


def test_every_reason_against_decisions_is_told_at_its_place():
    rules = rules_of(
        Sum(of=[MONEY, Rate(base=quantity("revenue"), rate=Decided(decision="share", by="局", max=fixed(5, "%")))])
    )
    found = unfit(
        rules,
        [decision("-1", "人"), decision("5", "万圆", "share"), decision("1", "%", "nobody"), decision("1", "元")],
    )
    assert [(each.code, each.where) for each in found] == [
        ("decision_unit_unfit", "/0/unit"),
        ("decision_negative", "/0/value"),
        ("decision_unit_unfit", "/1/unit"),
        ("decision_not_asked", "/2/name"),
        ("decision_given_twice", "/3/name"),
    ]
    assert "是不是“万元”" in found[2].text_zh
    assert "有：bonus、share" in found[3].text_zh
    assert unfit(rules, [decision("900", "万元"), decision("90", "‰", "share")]) == [], "above the maximum is cut to it"
    assert unfit(rules, [decision("0", "万元"), decision("0.5", "%", "share")]) == [], (
        "nothing is not less than nothing"
    )


@given(
    st.sampled_from([fixed(100, "万元"), fixed(5, "%"), fixed(2, "倍"), fixed(30, "人"), fixed(3, "元/人")]),
    st.sampled_from(UNITS),
    st.decimals(-5, 10**7, places=2),
)
def test_a_decision_in_any_unit_either_fits_or_is_refused_and_never_pays_more_than_its_maximum(
    most: Any, unit: str, value: Any
):
    node = Decided(decision="bonus", by="评审组", max=most)
    paying: dict[str, AmountRule] = {
        "%": Rate(base=fixed(200, "万元"), rate=node),
        "倍": Rate(base=fixed(200, "万元"), rate=node),
        "人": PerUnit(quantity=node, price=fixed(1000, "元/人")),
        "元/人": PerUnit(quantity=fixed(10, "人"), price=node),
        "万元": node,
    }
    rule = paying[most.unit]
    rules = rules_of(rule)
    set_at = decision(f"{value:f}", unit)
    against = unfit(rules, [set_at])
    found = assess(rules, sheet(), TODAY, decisions=[set_at]).amount
    assert (found.money is None) == bool(against), "what is refused is not read, and what is read was not refused"
    ends = amount(rule)
    assert ends.highest is not None
    if found.money is not None:
        assert fits(unit, most.unit)
        assert found.money <= ends.highest
    else:
        (missing,) = found.missing
        assert (missing.kind, missing.name) == ("decision", "bonus")


# -- without a maximum ---------------------------------------------------------------------------------------

OPEN = DecidedOpen(decision="bonus", by="专班", unit="万元")
OPEN_RATE = DecidedOpen(decision="bonus", by="专班", unit="%")
CAPPED = Cap(of=Rate(base=quantity("revenue"), rate=OPEN_RATE), limit=fixed(100, "万元"))
GROUNDS: dict[str, Any] = {
    "legal_basis": "《浏阳市招商引资若干规定》（浏政发〔2025〕3号）第十条",
    "fair_competition": {"conclusion": "exception", "basis": "《公平竞争审查条例》第十二条", "date": "2026-01-10"},
    "minutes": {"reference": "市政府常务会议纪要〔2026〕3号", "date": "2026-02-01"},
    "ceiling": {"limit": "500", "unit": "万元", "basis": "市财政局财预〔2026〕8号"},
}
BY_CASE = DecidedOpen(decision="bonus", by="专班", unit="万元", grounds=CaseByCase.model_validate(GROUNDS))


def test_a_rate_without_a_maximum_waits_for_its_decision_within_the_cap_around_it():
    found = amount(CAPPED, REVENUE)
    assert (found.state, found.lowest, found.highest) == ("undetermined", Money(0), Money.from_yuan(1_000_000))
    assert [(each.name, each.kind, each.why) for each in found.missing] == [("bonus", "decision", "absent")]
    assert amount(CAPPED, REVENUE, decisions=[decision("3", "%")]).money == Money.from_yuan(300_000)
    assert amount(CAPPED, REVENUE, decisions=[decision("90", "%")]).money == Money.from_yuan(1_000_000)
    wrong = amount(CAPPED, REVENUE, decisions=[decision("3", "倍")])
    assert ([each.why for each in wrong.missing], wrong.highest) == (["wrong_unit"], Money.from_yuan(1_000_000))


def test_there_is_no_range_where_nothing_bounds_it_or_a_fact_is_missing():
    for rule in (OPEN, CAPPED):
        found = amount(rule)
        assert (found.state, found.lowest, found.highest) == ("undetermined", None, None)


@pytest.mark.parametrize("between", ["sum", "rate", "lowest"])
def test_a_cap_bounds_it_whatever_stands_between(between: str):
    inside: dict[str, AmountRule] = {
        "sum": Sum(of=[fixed(3, "万元"), OPEN]),
        "rate": Rate(base=OPEN, rate=fixed(50, "%")),
        "lowest": Lowest(of=[OPEN, fixed(90, "万元")]),
    }
    rule = Cap(of=inside[between], limit=fixed(80, "万元"))
    assert check(rules_of(rule)) == []
    found = amount(rule)
    lowest = Money.from_yuan(30_000 if between == "sum" else 0)
    assert (found.lowest, found.highest) == (lowest, Money.from_yuan(800_000))


def test_the_lower_of_two_bounds_it_as_a_cap_does():
    rule = Lowest(of=[OPEN, fixed(90, "万元")])
    assert check(rules_of(rule)) == []
    assert amount(rule).highest == Money.from_yuan(900_000)
    neither = Lowest(of=[OPEN, DecidedOpen(decision="other", by="专班", unit="万元")])
    assert {each.code for each in check(rules_of(neither))} == {"open_decision_unbounded"}


def test_a_figure_that_is_open_bounds_nothing_however_deep_it_stands():
    other = Rate(base=quantity("revenue"), rate=DecidedOpen(decision="other", by="专班", unit="%"))
    half = Rate(base=OPEN, rate=fixed(50, "%"))
    assert {each.code for each in check(rules_of(Lowest(of=[half, other])))} == {"open_decision_unbounded"}


def test_a_minimum_that_nobody_knows_is_what_is_missing():
    least = DecidedOpen(decision="bonus", by="专班", unit="万元", min=quantity("revenue"))
    assert [each.name for each in amount(Cap(of=least, limit=fixed(50, "万元"))).missing] == ["revenue"]


def test_a_figure_without_a_name_is_called_decided():
    capped = Cap(of=OPEN, limit=fixed(50, "万元"))
    assert amount(capped, decisions=[decision("10", "万元")]).working[0].text_zh.startswith("核定（专班")


def test_its_minimum_is_the_lower_end_and_below_it_is_decided_anew():
    rule = Cap(of=DecidedOpen(decision="bonus", by="专班", unit="万元", min=fixed(20, "万元")), limit=fixed(50, "万元"))
    assert amount(rule).lowest == Money.from_yuan(200_000)
    found = amount(rule, decisions=[decision("10", "万元")])
    assert found.money is None
    assert "低于下限，须重新核定" in found.missing[0].label


def test_case_by_case_is_never_cut_to_the_ceiling_of_finance():
    found = amount(BY_CASE)
    assert (found.lowest, found.highest) == (Money(0), Money.from_yuan(5_000_000))
    assert amount(BY_CASE, decisions=[decision("500", "万元")]).money == Money.from_yuan(5_000_000)
    beyond = amount(BY_CASE, decisions=[decision("500.01", "万元")])
    assert beyond.money is None
    assert "超过财政限额 500 万元，须重新决策" in beyond.missing[0].label


@given(st.decimals(0, 10**6, places=2), st.sampled_from(UNITS))
def test_no_open_decision_pays_more_than_its_ceiling_or_the_cap_around_it(value: Any, unit: str):
    set_at = decision(f"{value:f}", unit)
    for rule, most in ((BY_CASE, 5_000_000), (Cap(of=OPEN, limit=fixed(80, "万元")), 800_000)):
        found = amount(rule, decisions=[set_at])
        assert found.money is None or (found.money <= Money.from_yuan(most) and unit in MONEYS)


@pytest.mark.parametrize(
    ("rule", "code", "where"),
    [
        (OPEN, "open_decision_unbounded", "/amount"),
        (Sum(of=[Cap(of=OPEN, limit=fixed(5, "万元")), DecidedOpen(decision="b2", by="局", unit="元")]), "open_decision_unbounded", "/amount/of/1"),
        (Cap(of=fixed(5, "万元"), limit=OPEN), "open_decision_unbounded", "/amount/limit"),
        (Decided(decision="d1", by="局", max=OPEN), "open_decision_unbounded", "/amount/max"),
        (Cap(of=Difference(of=fixed(9, "万元"), less=OPEN), limit=fixed(9, "万元")), "open_decision_misplaced", "/amount/of/less"),
        (Cap(of=Table(by=OPEN, unit="万元", bands=[{"then": fixed(1, "万元")}]), limit=fixed(9, "万元")), "open_decision_misplaced", "/amount/of/by"),
        (Cap(of=DecidedOpen(decision="b2", by="局", unit="万元", min=fixed(5, "%")), limit=fixed(9, "万元")), "unit_unfit", "/amount/of/min"),
        (Cap(of=DecidedOpen(decision="b2", by="局", unit="万圆"), limit=fixed(9, "万元")), "unknown_unit", "/amount/of/unit"),
    ],
)  # fmt: skip
def test_what_bounds_nothing_is_refused(rule: AmountRule, code: str, where: str):
    assert (code, where) in [(each.code, each.where) for each in check(rules_of(rule))]


def item(mode: str = "committed", **grounds: Any) -> PolicyItemContent:
    written = next(each for each in ITEMS.values() if each.rules.plan.mode == "committed")
    node = OPEN.model_copy(update={"grounds": CaseByCase.model_validate({**GROUNDS, **grounds})})
    rules = rules_of(node).model_copy(
        update={"plan": written.rules.plan.model_copy(update={"mode": Mode(mode), "form_fields": ()})}
    )
    return written.model_copy(update={"rules": rules})


def test_case_by_case_is_published_with_all_its_grounds():
    assert check_publication(item()) == []


@pytest.mark.parametrize(
    ("against", "expected"),
    [
        ({"mode": "instant"}, ("case_by_case_not_committed", "/rules/plan/mode")),
        (
            {"fair_competition": {**GROUNDS["fair_competition"], "conclusion": "not_required"}},
            ("case_by_case_review", "/rules/amount/grounds/fair_competition/conclusion"),
        ),
        (
            {"fair_competition": {**GROUNDS["fair_competition"], "conclusion": "doubtful"}},
            ("case_by_case_review", "/rules/amount/grounds/fair_competition/conclusion"),
        ),
        (
            {"minutes": {**GROUNDS["minutes"], "reference": "暂无"}},
            ("case_by_case_without_basis", "/rules/amount/grounds/minutes/reference"),
        ),
        ({"legal_basis": "无"}, ("case_by_case_without_basis", "/rules/amount/grounds/legal_basis")),
        (
            {"ceiling": {**GROUNDS["ceiling"], "unit": "%"}},
            ("ceiling_unit_unfit", "/rules/amount/grounds/ceiling/unit"),
        ),
        (
            {"ceiling": {**GROUNDS["ceiling"], "limit": "0"}},
            ("ceiling_not_positive", "/rules/amount/grounds/ceiling/limit"),
        ),
    ],
)
def test_without_one_of_its_grounds_it_is_not_published(against: dict[str, Any], expected: tuple[str, str]):
    assert [(each.code, each.where) for each in check_publication(item(**against))] == [expected]


def test_all_that_is_lacking_is_told_at_once():
    lacking = item(
        "instant",
        legal_basis="不详",
        fair_competition={**GROUNDS["fair_competition"], "conclusion": "doubtful"},
        ceiling={**GROUNDS["ceiling"], "unit": "%", "limit": "-1"},
    )
    assert len({each.code for each in check_publication(lacking)}) == 5


def test_it_is_said_in_words():
    assert "由专班核定（以“%”计）" in sentence(CAPPED, FACT_TYPES)
    said = sentence(BY_CASE, FACT_TYPES)
    assert said.startswith("由专班一事一议核定，财政限额 500 万元，依据市财政局财预〔2026〕8号，超过的须重新决策")
    assert "市政府常务会议纪要〔2026〕3号" in said
