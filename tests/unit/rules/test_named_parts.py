"""Named parts of an amount: what each is paid, and what was granted before for one of them alone."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money, Rounding
from contracts.rule import (
    Amount,
    AmountRule,
    AtLeast,
    Cap,
    CapInOrder,
    Counted,
    DecidedOpen,
    Difference,
    Each,
    FactType,
    Highest,
    InKind,
    Lookup,
    LookupRow,
    NamedFigure,
    NamedValue,
    PartAmount,
    PerUnit,
    Rate,
    Rounded,
    RoundingRule,
    Sum,
    Table,
    Threshold,
    TopUp,
    When,
)
from rules import assess, check, sentence, sentences
from rules.parts import adding_up, in_fen
from tests.unit.rules.parts_writing import BOTH, MET, PROJECT, award, codes, own, paid, parts, tried, wan
from tests.unit.rules.rule_writing import (
    FACT_TYPES,
    TODAY,
    band,
    condition,
    fact,
    fixed,
    item_rules,
    number_fact,
    quantity,
    sheet,
)

# -- what each part is paid ---------------------------------------------------------------------------------


def test_the_terms_of_a_sum_are_the_parts_and_what_has_no_name_is_the_rest():
    assert parts(tried(item_rules(amount=BOTH))) == {"设备": 10, "厂房": 30}
    rest = Sum(of=[wan(10, "设备"), wan(5), Sum(of=[wan(1, "厂房"), wan(2, "设备")])])
    assert parts(tried(item_rules(amount=rest))) == {"设备": 12, None: 5, "厂房": 1}
    inside = Sum(of=[Sum(name="建设", of=[wan(1, "厂房"), wan(2, "设备")]), wan(7, "租金")])
    assert parts(tried(item_rules(amount=inside))) == {"建设": 3, "租金": 7}
    assert tried(item_rules(amount=Sum(of=[wan(1), wan(2)]))).amount.parts == ()
    assert tried(item_rules(amount=wan(1, "奖励"))).amount.parts == ()


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        (Cap(of=BOTH, limit=wan(20)), {"设备": 5, "厂房": 15}),
        (AtLeast(of=BOTH, floor=wan(80)), {"设备": 20, "厂房": 60}),
        (AtLeast(of=BOTH, floor=wan(8)), {"设备": 10, "厂房": 30}),
        (Threshold(of=BOTH, least=wan(50)), {"设备": 0, "厂房": 0}),
        (Threshold(of=BOTH, least=wan(40)), {"设备": 10, "厂房": 30}),
        (Rounded(of=BOTH, to="80", unit="万元", rounding=Rounding.UP), {"设备": 20, "厂房": 60}),
        (TopUp(of=BOTH, counted=Counted(families=["B"])), {"设备": 8, "厂房": 24}),
        (When(condition=condition("above_scale", "is_true"), then=BOTH), {"设备": 10, "厂房": 30}),
        (Highest(of=[wan(1), BOTH]), {"设备": 10, "厂房": 30}),
        (Lookup(fact="grade", period="Y", rows=[LookupRow(codes=["a"], then=BOTH)]), {"设备": 10, "厂房": 30}),
        (Difference(of=BOTH, less=wan(1)), {}),
        (Rate(base=BOTH, rate=fixed(50, "%")), {}),
    ],
)
def test_what_stands_around_passes_the_parts_on_in_proportion(around: AmountRule, expected: dict[str, int]):
    found = tried(item_rules(amount=around), award(8, family="B"), facts=(PROJECT,))
    assert parts(found) == expected


def test_each_row_has_parts_of_its_own_and_the_rows_add_up():
    prices = FactType(name="prices", label="价格", kind="numbers", unit="万元")
    row = Sum(of=[Cap(name="设备", of={"node": "fact", "fact": "prices", "period": "Y"}, limit=wan(5)), wan(1, "安装")])
    rules = item_rules(
        fact_types=(*FACT_TYPES.values(), prices),
        amount=Each(called="台", rows=[{"fact": "prices", "period": "Y"}], of=row),
    )
    found = tried(rules, facts=(fact("prices", "numbers", ("3", "9", "8"), unit="万元"),))
    assert parts(found) == {"设备": 13, "安装": 3}
    assert [(each.kind, each.part, each.money.fen // 1_000_000) for each in found.amount.reductions] == [
        ("cap", "设备", 7)
    ]


def test_a_part_below_zero_gets_nothing_and_lessens_the_others():
    less = Difference(name="扣减", of=wan(0), less=wan(8))
    assert parts(tried(item_rules(amount=Sum(of=[wan(10, "设备"), wan(30, "厂房"), less])))) == {
        "设备": 8, "厂房": 24, "扣减": 0,
    }  # fmt: skip


def test_what_is_left_of_cutting_to_the_fen_goes_to_those_that_lost_most():
    third = [PerUnit(name=name, quantity=fixed(1, "人"), price=fixed("0.01", "元/人")) for name in "甲乙丙"]
    found = tried(item_rules(amount=Cap(of=Sum(of=third), limit=fixed("0.02", "元"))))
    assert [(each.part, each.money.fen) for each in found.amount.parts] == [("甲", 1), ("乙", 1), ("丙", 0)]


def thousandths(value: int, name: str | None = None) -> AmountRule:
    return fixed(f"{value // 1000}.{value % 1000:03d}", "元").model_copy(update={"name": name})


PARTED = st.lists(
    st.tuples(st.sampled_from([None, "甲", "乙", "丙"]), st.integers(0, 9999)), min_size=1, max_size=4
).map(lambda terms: Sum(of=[thousandths(value, name) for name, value in terms]))


def test_an_instalment_pays_its_fraction_of_each_part():
    two = ({"label": "首期", "fraction": "1/4"}, {"label": "次期", "fraction": "3/4"})
    rules = item_rules(amount=BOTH, instalments={"node": "instalments", "parts": two})
    found = tried(rules)
    assert (paid(found), parts(found)) == (10, {"设备": 2, "厂房": 7})
    assert found.instalment is not None
    assert found.instalment.amount.parts == found.amount.parts


# -- caps by part -------------------------------------------------------------------------------------------


def test_a_cap_on_one_part_counts_that_part_only():
    """900,000 for the equipment leave the cap of the buildings as it was."""
    rules = item_rules(amount=Sum(of=[own("设备", 100, wan(50)), own("厂房", 100, wan(30))]))
    found = tried(rules, award(90, "设备"))
    assert parts(found) == {"设备": 10, "厂房": 30}
    assert [(each.kind, each.part, each.money.fen // 1_000_000) for each in found.amount.reductions] == [
        ("cap", "设备", 40)
    ]
    assert "本事项“设备”部分合并计算" in sentences(rules).amount


def test_an_award_of_which_nobody_knows_the_part_leaves_the_amount_open():
    rules = item_rules(amount=Sum(of=[own("设备", 100, wan(50)), own("厂房", 100, wan(30))]))
    found = tried(rules, award(90, "设备"), award(95, None))
    assert found.amount.money is None
    assert [(each.kind, each.name, each.label) for each in found.amount.missing] == [
        ("award", "part", "2024 年度本事项的奖补 950,000.00 元属于该事项的哪一部分")
    ]
    assert (found.amount.lowest, found.amount.highest) == (Money.from_yuan(50_000), Money.from_yuan(400_000))


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (Sum(of=[own("设备", 9, wan(1)), wan(1, "厂房"), wan(2)]), ["part_unnamed"]),
        (Sum(of=[own("设备", 9, wan(1)), wan(1, "设备")]), ["part_repeated"]),
        (Cap(scope="year", of=BOTH, limit=wan(9), counted=Counted(parts=["设备"])), ["part_not_counted"]),
        (Cap(scope="year", of=BOTH, limit=wan(9), counted=Counted(parts=["设备", "厂房", "设备"])), ["part_repeated"]),
        (Cap(scope="year", of=BOTH, limit=wan(9), counted=Counted(parts=["设备", "厂房"])), []),
        (
            Cap(scope="year", of=BOTH, limit=wan(9), counted=Counted(parts=["设备", "厂房", "土地"])),
            ["part_unknown"],
        ),
        (Cap(scope="year", of=BOTH, limit=wan(9), counted=Counted(families=["B"], parts=["土地"])), []),
        (
            Sum(of=[own("设备", 9, wan(1)), own("厂房", 9, own("设备", 9, wan(1)))]),
            ["part_not_counted"],
        ),
    ],
)
def test_the_parts_that_are_counted_are_parts_of_the_amount(amount: AmountRule, said: list[str]):
    assert [code for code in codes(item_rules(amount=amount)) if code != "caps_share_awards"] == said


def test_whatever_pays_money_without_a_name_is_the_rest_and_what_is_not_money_is_not():
    assert codes(item_rules(amount=Sum(of=[own("设备", 9, wan(1)), quantity("revenue")]))) == ["part_unnamed"]
    service = InKind(kind="service", gives="免费检测")
    assert codes(item_rules(amount=Sum(of=[own("设备", 9, wan(1)), service]))) == []


def test_the_bands_of_a_table_have_parts_and_those_of_a_marginal_one_are_rates():
    counted = Counted(parts=["设备", "厂房"])
    whole = Table(by=quantity("rd_expense"), unit="万元", bands=[band(0, None, BOTH)])
    assert codes(item_rules(amount=Cap(scope="year", of=whole, limit=wan(9), counted=counted))) == []
    rates = Table(by=quantity("rd_expense"), unit="万元", basis="marginal", bands=[band(0, None, fixed(3, "%"))])
    both = Sum(of=[*BOTH.of, rates])
    assert codes(item_rules(amount=Cap(scope="year", of=both, limit=wan(9), counted=counted))) == ["part_unnamed"]


def test_the_name_of_a_cap_inside_a_part_is_no_part_of_its_own():
    yearly = Cap(name="年度", scope="year", of=wan(1), limit=wan(5), counted=Counted(parts=["设备"]))
    assert codes(item_rules(amount=Sum(of=[own("设备", 9, yearly), wan(1, "厂房")]))) == []


def test_the_name_of_a_cap_around_all_parts_is_no_part_either():
    yearly = Cap(name="年度", scope="year", of=BOTH, limit=wan(9), counted=Counted(parts=["设备", "厂房"]))
    assert codes(item_rules(amount=Threshold(of=yearly, least=wan(1)))) == []


def test_where_there_are_no_parts_the_error_says_so():
    yearly = Cap(scope="year", of=wan(5), limit=wan(9), counted=Counted(parts=["设备"]))
    assert "（有：无）" in check(item_rules(amount=yearly))[0].text_zh
    of_both = Cap(scope="year", of=BOTH, limit=wan(9), counted=Counted(parts=["土地"]))
    assert "（有：设备、厂房）" in check(item_rules(amount=of_both))[0].text_zh


def test_a_named_value_has_the_parts_of_what_it_stands_for():
    both = NamedValue(name="both", label="两项合计", of=BOTH)
    counted = Counted(parts=["设备", "厂房"])
    capped = Cap(scope="year", of=NamedFigure(value="both"), limit=wan(9), counted=counted)
    assert codes(item_rules(amount=capped, values=[both])) == []


def test_one_of_several_branches_without_a_name_leaves_a_rest():
    either = Highest(of=[Sum(of=[wan(1, "设备"), wan(2, "厂房")]), wan(2)])
    counted = Counted(parts=["设备", "厂房"])
    for of in (either.of, either.of[::-1]):
        capped = Cap(scope="year", of=Highest(of=of), limit=wan(9), counted=counted)
        assert codes(item_rules(amount=capped)) == ["part_unnamed"]


def test_what_cutting_a_payment_by_less_than_a_fen_leaves_goes_to_those_that_lost_most():
    cut = in_fen((("甲", Fraction(198, 10_000)), ("乙", Fraction(92, 10_000))), Money(2))
    assert [(each.part, each.money.fen) for each in cut] == [("甲", 2), ("乙", 0)]


def test_an_amount_that_nobody_knows_has_no_parts():
    told = (PartAmount(part="设备", money=Money(1)),)
    assert adding_up(Amount(state="undetermined", money=None, parts=told)).parts == ()


def test_a_part_in_two_branches_is_one_part():
    branches = When(
        condition=condition("above_scale", "is_true"),
        then=Sum(of=[wan(1, "设备"), wan(2, "厂房")]),
        otherwise=Sum(of=[wan(3, "设备"), wan(4, "厂房")]),
    )
    counted = Counted(parts=["设备", "厂房"])
    assert codes(item_rules(amount=Cap(scope="year", of=branches, limit=wan(9), counted=counted))) == []


# -- one cap over several parts, in order -------------------------------------------------------------------


def in_order(interest: int, fee: int, **more: object) -> CapInOrder:
    said = {"of": [wan(interest, "贷款贴息"), wan(fee, "担保费")], "limit": wan(50)}
    return CapInOrder(**said | more)


@pytest.mark.parametrize(
    ("interest", "fee", "expected"),
    [(30, 10, (30, 10)), (30, 20, (30, 20)), (30, 21, (30, 20)), (50, 1, (50, 0)), (60, 10, (50, 0)), (0, 60, (0, 50))],
)
def test_the_first_part_is_paid_before_the_next(interest: int, fee: int, expected: tuple[int, int]):
    found = tried(item_rules(amount=in_order(interest, fee)))
    assert (parts(found)["贷款贴息"], parts(found)["担保费"]) == expected


def test_a_part_of_which_nobody_knows_how_much_it_is_may_take_what_the_limit_leaves():
    open_still = DecidedOpen(name="担保费", decision="fee", by="专班", unit="万元")
    ordered = CapInOrder(of=[wan(30, "贷款贴息"), open_still], limit=wan(50))
    found = tried(item_rules(amount=ordered)).amount
    assert (found.money, found.highest) == (None, Money.from_yuan(500_000))
    wide = ordered.model_copy(update={"scope": "lifetime"})
    assert tried(item_rules(amount=wide), award(40)).amount.highest == Money.from_yuan(100_000)


def test_a_cap_in_order_says_what_each_part_gets():
    found = tried(item_rules(amount=in_order(30, 40)))
    assert [line.text_zh for line in found.amount.working if line.text_zh.startswith("合计封顶")] == [
        "合计封顶 50 万元，贷款贴息：30 万元，全额计入，还剩 20 万元",
        "合计封顶 50 万元，担保费：40 万元 → 20 万元，还剩 0 元",
    ]
    assert [(each.kind, each.part, each.money) for each in found.amount.reductions] == [
        ("cap", "担保费", Money.from_yuan(200_000))
    ]
    assert sentence(in_order(30, 40)) == (
        "按次序计算下列各项，合计最高不超过 50 万元，先满足前一项，余额用于后一项："
        "1. 贷款贴息：30 万元；2. 担保费：40 万元。"
    )


def test_a_cap_in_order_counts_what_was_granted_before():
    rules = item_rules(amount=in_order(30, 40, scope="year", counted=Counted(parts=["贷款贴息", "担保费"])))
    assert parts(tried(rules, award(15, "担保费", 2025), award(99, "担保费", 2024))) == {"贷款贴息": 30, "担保费": 5}
    assert parts(tried(rules, award(30, "担保费", 2025))) == {"贷款贴息": 20, "担保费": 0}
    assert tried(rules, award(30, None, 2025)).amount.missing[0].kind == "award"
    without = assess(rules, sheet(MET), TODAY).amount
    assert (without.money, without.before_caps) == (Money.from_yuan(500_000), True)


def test_a_part_below_zero_leaves_the_next_no_more_than_the_limit():
    less = Difference(name="扣减", of=wan(0), less=wan(8))
    rules = item_rules(amount=CapInOrder(of=[less, wan(60, "厂房")], limit=wan(50)))
    assert parts(tried(rules)) == {"扣减": 0, "厂房": 50}


def test_while_a_part_is_not_known_nothing_is():
    unknown = {"node": "fact", "fact": "rd_expense", "period": "Y", "name": "研发"}
    rules = item_rules(amount=CapInOrder(of=[wan(1, "设备"), unknown], limit=wan(5)))
    assert [each.name for each in tried(rules).amount.missing] == ["rd_expense"]
    limit = {"node": "fact", "fact": "rd_expense", "period": "Y"}
    open_limit = tried(item_rules(amount=CapInOrder(of=[wan(1, "设备"), wan(2, "厂房")], limit=limit))).amount
    assert (open_limit.lowest, open_limit.highest) == (Money(0), Money.from_yuan(30_000))
    known = tried(rules, facts=(number_fact("rd_expense", 7, "万元"),))
    assert parts(known) == {"设备": 1, "研发": 4}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (in_order(1, 2, of=[wan(1, "甲"), wan(2)]), ["part_unnamed"]),
        (in_order(1, 2, of=[wan(1, "甲"), wan(2, "甲")]), ["part_repeated"]),
        (in_order(1, 2, scope="project"), ["cap_without_key"]),
        (in_order(1, 2, counted=Counted()), ["counted_unexpected"]),
        (in_order(1, 2, limit=fixed(5, "%")), ["units_differ"]),
    ],
)
def test_a_cap_in_order_is_checked(rule: CapInOrder, said: list[str]):
    assert codes(item_rules(amount=rule)) == said


def test_a_cap_in_order_over_earlier_awards_stands_outside_of_rows():
    rule = Each(called="台", rows=[{"fact": "penalties", "period": "Y"}], of=in_order(1, 2, scope="lifetime"))
    assert codes(item_rules(amount=rule)) == ["history_in_a_row"]


@given(PARTED, st.integers(0, 30_000), st.sampled_from(["分", "元", "百元"]), st.sampled_from(Rounding))
def test_the_parts_payments_sum_to_the_items(rule: Sum, limit: int, to: str, mode: Rounding):
    rules = item_rules(amount=Cap(of=rule, limit=thousandths(limit)), rounding=RoundingRule(mode=mode, to=to))
    amount = assess(rules, sheet(MET), TODAY).amount
    assert amount.money is not None
    if amount.parts:
        assert Money.total(each.money for each in amount.parts) == amount.money
    assert bool(amount.parts) == any(part.name for part in rule.of)
