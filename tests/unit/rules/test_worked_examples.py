"""Worked cases of real items, whose amounts were computed by hand from the sources."""

from __future__ import annotations

from decimal import Decimal

import pytest

from contracts.rule import (
    AmountRule,
    AnyOf,
    Cap,
    Condition,
    Fact,
    Lookup,
    LookupRow,
    Lowest,
    PerUnit,
    Rate,
    SharePart,
    Split,
    Sum,
    Table,
    When,
)
from rules.amounts import compute_amount
from rules.shares import split_shares
from tests.unit.rules.rule_writing import TODAY, band, fact, fixed, number_fact, quantity, sheet


def yuan(rule: AmountRule, *facts: Fact) -> Decimal:
    found = compute_amount(rule, sheet(*facts), TODAY)
    assert found.money is not None, found.missing
    return found.money.yuan


def rows(unit: str, **values: object) -> list[LookupRow]:
    return [LookupRow(codes=[code], then=fixed(value, unit)) for code, value in values.items()]


def longgang() -> AmountRule:
    """GD-001: R&D expense by tiers, each with its own intensity, times 1.5 or 2 by identity, with other caps."""

    def tier(intensity: int, wan: int) -> When:
        enough = Condition(fact="rd_ratio", period="Y-1", operator="ge", value=str(intensity), unit="%")
        return When(condition=enough, then=fixed(wan, "万元"))

    tiers = Table(
        by=quantity("rd_expense", "Y-1"),
        unit="万元",
        bands=[
            band(None, 1000, tier(9, 10)),
            band(1000, 3000, tier(7, 30)),
            band(3000, 6000, tier(5, 50)),
            band(6000, 10000, tier(3, 100)),
            band(10000, None, tier(3, 200)),
        ],
    )
    doubled = Cap(of=Rate(base=tiers, rate=fixed(2, "倍")), limit=fixed(400, "万元"))
    half_more = Cap(of=Rate(base=tiers, rate=fixed("1.5", "倍")), limit=fixed(300, "万元"))
    identities = [
        LookupRow(codes=["little_giant"], then=doubled),
        LookupRow(codes=["specialised"], then=half_more),
    ]
    return Lookup(fact="identity", rows=identities, otherwise=tiers)


@pytest.mark.parametrize(
    ("expense", "ratio", "identity", "expected"),
    [
        ("2500", "8.3", "other", 300_000),
        ("2500", "8.3", "little_giant", 600_000),
        ("2500", "8.3", "specialised", 450_000),
        ("900", "8", "other", 0),
        ("1000", "7", "other", 300_000),
        ("20000", "3", "little_giant", 4_000_000),
        ("20000", "2.99", "little_giant", 0),
    ],
)
def test_rd_support_of_longgang_by_two_measures_and_identity(expense, ratio, identity, expected):
    facts = (
        number_fact("rd_expense", expense, "万元", "2024"),
        number_fact("rd_ratio", ratio, "%", "2024"),
        fact("identity", "code", identity, None),
    )
    assert yuan(longgang(), *facts) == expected


def ganzhou_groups() -> AmountRule:
    """GZ-001: per head, by group and origin, plus 20 for two nights in a listed hotel."""
    origins = {"basic": {"domestic": 30, "overseas": 60}, "premium": {"domestic": 50, "overseas": 100}}
    price = Lookup(
        fact="group_kind",
        rows=[
            LookupRow(codes=[kind], then=Lookup(fact="tourist_origin", rows=rows("元/人次", **prices)))
            for kind, prices in origins.items()
        ],
    )
    listed = Condition(fact="two_listed_nights", operator="is_true")
    addon = When(condition=listed, then=fixed(20, "元/人次"), otherwise=fixed(0, "元/人次"))
    return PerUnit(quantity=quantity("visits", None), price=Sum(of=[price, addon]))


@pytest.mark.parametrize(
    ("group", "origin", "nights", "expected"),
    [
        ("premium", "domestic", True, 2100),
        ("basic", "overseas", False, 1800),
        ("basic", "domestic", False, 900),
    ],
)
def test_small_tour_groups_to_ganzhou(group: str, origin: str, nights: bool, expected: int):
    facts = (
        number_fact("visits", 30, "人次", None),
        fact("group_kind", "code", group, None),
        fact("tourist_origin", "code", origin, None),
        fact("two_listed_nights", "flag", nights, None),
    )
    assert yuan(ganzhou_groups(), *facts) == expected


@pytest.mark.parametrize(("rent", "expected"), [("720000", 240_000), ("400000", 200_000)])
def test_factory_rent_of_xindu_in_one_year_is_at_most_half_the_rent_paid(rent: str, expected: int):
    """SC-021 without its lifetime cap: 5 per square metre and month, 4,000 m² for twelve months."""
    per_month = Rate(
        base=PerUnit(quantity=quantity("leased_area", None), price=fixed(5, "元/平方米·月")),
        rate=fixed(1, "倍"),
    )
    year = PerUnit(quantity=quantity("leased_months"), price=per_month)
    rule = Lowest(of=[year, Rate(base=quantity("rent_paid"), rate=fixed(50, "%"))])
    facts = (
        number_fact("leased_area", 4000, "平方米", None),
        number_fact("leased_months", 12, "月"),
        number_fact("rent_paid", rent, "元"),
    )
    assert yuan(rule, *facts) == expected


def longyan() -> AmountRule:
    """FJ-012: a base of 20,000 decided at its maximum, plus a top-up by sector and sales."""
    thresholds = {"wholesale": (10000, 2), "retail": (5000, 5), "lodging": (500, 2), "catering": (500, 3)}
    topups = [
        LookupRow(
            codes=[sector],
            then=Table(by=quantity("sales"), unit="万元", bands=[band(low, None, fixed(wan, "万元"))]),
        )
        for sector, (low, wan) in thresholds.items()
    ]
    return Sum(of=[fixed(2, "万元"), Lookup(fact="sector", rows=topups)])


def test_a_retailer_of_changting_is_paid_two_parts_by_the_city_and_eight_by_the_county():
    facts = (fact("sector", "code", "retail", None), number_fact("sales", 6000, "万元"))
    total = compute_amount(longyan(), sheet(*facts), TODAY).money
    assert total is not None
    parts = [SharePart(payer="city", fraction="2/10"), SharePart(payer="county", fraction="8/10")]
    lines = split_shares(total, Split(parts=parts, remainder_to="county"))
    assert [(line.payer, line.money.yuan) for line in lines] == [("city", 14_000), ("county", 56_000)]


def test_thresholds_are_lower_in_the_mountains():
    """FJ-008: half of the new investment, where 500 mu suffice in the mountains and 1,000 elsewhere."""

    def area(operator: str, mu: int) -> Condition:
        return Condition(fact="rice_area", operator=operator, value=str(mu), unit="亩")

    in_the_hills = Condition(fact="mountainous", operator="is_true")
    large_enough = When(
        condition=AnyOf(of=[area("ge", 1000), in_the_hills]),
        then=When(
            condition=area("ge", 500),
            then=Cap(of=Rate(base=quantity("new_investment"), rate=fixed(50, "%")), limit=fixed(10, "万元")),
        ),
    )
    paid = [
        yuan(
            large_enough,
            number_fact("rice_area", mu, "亩", None),
            fact("mountainous", "flag", hills, None),
            number_fact("new_investment", 15, "万元"),
        )
        for mu, hills in ((1000, False), (999, False), (500, True), (499, True))
    ]
    assert paid == [75_000, 0, 75_000, 0]
