"""Row by row: each person, project or loan on its own, then added up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.money import Money
from contracts.rule import Amount, AmountRule, Each, Fact, FactType
from rules import check, sentence
from rules.amounts import compute_amount
from tests.unit.rules.rule_writing import AS_OF, FACT_TYPES, TODAY, condition, fact, item_rules, sheet

TYPES = {
    **FACT_TYPES,
    "wages": FactType(name="wages", label="每人工资", kind="numbers", unit="元"),
    "months": FactType(name="months", label="每人月数", kind="numbers", unit="月"),
    "posts": FactType(
        name="posts",
        label="每人岗位",
        kind="codes",
        codes=[{"code": "a", "label": "普通"}, {"code": "b", "label": "关键"}],
    ),
}
AMOUNT: TypeAdapter[AmountRule] = TypeAdapter(AmountRule)
WAGE = {"node": "fact", "fact": "wages", "period": "Y"}
CAPPED = {"node": "cap", "of": WAGE, "limit": {"node": "fixed", "value": "3000", "unit": "元"}}


def listed(name: str, *values: str, unit: str | None = "元", **more: object) -> Fact:
    kind = "numbers" if unit else "codes"
    return fact(name, kind, values, **{"unit": unit, **more} if unit else more)


def each(of: object, *rows: str, most: int | None = None, **more: object) -> Each:
    named = [{"fact": row, "period": "Y"} for row in rows or ("wages",)]
    rule = {"node": "each", "rows": named, "called": "名", "of": of, "most": most, **more}
    found = AMOUNT.validate_python(rule)
    assert isinstance(found, Each)
    return found


def amount(rule: Each, *facts: Fact) -> Amount:
    found = compute_amount(rule, sheet(*facts), TODAY, TYPES)
    if found.money is not None:
        assert Money.total(line.value for line in found.working) == found.money
    return found


def problems(rule: object) -> list[str]:
    rules = item_rules(fact_types=tuple(TYPES.values()), amount=rule)
    return [problem.code for problem in check(rules)]


def test_a_limit_per_person_holds_for_each_and_not_for_all_together():
    found = amount(each(CAPPED), listed("wages", "3500", "2999.99", "10"))
    assert found.money == Money.from_yuan("6009.99")
    assert [line.text_zh for line in found.working] == [
        "第 1 名：2025年度每人工资 3,500 元；封顶 3,000 元：2025年度每人工资 3,500 元 → 3,000 元",
        "第 2 名：2025年度每人工资 2,999.99 元；封顶 3,000 元：未超过",
        "第 3 名：2025年度每人工资 10 元；封顶 3,000 元：未超过",
        "逐一合计：共 3 名 = 6,009.99 元",
    ]


def test_only_the_highest_rows_count_where_the_text_says_so():
    found = amount(each(WAGE, most=2), listed("wages", "10", "30", "30", "20"))
    assert found.money == Money.from_yuan(60)
    assert [line.value.yuan_text() for line in found.working[:4]] == ["0.00", "30.00", "30.00", "0.00"]
    assert found.working[0].text_zh.endswith("（未计入）")


def test_conditions_and_lookups_inside_read_the_row():
    prices = [
        {"codes": [code], "then": {"node": "fixed", "value": value, "unit": "元"}}
        for code, value in (("a", "100"), ("b", "500"))
    ]
    of = {
        "node": "when",
        "condition": condition("wages", "ge", "30", "元").model_dump(),
        "then": {"node": "lookup", "fact": "posts", "period": "Y", "rows": prices},
    }
    facts = (listed("wages", "30", "29.99", "40"), listed("posts", "a", "b", "b", unit=None))
    assert amount(each(of, "wages", "posts"), *facts).money == Money.from_yuan(600)


def test_nobody_comes_to_nothing_and_a_missing_list_is_named():
    assert amount(each(WAGE), listed("wages")).money == Money(0)
    found = amount(each(WAGE))
    assert found.money is None
    assert [(each.name, each.why) for each in found.missing] == [("wages", "absent")]


def test_lists_of_different_length_are_never_added_up():
    of = {"node": "product", "of": [WAGE, {"node": "fixed", "value": "1", "unit": "倍"}]}
    facts = (listed("wages", "30", "40"), listed("months", "1", unit="月"))
    found = amount(each(of, "wages", "months"), *facts)
    assert found.money is None
    assert [(each.name, each.why) for each in found.missing] == [("months", "uneven")]
    assert [line.text_zh for line in found.working] == [
        "逐一合计：各项数据的项数不一致（2025年度每人工资 2 项、2025年度每人月数 1 项），不能逐名计算"
    ]


def test_a_number_where_a_list_is_asked_for_is_not_one_row():
    single = Fact(name="wages", kind="number", value="30", unit="元", period="2025", source="人社局", as_of=AS_OF)
    assert [each.why for each in amount(each(WAGE), single).missing] == ["wrong_kind"]


@pytest.mark.parametrize("value", [("1", "x"), ("1", "1e3"), "1", True])
def test_several_numbers_are_written_as_a_list_of_numbers(value: object):
    with pytest.raises(ValidationError):
        Fact(name="wages", kind="numbers", value=value, unit="元", source="人社局", as_of=AS_OF)
    with pytest.raises(ValidationError):
        Fact(name="wages", kind="numbers", value=("1",), source="人社局", as_of=AS_OF)


def test_what_only_a_whole_can_tell_is_refused_inside_a_row():
    limit = {"node": "fixed", "value": "3000", "unit": "元"}
    yearly = {"node": "cap", "scope": "year", "of": WAGE, "limit": limit}
    decided = {"node": "decided", "decision": "grant", "by": "人社局", "max": WAGE}
    assert problems(each(CAPPED)) == []
    assert problems(each(yearly)) == ["history_in_a_row"]
    assert problems(each({"node": "top_up", "of": WAGE})) == ["history_in_a_row"]
    assert problems(each(decided)) == ["decision_in_a_row"]


def test_a_list_is_used_as_it_was_listed_and_only_inside():
    assert problems(each({**WAGE, "period": "Y-1"})) == ["row_not_listed"]
    assert problems(each(WAGE, "wages", "wages")) == ["row_repeated"]
    assert problems(each(WAGE, "wages", "revenue")) == ["fact_not_a_list"]
    assert problems(WAGE) == ["fact_not_a_number"]
    assert problems(each({"node": "fact", "fact": "months", "period": "Y"}, "months")) == ["amount_not_money"]


def test_the_sentence_says_what_each_row_comes_to_and_what_the_cap_behind_it_is_about():
    rule = AMOUNT.validate_python(
        {
            "node": "cap",
            "of": each(CAPPED, most=3).model_dump(),
            "limit": {"node": "fixed", "value": "5", "unit": "万元"},
        }
    )
    assert sentence(rule, TYPES) == (
        "逐名计算后取最高的 3 名合计，每名为：本年度每人工资，最高不超过 3,000 元，以上合计最高不超过 5 万元。"
    )


@given(st.lists(st.integers(0, 9_999), max_size=8), st.integers(1, 8), st.integers(0, 5_000))
def test_rows_are_the_sum_of_the_highest_capped_ones(wages: list[int], most: int, limit: int):
    of = {"node": "cap", "of": WAGE, "limit": {"node": "fixed", "value": str(limit), "unit": "元"}}
    found = amount(each(of, most=most), listed("wages", *map(str, wages)))
    capped = sorted((min(wage, limit) for wage in wages), reverse=True)
    assert found.money == Money.from_yuan(sum(capped[:most]))
