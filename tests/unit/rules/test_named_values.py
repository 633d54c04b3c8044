"""Named values: defined once, used everywhere, the same as the tree that they stand for."""

from __future__ import annotations

from ast import literal_eval
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import AwardHistory, Decision, FactSheet, FactType, ItemRules, State
from rules import assess, check, compute_amount, evaluate_eligibility, guide_sentences, part_amount, sentences
from rules.facts import reader_of
from rules.named import NoSuchValue
from rules.stacking import key_facts
from tests.unit.rules.rule_writing import (
    FACT_TYPES,
    TODAY,
    amounts,
    eligibilities,
    fact,
    item_rules,
    number_fact,
    quantity,
    sheet,
    sheets_with_less,
)

ELIGIBILITY_NODES = {"condition", "compare", "compare_dates", "compound_growth", "all", "any", "n_of", "not"}
RENT = {"node": "fact", "fact": "revenue", "period": "Y"}
YUAN = {"node": "fixed", "value": "10", "unit": "元/人"}
HEADS = {"node": "fact", "fact": "heads", "period": "Y"}
PAYABLE = {
    "name": "payable",
    "label": "可补贴租金",
    "of": {"node": "lowest", "of": [RENT, {"node": "per_unit", "quantity": HEADS, "price": YUAN}]},
}


def use(which: str = "payable", **more: object) -> dict[str, Any]:
    return {"node": "value", "value": which, **more}


def share(percent: int, base: object = None) -> dict[str, Any]:
    return {
        "node": "rate",
        "base": base or use(),
        "rate": {"node": "fixed", "value": str(percent), "unit": "%"},
    }


def rules_with(**parts: object) -> ItemRules:
    return item_rules(**{"values": [PAYABLE], "amount": share(50)} | parts)


def codes(rules: ItemRules) -> list[str]:
    return [problem.code for problem in check(rules)]


def places(rules: ItemRules) -> list[tuple[str, str]]:
    return [(problem.code, problem.where) for problem in check(rules)]


FACTS = (
    number_fact("revenue", "3000", "元"),
    number_fact("heads", "200", "人"),
    fact("above_scale", "flag", True),
)


def lines(rules: ItemRules, *facts: object) -> list[str]:
    return [line.text_zh for line in assess(rules, sheet(*(facts or FACTS)), TODAY).amount.working]


# -- what they come to -------------------------------------------------------------------------------------


def test_a_value_is_worked_out_once_and_printed_once():
    rules = rules_with(amount={"node": "sum", "of": [share(50), share(10)]})
    assert check(rules) == []
    found = assess(rules, sheet(*FACTS), TODAY)
    assert found.amount.money == Money.from_yuan(1200)
    assert [line.text_zh for line in found.amount.working] == [
        "2025年度人数 200 人 × 10 元/人 = 2,000 元",
        "就低：2025年度营业收入 3,000 元、2,000 元，取 2,000 元",
        "可补贴租金 2,000 元",
        "可补贴租金 2,000 元 × 50% = 1,000 元",
        "可补贴租金 2,000 元 × 10% = 200 元",
        "合计 1,000 元 + 200 元 = 1,200 元",
    ]


def test_a_value_that_first_stands_in_a_condition_of_the_amount_is_still_told_where_it_is_read():
    condition = {
        "node": "compare",
        "left": use(),
        "operator": "ge",
        "right": {"node": "fixed", "value": "1", "unit": "元"},
    }
    rules = rules_with(amount={"node": "when", "condition": condition, "then": share(50)})
    told = lines(rules)
    assert "就低：2025年度营业收入 3,000 元、2,000 元，取 2,000 元" in told
    assert told.index("可补贴租金 2,000 元") < told.index("可补贴租金 2,000 元 × 50% = 1,000 元")


def test_the_lines_of_a_value_that_is_paid_as_it_is_add_up():
    found = assess(rules_with(amount=use()), sheet(*FACTS), TODAY).amount
    assert found.money == Money.from_yuan(2000)
    assert Money.total(line.value for line in found.working) == found.money


def test_what_a_value_lacks_is_named_by_verdict_and_amount():
    least = {"node": "fixed", "value": "1", "unit": "元"}
    rules = rules_with(eligibility={"node": "compare", "left": use(), "operator": "ge", "right": least})
    found = assess(rules, sheet(number_fact("revenue", "3000", "元")), TODAY)
    assert found.verdict.state is State.UNDETERMINED
    assert [each.name for each in found.verdict.missing] == ["heads"]
    assert [each.name for each in found.amount.missing] == ["heads"]
    assert found.verdict.reasons[0].fact == "revenue"
    assert found.verdict.reasons[0].text_zh.startswith("可补贴租金不低于 1 元")


