"""Who gets it and who bears it, where the text tells enterprises and counties apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import PayeePart, Payees, PerUnit, SharePart, Split, SplitBy, SplitRow, Sum
from rules import assess
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
