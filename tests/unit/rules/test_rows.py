"""Row by row: each person, project or loan on its own, then added up."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.money import Money
from contracts.rule import Amount, AmountRule, Each, Fact, FactSheet, FactType, ParameterType, ParameterValue
from rules import check, sentence
from rules.amounts import compute_amount
from rules.facts import FactReader
from rules.facts import given as given_besides
from rules.figures import figure
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


# -- lists of days ------------------------------------------------------------------------------------------

LOANS = {
    **TYPES,
    "loan": FactType(name="loan", label="每笔本金", kind="numbers", unit="元"),
    "loan_on": FactType(name="loan_on", label="每笔放款日", kind="dates"),
    "repaid_on": FactType(name="repaid_on", label="每笔还款日", kind="dates"),
    "first_on": FactType(name="first_on", label="放款日", kind="date"),
    "last_on": FactType(name="last_on", label="还款日", kind="date"),
    "principal": FactType(name="principal", label="本金", kind="number", unit="元"),
}
LPR = {
    "lpr": ParameterType(name="lpr", label="LPR", unit="%"),
}
FIGURES = tuple(
    ParameterValue(name="lpr", value=value, unit="%", valid_from=day, source="全国银行间同业拆借中心", as_of=day)
    for value, day in (("3.45", "2023-08-21"), ("3.1", "2024-10-21"), ("3.0", "2025-05-20"))
)


def interest(principal: str, since: str, until: str) -> dict[str, object]:
    begin, end = {"node": "date_fact", "fact": since}, {"node": "date_fact", "fact": until}
    return {
        "node": "interest",
        "principal": {"node": "fact", "fact": principal},
        "rate": {"node": "parameter", "parameter": "lpr", "on": begin},
        "term": {"node": "elapsed", "since": begin, "until": end, "unit": "天"},
    }


OF_LOANS = AMOUNT.validate_python(
    {
        "node": "each",
        "called": "笔",
        "rows": [{"fact": name} for name in ("loan", "loan_on", "repaid_on")],
        "of": interest("loan", "loan_on", "repaid_on"),
    }
)


def loans(*rows: tuple[int, str, str]) -> FactSheet:
    """One list of each; of one row also the single facts."""
    lists = [
        fact("loan", "numbers", tuple(str(row[0]) for row in rows), period=None, unit="元"),
        fact("loan_on", "dates", tuple(row[1] for row in rows), period=None),
        fact("repaid_on", "dates", tuple(row[2] for row in rows), period=None),
    ]
    return FactSheet(facts=lists, reference_year=2025, parameters=FIGURES)


def test_each_loan_is_reckoned_at_the_rate_of_its_own_day():
    known = loans((360_000, "2024-01-10", "2024-04-09"), (360_000, "2025-01-02", "2025-04-02"))
    found = compute_amount(OF_LOANS, known, TODAY, LOANS, parameters=LPR)
    assert found.money == Money.from_yuan("3105") + Money.from_yuan("2790")
    assert "LPR（2024-01-10）3.45%" in found.working[0].text_zh
    assert "LPR（2025-01-02）3.1%" in found.working[1].text_zh
    rules = item_rules(fact_types=tuple(LOANS.values()), parameters=tuple(LPR.values()), amount=OF_LOANS)
    assert check(rules) == []


def test_days_may_be_moved_compared_and_scheduled_in_a_row():
    since = {"node": "date_fact", "fact": "loan_on"}
    late = {"node": "compare_dates", "left": since, "operator": "ge", "right": {"node": "start_of", "period": "Y"}}
    steps = [{"years": 1, "then": {"node": "fact", "fact": "loan"}}]
    of = {
        "node": "when",
        "condition": {
            "node": "all",
            "of": [late, {"node": "condition", "fact": "repaid_on", "operator": "after", "value": "2025-06-30"}],
        },
        "then": {
            "node": "year_schedule",
            "since": {"node": "shifted", "day": since, "to": "next_month"},
            "by": "month",
            "steps": steps,
        },
    }
    rule = AMOUNT.validate_python(
        {
            "node": "each",
            "called": "笔",
            "rows": [{"fact": name} for name in ("loan", "loan_on", "repaid_on")],
            "of": of,
        }
    )
    rules = item_rules(fact_types=tuple(LOANS.values()), amount=rule)
    assert check(rules) == []
    known = loans(
        (1200, "2024-12-31", "2025-12-31"), (1200, "2025-06-05", "2025-06-30"), (1200, "2025-06-05", "2025-07-01")
    )
    assert compute_amount(rule, known, TODAY, LOANS).money == Money.from_yuan(600)


@pytest.mark.parametrize(
    ("operator", "negated", "said"),
    [
        ("ge", False, "每笔放款日不早于2024-01-01"),
        ("after", False, "每笔放款日晚于2024-01-01"),
        ("le", True, "每笔放款日晚于2024-01-01"),
    ],
)
def test_a_day_of_a_row_is_said_to_be_early_or_late_as_any_day(operator: str, negated: bool, said: str):
    asked = condition("loan_on", operator, "2024-01-01", period=None)
    whether = {"node": "not", "of": asked} if negated else asked
    of = {"node": "when", "condition": whether, "then": {"node": "fact", "fact": "loan"}}
    rows = [{"fact": "loan"}, {"fact": "loan_on"}]
    rule = AMOUNT.validate_python({"node": "each", "called": "笔", "rows": rows, "of": of})
    assert said in sentence(rule, LOANS).replace(" ", "")


def test_lists_of_days_of_another_length_are_named():
    known = loans((1, "2024-01-10", "2024-04-09"))
    more = fact("repaid_on", "dates", ("2024-04-09", "2024-05-09"), period=None)
    known = known.model_copy(update={"facts": (*known.facts[:2], more)})
    found = compute_amount(OF_LOANS, known, TODAY, LOANS, parameters=LPR)
    assert [(each.name, each.why) for each in found.missing] == [("repaid_on", "uneven")]


def test_a_list_of_days_is_no_day_by_itself():
    since = {"node": "date_fact", "fact": "loan_on"}
    elapsed = {"node": "elapsed", "since": since, "until": {"node": "today"}, "unit": "天"}
    amount = {"node": "per_unit", "quantity": elapsed, "price": {"node": "fixed", "value": "1", "unit": "元/天"}}
    rules = item_rules(fact_types=tuple(LOANS.values()), amount=amount)
    [problem] = check(rules)
    assert problem.code == "fact_not_a_date"
    assert problem.text_zh.endswith("是一串日期，只能在 each 里逐行使用，并列在 each 的 rows 中")
    found = compute_amount(rules.amount, loans((1, "2024-01-10", "2024-04-09")), TODAY, LOANS)
    assert [(each.name, each.why) for each in found.missing] == [("loan_on", "wrong_kind")]


def test_whether_a_list_of_days_is_there_can_be_asked_and_nothing_else():
    def codes(operator: str, value: object = None) -> list[str]:
        asked = condition("loan_on", operator, value, period=None)
        return [each.code for each in check(item_rules(fact_types=tuple(LOANS.values()), eligibility=asked))]

    assert codes("exists") == []
    assert codes("after", "2024-01-01") == ["operator_unfit"]
    assert codes("contains", "2024-01-01") == ["operator_unfit"]


DAY = st.dates(date(2023, 9, 1), date(2026, 3, 1))
ROWS = st.lists(st.tuples(st.integers(0, 10**7), DAY, st.integers(0, 400)), min_size=1, max_size=6)


@given(ROWS)
def test_each_with_days_is_the_sum_of_the_single_ones(rows: list[tuple[int, date, int]]):
    told = [(amount, since.isoformat(), (since + timedelta(days=days)).isoformat()) for amount, since, days in rows]
    together = figure(OF_LOANS, FactReader(loans(*told), TODAY, LOANS, given_besides(parameters=LPR))).value
    rule = AMOUNT.validate_python(interest("principal", "first_on", "last_on"))
    single = Fraction(0)
    for amount, since, until in told:
        facts = (
            fact("principal", "number", str(amount), period=None, unit="元"),
            fact("first_on", "date", since, period=None),
            fact("last_on", "date", until, period=None),
        )
        alone = FactSheet(facts=facts, reference_year=2025, parameters=FIGURES)
        single += figure(rule, FactReader(alone, TODAY, LOANS, given_besides(parameters=LPR))).value or 0
    assert together == single