def test_a_value_inside_each_is_that_of_the_row_where_it_looks_at_the_list():
    types = (*FACT_TYPES.values(), FactType(name="wages", label="每人工资", kind="numbers", unit="元"))
    base = {
        "name": "base",
        "label": "计算基数",
        "of": {"node": "lowest", "of": [{"node": "fact", "fact": "wages", "period": "Y"}, use("most")]},
    }
    most = {
        "name": "most",
        "label": "每人上限",
        "of": {"node": "quotient", "of": RENT, "by": {"node": "fixed", "value": "3", "unit": "倍"}},
    }
    rows = [{"fact": "wages", "period": "Y"}]
    amount = {
        "node": "each",
        "called": "名",
        "rows": rows,
        "of": {"node": "sum", "of": [share(50, use("base")), share(50, use("base"))]},
    }
    rules = item_rules(fact_types=types, values=[most, base], amount=amount)
    assert check(rules) == []
    wages = fact("wages", "numbers", ("400", "2000", "1000.5"), unit="元")
    found = assess(rules, sheet(number_fact("revenue", "3000", "元"), wages), TODAY).amount
    assert found.money == Money.from_yuan("2400")
    told = [line.text_zh for line in found.working]
    assert told[0] == (
        "第 1 名：2025年度营业收入 3,000 元 ÷ 3 倍 = 1,000 元；每人上限 1,000 元；"
        "就低：2025年度每人工资 400 元、每人上限 1,000 元，取 2025年度每人工资 400 元；计算基数 400 元；"
        "计算基数 400 元 × 50% = 200 元；计算基数 400 元 × 50% = 200 元；合计 200 元 + 200 元 = 400 元"
    )
    assert "每人上限 1,000 元；就低" not in told[1], "what is the same in all rows is told once"
    assert told[1].count("计算基数 1,000 元；") == 1


def test_a_name_of_a_part_stands_before_that_of_the_value():
    rules = rules_with(amount={"node": "sum", "of": [use(name="基础奖"), share(10, use(name="基数"))]})
    assert lines(rules)[3:] == [
        "基础奖：可补贴租金 2,000 元",
        "基数 2,000 元 × 10% = 200 元",
        "合计 基础奖 2,000 元 + 200 元 = 2,200 元",
    ]
    assert sentences(rules).amount.startswith(
        "下列各项之和：1. 基础奖：可补贴租金；2. 基数（可补贴租金）的 10%。其中：可补贴租金＝"
    )


SET = {"node": "decided", "decision": "set", "by": "局", "max": {"node": "fixed", "value": "1", "unit": "万元"}}
YEARLY = {"node": "cap", "scope": "year", "of": RENT, "limit": {"node": "fixed", "value": "2", "unit": "千元"}}


@pytest.mark.parametrize("tree", [SET, YEARLY, {"node": "lowest", "of": [SET, YEARLY]}])
@pytest.mark.parametrize("awards", [None, AwardHistory(family="A")])
@pytest.mark.parametrize("decided", [(), (Decision(name="set", value="3", unit="千元", by="局", on=TODAY),)])
def test_what_a_value_leaves_open_is_left_open_as_by_its_tree(
    tree: object, awards: AwardHistory | None, decided: tuple[Decision, ...]
):
    value = {"name": "open", "label": "未定", "of": tree}
    whole = {"node": "sum", "of": [use("open"), {"node": "difference", "of": RENT, "less": share(50, use("open"))}]}
    copied = {"node": "sum", "of": [tree, {"node": "difference", "of": RENT, "less": share(50, tree)}]}
    one, other = (
        assess(rules, sheet(*FACTS), TODAY, awards=awards, decisions=decided).amount
        for rules in (item_rules(values=[value], amount=whole), item_rules(amount=copied))
    )
    told = ("state", "money", "missing", "before_caps", "lowest", "highest")
    assert [getattr(one, each) for each in told] == [getattr(other, each) for each in told]
    assert [line.text_zh for line in one.working if "以上为" in line.text_zh] == [
        line.text_zh for line in other.working if "以上为" in line.text_zh
    ]


