"""Who gets it and who bears it, where the text tells enterprises and counties apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import PayeePart, Payees, PerUnit, SharePart, Split, SplitBy, SplitRow, Sum
from rules import assess, check, sentences
from tests.unit.rules.rule_writing import TODAY, fact, fixed, item_rules, number_fact, quantity, sheet


def split(city: str, county: str) -> Split:
    parts = [SharePart(payer="city", fraction=city), SharePart(payer="county", fraction=county)]
    return Split(parts=parts, remainder_to="county")


BY_GRADE = SplitBy(
    fact="grade",
    period="Y",
    rows=[SplitRow(codes=["a"], split=split("1/2", "1/2"))],
    otherwise=split("2/10", "8/10"),
)
MET = fact("above_scale", "flag", True)


def test_counties_bear_what_their_row_says():
    rules = item_rules(amount=fixed(70_000, "元"), shares=BY_GRADE)
    for code, city in (("a", 35_000), ("b", 14_000)):
        found = assess(rules, sheet(MET, fact("grade", "code", code)), TODAY)
        assert [(line.payer, int(line.money.yuan)) for line in found.shares] == [
            ("city", city), ("county", 70_000 - city),
        ]  # fmt: skip


def test_nothing_is_paid_while_nobody_knows_who_bears_it():
    found = assess(item_rules(amount=fixed(70_000, "元"), shares=BY_GRADE), sheet(MET), TODAY)
    assert (found.amount.state, found.shares) == ("undetermined", ())
    assert [missing.name for missing in found.amount.missing] == ["grade"]
    assert found.amount.lowest == found.amount.highest == Money.from_yuan(70_000)


def test_a_graduate_gets_its_own_part_out_of_its_own_fund():
    """HB-002: the enterprise up to 1,000 a head, the graduate another 1,000."""
    per_head = PerUnit(quantity=quantity("heads"), price=fixed(1000, "元/人"))
    payees = Payees(
        parts=[
            PayeePart(who="graduate", label="毕业生", amount=per_head, fund="就业补助资金"),
            PayeePart(who="applicant", label="企业", fund="失业保险基金"),
        ]
    )
    rules = item_rules(amount=Sum(of=[per_head, per_head]), payees=payees)
    found = assess(rules, sheet(MET, number_fact("heads", 3, "人")), TODAY)
    assert [(line.who, int(line.money.yuan), line.fund) for line in found.payees] == [
        ("graduate", 3000, "就业补助资金"), ("applicant", 3000, "失业保险基金"),
    ]  # fmt: skip


def test_nothing_is_paid_while_a_receivers_part_is_not_known():
    part = PayeePart(who="employee", label="职工", amount=quantity("revenue"))
    payees = Payees(parts=[part, PayeePart(who="applicant", label="企业")])
    found = assess(item_rules(payees=payees), sheet(MET), TODAY)
    assert (found.amount.state, found.payees) == ("undetermined", ())
    assert [missing.name for missing in found.amount.missing] == ["revenue"]


@given(st.integers(0, 10**8), st.integers(1, 99), st.integers(0, 10**8))
def test_the_parts_of_receivers_add_up(fen: int, percent: int, fixed_part: int):
    parts = [
        PayeePart(who="employee", label="职工", fraction=f"{percent}/100"),
        PayeePart(who="bank", label="银行", amount=fixed(fixed_part, "元")),
        PayeePart(who="applicant", label="企业"),
    ]
    rules = item_rules(amount=fixed(fen, "分"), payees=Payees(parts=parts))
    found = assess(rules, sheet(MET), TODAY)
    assert Money.total(line.money for line in found.payees) == found.amount.money == Money(fen)
    assert all(line.money.fen > 0 for line in found.payees)


def capped(most: object, **more: object) -> Payees:
    first = {"who": "graduate", "label": "毕业生", "fraction": "1/2", "most": most}
    return Payees(parts=[PayeePart(**first | more), PayeePart(who="applicant", label="企业")])


def test_what_lies_above_a_receivers_most_is_paid_to_nobody():
    rules = item_rules(amount=fixed(70_000, "元"), payees=capped(fixed(3, "万元")), shares=split("1/2", "1/2"))
    found = assess(rules, sheet(MET), TODAY)
    assert [(line.label, int(line.money.yuan)) for line in found.payees] == [("毕业生", 30_000), ("企业", 35_000)]
    assert found.amount.money == Money.from_yuan(65_000)
    assert Money.total(line.money for line in found.shares) == Money.from_yuan(65_000)
    assert [(each.kind, each.money) for each in found.amount.reductions] == [("payee_cap", Money.from_yuan(5_000))]
    assert found.amount.working[-1].text_zh == (
        "毕业生最多取得 30,000.00 元：35,000.00 元 → 30,000.00 元，超出部分不予支付"
    )
    assert Money.total(line.value for line in found.amount.working) == found.amount.money
    assert sentences(rules).payees == "毕业生取得 50%，最多 3 万元，超出部分不予支付；企业取得其余部分。"


def test_a_receiver_at_its_most_loses_nothing():
    for most in (35_000, 35_001):
        found = assess(item_rules(amount=fixed(70_000, "元"), payees=capped(fixed(most, "元"))), sheet(MET), TODAY)
        assert (found.amount.money, found.amount.reductions) == (Money.from_yuan(70_000), ())


def test_the_last_receiver_may_have_a_most_and_the_parts_come_down_with_it():
    last = PayeePart(who="applicant", label="企业", most=fixed("1.009", "元"))
    first = PayeePart(who="bank", label="银行", amount=fixed(1, "元"))
    amount = Sum(of=[fixed(2, "元").model_copy(update={"name": name}) for name in ("甲", "乙")])
    found = assess(item_rules(amount=amount, payees=Payees(parts=[first, last])), sheet(MET), TODAY)
    assert [(line.label, line.money.fen) for line in found.payees] == [("银行", 100), ("企业", 100)]
    assert [(each.part, each.money.fen) for each in found.amount.parts] == [("甲", 100), ("乙", 100)]


def test_nothing_is_paid_while_a_receivers_most_is_not_known():
    found = assess(item_rules(payees=capped(quantity("revenue"))), sheet(MET), TODAY)
    assert (found.amount.state, found.payees, found.shares) == ("undetermined", (), ())
    assert (found.amount.lowest, found.amount.highest) == (Money(0), Money.from_yuan(50_000))


def test_a_receivers_most_is_money():
    assert [(each.code, each.where) for each in check(item_rules(payees=capped(fixed(5, "%"))))] == [
        ("amount_not_money", "/payees/parts/0/most")
    ]
