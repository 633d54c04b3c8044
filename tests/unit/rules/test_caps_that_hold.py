"""A cap over earlier awards holds all that is paid: the check tells what would add to what it lets through."""

from __future__ import annotations

import pytest

from contracts.money import Money
from contracts.rule import (
    AmountRule,
    AtLeast,
    Award,
    AwardHistory,
    Cap,
    Counted,
    NamedFigure,
    NamedValue,
    Rate,
    Rounded,
    Sum,
)
from rules import assess, check
from tests.unit.rules.rule_writing import TODAY, fixed, item_rules, sheet


def wan(value: int, name: str | None = None) -> AmountRule:
    return fixed(value, "万元").model_copy(update={"name": name})


def lifetime(asked: int, most: int, name: str | None = None, **counted: object) -> Cap:
    said = Counted(**counted) if counted else None
    return Cap(scope="lifetime", of=wan(asked), limit=wan(most), counted=said, name=name)


def problems(amount: AmountRule, **more: object) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in check(item_rules(amount=amount, **more))]


@pytest.mark.parametrize(
    ("amount", "problem"),
    [
        (AtLeast(of=lifetime(90, 80), floor=wan(20)), ("floor_above_cap", "/amount/of")),
        (AtLeast(of=Sum(of=(lifetime(90, 80), wan(1))), floor=wan(20)), ("floor_above_cap", "/amount/of")),
        (Rate(base=lifetime(90, 80), rate=fixed(200, "%")), ("cap_multiplied", "/amount/base")),
        (Sum(of=(lifetime(50, 80), lifetime(50, 80))), ("caps_share_awards", "/amount/of/1")),
    ],
)
def test_what_would_pay_more_than_a_cap_allows_is_told_where_it_stands(amount: AmountRule, problem: tuple[str, str]):
    assert problems(amount) == [problem]


def test_one_capped_value_that_is_added_to_itself_is_told_too():
    capped = NamedValue(name="capped", label="封顶后的数", of=lifetime(50, 80))
    twice = Sum(of=(NamedFigure(value="capped"), NamedFigure(value="capped")))
    assert problems(twice, values=(capped,)) == [("caps_share_awards", "/amount/of/1")]


@pytest.mark.parametrize(
    "amount",
    [
        lifetime(90, 80),
        Cap(scope="lifetime", of=AtLeast(of=wan(90), floor=wan(20)), limit=wan(80)),
        Cap(scope="lifetime", of=Rate(base=wan(90), rate=fixed(200, "%")), limit=wan(80)),
        AtLeast(of=Cap(of=wan(90), limit=wan(80)), floor=wan(20)),
        Rounded(of=lifetime(90, 80), to="1", unit="万元", rounding="down"),
        Sum(of=(lifetime(50, 80, "甲", parts=("甲",)), lifetime(50, 80, "乙", parts=("乙",)))),
        Sum(of=(lifetime(50, 80), wan(5))),
    ],
)
def test_a_cap_that_holds_all_or_its_own_part_is_sound(amount: AmountRule):
    assert problems(amount) == []


def test_what_is_told_would_indeed_be_paid_above_the_cap():
    """The floor of a used-up cap, and twice the room that is left: so the check is about money."""
    had = Award(family="A", level="city", year=2024, money=Money.from_yuan(800_000), granted_on="2024-12-01")
    history = AwardHistory(family="A", awards=(had,))
    floor = item_rules(amount=AtLeast(of=lifetime(90, 80), floor=wan(20)))
    assert assess(floor, sheet(), TODAY, awards=history).amount.money == Money.from_yuan(200_000)


def test_a_receivers_most_is_of_one_payment_and_not_of_each_instalment():
    payees = {
        "node": "payees",
        "parts": [
            {"who": "management_team", "label": "团队", "fraction": "1/2", "most": {"node": "fixed", "value": "5", "unit": "万元"}},
            {"who": "applicant", "label": "企业"},
        ],
    }  # fmt: skip
    parts = [
        {"label": "第一年", "fraction": "1/2"},
        {"label": "第二年", "fraction": "1/2", "due_year": 1},
    ]
    assert problems(wan(40), payees=payees) == []
    found = problems(wan(40), payees=payees, instalments={"node": "instalments", "parts": parts})
    assert found == [("most_of_each_instalment", "/payees/parts/0/most")]