def test_values_are_known_to_caps_limits_instalments_payees_and_quotas():
    rules = rules_with(
        amount={"node": "cap", "scope": "year", "of": share(80, RENT), "limit": use()},
        instalments={
            "node": "instalments",
            "parts": [{"label": "一", "amount": share(50)}, {"label": "二", "amount": share(50)}],
        },
        payees={
            "node": "payees",
            "parts": [
                {"who": "graduate", "label": "毕业生", "amount": share(10)},
                {"who": "applicant", "label": "企业"},
            ],
        },
        quotas=[
            {
                "node": "quota",
                "pot": "10",
                "pot_unit": "万元",
                "measure": use(),
                "order": {"node": "ranked", "keys": [{"by": use()}]},
            }
        ],
    )
    assert check(rules) == []
    found = assess(rules, sheet(*FACTS), TODAY)
    assert found.amount.money == Money.from_yuan(1000)
    assert [line.money for line in found.payees] == [Money.from_yuan(200), Money.from_yuan(800)]


def _cut(draw: Any, node: Any, values: dict[str, str]) -> Any:
    """The tree with some of its amounts made values; equal trees become one."""
    if isinstance(node, list):
        return [_cut(draw, each, values) for each in node]
    if not isinstance(node, dict):
        return node
    found = {name: _cut(draw, each, values) for name, each in node.items()}
    if "node" not in found or found["node"] in ELIGIBILITY_NODES | {"date_fact", "day"} or not draw(st.booleans()):
        return found
    named = {"name": found["name"]} if "name" in found else {}  # what a part is called stands where it is used
    return {**use(values.setdefault(repr(found), f"v{len(values)}")), **named}


def _cut_up(draw: Any, tree: Any) -> tuple[Any, list[dict[str, Any]]]:
    texts: dict[str, str] = {}
    cut = _cut(draw, tree.model_dump(mode="json", exclude_none=True), texts)
    defined = [{"name": name, "label": f"值{name}", "of": literal_eval(text)} for text, name in texts.items()]
    return cut, defined[:60]


@given(amounts(), sheets_with_less(), st.data())
def test_a_value_is_the_same_as_its_tree_copied(tree: Any, sheets: tuple[FactSheet, FactSheet], data: Any):
    cut, defined = _cut_up(data.draw, tree)
    rules = item_rules(amount=cut, values=defined)
    plain = item_rules(amount=tree)
    assert codes(rules) == codes(plain)
    for facts in sheets:
        one, other = assess(rules, facts, TODAY).amount, assess(plain, facts, TODAY).amount
        assert (one.state, one.money, one.missing, one.lowest, one.highest) == (
            other.state,
            other.money,
            other.missing,
            other.lowest,
            other.highest,
        )
        if one.money is not None:
            assert Money.total(line.value for line in one.working) == one.money


@given(eligibilities(), sheets_with_less(), st.data())
def test_a_condition_on_values_is_the_same_as_on_their_trees(tree: Any, sheets: tuple[FactSheet, FactSheet], data: Any):
    cut, defined = _cut_up(data.draw, tree)
    rules, plain = item_rules(eligibility=cut, values=defined), item_rules(eligibility=tree)
    assert codes(rules) == codes(plain)
    for facts in sheets:
        one, other = assess(rules, facts, TODAY).verdict, assess(plain, facts, TODAY).verdict
        assert (one.state, set(one.missing)) == (other.state, set(other.missing))
        assert [each.state for each in one.reasons] == [each.state for each in other.reasons]
        assert [(each.fact, each.period) for each in one.reasons] == [
            (each.fact, each.period) for each in other.reasons
        ]


def test_values_that_double_again_and_again_are_worked_out_at_once():
    values = [{"name": "v0", "label": "零", "of": {"node": "fixed", "value": "1", "unit": "分"}}]
    for index in range(1, 15):
        inner = use(f"v{index - 1}")
        values.append({"name": f"v{index}", "label": f"值{index}", "of": {"node": "sum", "of": [inner, inner]}})
    rules = rules_with(values=values, amount=use("v14"))
    assert check(rules) == []
    assert assess(rules, sheet(*FACTS), TODAY).amount.money == Money(2**14)
    assert sentences(rules).amount.count("＝") == 15


def test_a_value_without_a_definition_is_an_error_of_the_rules_and_not_zero():
    with pytest.raises(NoSuchValue):
        compute_amount(rules_with().amount, sheet(*FACTS), TODAY, FACT_TYPES)
    values = rules_with().values_by_name
    assert compute_amount(
        rules_with().amount, sheet(*FACTS), TODAY, FACT_TYPES, values=values
    ).money == Money.from_yuan(1000)
    least = {"node": "compare", "left": use(), "operator": "ge", "right": {"node": "fixed", "value": "1", "unit": "元"}}
    condition = rules_with(eligibility=least).eligibility
    verdict = evaluate_eligibility(condition, sheet(*FACTS), TODAY, FACT_TYPES, values=values)
    assert verdict.state is State.MET


# -- what is wrong with them -------------------------------------------------------------------------------


def test_a_value_must_be_defined():
    assert places(rules_with(amount=share(50, use("rent")), values=[])) == [("unknown_value", "/amount/base/value")]


def test_a_value_uses_only_earlier_ones_so_there_is_no_circle():
    one = {"name": "one", "label": "甲", "of": use("two")}
    two = {"name": "two", "label": "乙", "of": use("one")}
    own = {"name": "own", "label": "丙", "of": use("own")}
    amount = {"node": "sum", "of": [use("two"), use("own")]}
    found = places(rules_with(values=[one, two, own], amount=amount))
    assert found == [("value_not_before", "/values/0/of/value"), ("value_not_before", "/values/2/of/value")]


def test_every_value_is_used_once_defined_and_told_apart():
    rules = rules_with(values=[PAYABLE, PAYABLE, {"name": "other", "label": "可补贴租金", "of": RENT}])
    assert places(rules) == [
        ("value_defined_twice", "/values/1/name"),
        ("value_label_repeated", "/values/1/label"),
        ("value_unused", "/values/2"),
        ("value_label_repeated", "/values/2/label"),
    ]


def test_units_count_through_values_and_faults_stand_at_the_definition():
    assert places(rules_with(amount=use("heads"), values=[{"name": "heads", "label": "计入人数", "of": HEADS}])) == [
        ("amount_not_money", "/amount")
    ]
    wrong = {"name": "wrong", "label": "错的", "of": {"node": "sum", "of": [HEADS, RENT]}}
    rules = rules_with(amount={"node": "sum", "of": [use("wrong"), use("wrong")]}, values=[wrong])
    assert places(rules) == [("units_differ", "/values/0/of/of/0")]


def test_levels_of_nesting_count_through_values():
    tree: dict[str, Any] = RENT
    for _ in range(20):
        tree = {"node": "sum", "of": [tree]}
    inner = {"name": "inner", "label": "内", "of": tree}
    around = use("inner")
    for _ in range(20):
        around = {"node": "sum", "of": [around]}
    assert codes(rules_with(values=[inner], amount=tree | {"of": [use("inner")]})) == []
    assert codes(rules_with(values=[inner], amount=around)) == ["tree_too_deep"]
    assert codes(rules_with(values=[inner, {"name": "outer", "label": "外", "of": around}], amount=use("outer"))) == [
        "tree_too_deep",
        "tree_too_deep",
    ]


def test_a_value_may_not_bring_into_a_row_what_does_not_belong_there():
    types = (*FACT_TYPES.values(), FactType(name="wages", label="每人工资", kind="numbers", unit="元"))
    decided = {"name": "set", "label": "核定数", "of": {"node": "decided", "decision": "set", "by": "局", "max": RENT}}
    before = {"name": "before", "label": "上年工资", "of": {"node": "fact", "fact": "wages", "period": "Y-1"}}
    amount = {
        "node": "each",
        "called": "名",
        "rows": [{"fact": "wages", "period": "Y"}],
        "of": {"node": "sum", "of": [use("set"), use("before")]},
    }
    found = codes(item_rules(fact_types=types, values=[decided, before], amount=amount))
    assert "decision_in_a_row" in found
    assert "row_not_listed" in found


# -- who reads a rule sees through them --------------------------------------------------------------------


def test_sentences_say_the_label_and_define_it_once():
    least = {"node": "compare", "left": use(), "operator": "ge", "right": {"node": "fixed", "value": "1", "unit": "元"}}
    told = sentences(rules_with(eligibility=least))
    assert (
        told.amount
        == "可补贴租金的 50%。其中：可补贴租金＝下列各项中取最低的一项：1. 本年度营业收入；2. 按本年度人数计，标准为 10 元/人。"
    )
    assert told.eligibility == "可补贴租金不低于 1 元。"
    guide = guide_sentences(rules_with(eligibility=least))
    assert str(guide["standard"]).count("可补贴租金＝") == 1
    assert "＝" not in str(guide["conditions"])


def test_named_parts_and_keys_inside_a_value_are_found():
    cap = {
        "node": "cap",
        "name": "租金补贴",
        "scope": "project",
        "of": RENT,
        "limit": {"node": "fixed", "value": "1", "unit": "万元"},
        "counted": {"key": {"fact": "grade"}},
    }
    rules = rules_with(
        values=[{"name": "part", "label": "补贴", "of": cap}], amount={"node": "sum", "of": [use("part")]}
    )
    assert key_facts(rules) == (("grade", None),)
    assert part_amount(rules, "租金补贴", reader_of(rules, sheet(*FACTS), TODAY)).money == Money.from_yuan(3000)
    assert quantity("revenue").model_dump(exclude_none=True) == RENT
