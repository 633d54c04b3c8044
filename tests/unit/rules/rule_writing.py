"""Short ways to write rules and facts in tests, and strategies that make them up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from contracts.money import Rounding
from contracts.rule import (
    AllOf,
    AmountRule,
    AnyOf,
    AtLeast,
    Band,
    Cap,
    CapInOrder,
    Compare,
    CompareDates,
    CompoundGrowth,
    Condition,
    DateFact,
    Day,
    Difference,
    Eligibility,
    Fact,
    FactAmount,
    FactSheet,
    FactType,
    Fixed,
    Growth,
    GrowthBands,
    GrowthStep,
    Highest,
    ItemRules,
    Lookup,
    LookupRow,
    Lowest,
    NOf,
    Not,
    PerUnit,
    Plan,
    Product,
    Rate,
    Rounded,
    SharePart,
    Split,
    Sum,
    Table,
    Threshold,
    When,
)

TODAY = date(2026, 3, 16)
AS_OF = date(2026, 1, 10)

FACT_TYPES = {
    "rd_expense": FactType(name="rd_expense", label="研发投入", kind="number", unit="万元"),
    "revenue": FactType(name="revenue", label="营业收入", kind="number", unit="万元"),
    "rd_ratio": FactType(name="rd_ratio", label="研发投入占比", kind="number", unit="%"),
    "heads": FactType(name="heads", label="人数", kind="number", unit="人"),
    "above_scale": FactType(name="above_scale", label="规模以上企业", kind="flag"),
    "grade": FactType(
        name="grade",
        label="级别",
        kind="code",
        codes=[{"code": code, "label": code.upper()} for code in "abc"],
    ),
    "penalties": FactType(name="penalties", label="行政处罚", kind="codes"),
    "certified_on": FactType(name="certified_on", label="认定日期", kind="date"),
}


def number_fact(name: str, value: object, unit: str, period: str | None = "2025", **more: object) -> Fact:
    return Fact(
        **{"name": name, "kind": "number", "value": str(value), "unit": unit, "period": period}
        | {"source": "统计局", "as_of": AS_OF}
        | more
    )


def fact(name: str, kind: str, value: object, period: str | None = "2025", **more: object) -> Fact:
    return Fact(
        **{"name": name, "kind": kind, "value": value, "period": period, "source": "科技局", "as_of": AS_OF} | more
    )


def sheet(*facts: Fact, year: int = 2025) -> FactSheet:
    return FactSheet(facts=facts, reference_year=year)


def condition(name: str, operator: str, value: object = None, unit: str | None = None, period="Y"):
    return Condition(fact=name, operator=operator, value=value, unit=unit, period=period)


def fixed(value: object, unit: str) -> Fixed:
    return Fixed(value=str(value), unit=unit)


def quantity(name: str, period: str | None = "Y") -> FactAmount:
    return FactAmount(fact=name, period=period)


def band(low: object, high: object, then: AmountRule, *, takes_low: bool = True, takes_high: bool = False):
    return Band(
        low=None if low is None else str(low),
        high=None if high is None else str(high),
        low_inclusive=takes_low,
        high_inclusive=takes_high,
        then=then,
    )


def item_rules(**parts: object) -> ItemRules:
    """Sound rules, with the given parts put in their place."""
    plan = {
        "mode": "instant",
        "department": "科技局",
        "steps": [{"kind": "material_check"}, {"kind": "approval"}],
        "review_limit": {"limit": 5, "unit": "working_days"},
        "payout_limit": {"limit": 1, "unit": "working_days"},
        "frequency": "once",
        "budget_line": "KJ-01",
    }
    sound = {
        "fact_types": tuple(FACT_TYPES.values()),
        "eligibility": condition("above_scale", "is_true"),
        "amount": fixed(5, "万元"),
        "shares": Split(parts=[SharePart(payer="county", fraction="1")], remainder_to="county"),
        "plan": Plan.model_validate(plan | dict(parts.pop("plan", {}))),
    }
    return ItemRules(**sound | parts)


def plain(value: Decimal) -> str:
    return format(value, "f")


_WHOLE = st.integers(min_value=0, max_value=99_999)
_CENTS = st.decimals(min_value=0, max_value=99_999, places=2, allow_nan=False).map(plain)


@cache
@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    kind = draw(st.sampled_from(["number", "flag", "code", "codes", "date"]))
    if kind == "number":
        name = draw(st.sampled_from(["rd_expense", "revenue"]))
        operator = draw(st.sampled_from(["eq", "ne", "ge", "gt", "le", "lt", "between"]))
        bounds = sorted(draw(st.tuples(_WHOLE, _WHOLE)))
        value = tuple(map(str, bounds)) if operator == "between" else str(bounds[0])
        return condition(name, operator, value, draw(st.sampled_from(["元", "万元", "亿元"])))
    if kind == "flag":
        return condition("above_scale", draw(st.sampled_from(["is_true", "is_false", "exists"])))
    if kind == "code":
        operator = draw(st.sampled_from(["eq", "ne", "in", "not_in"]))
        code = draw(st.sampled_from("abc"))
        return condition("grade", operator, (code,) if operator.endswith("in") else code)
    if kind == "codes":
        operator = draw(st.sampled_from(["contains", "exists"]))
        return condition("penalties", operator, "tax" if operator == "contains" else None)
    operator = draw(st.sampled_from(["before", "after", "ge", "le", "eq"]))
    return condition("certified_on", operator, draw(st.dates(date(2024, 1, 1), TODAY)).isoformat())


@cache
@st.composite
def comparisons(draw: st.DrawFn) -> Eligibility:
    """Conditions on computed values, over the same facts."""
    operator = draw(st.sampled_from(["ge", "gt", "le", "lt", "eq", "ne"]))
    kind = draw(st.sampled_from(["share", "growth", "days", "compound"]))
    if kind == "days":
        left, right = (
            DateFact(fact="certified_on", period="Y"),
            Day(day=draw(st.dates(date(2024, 1, 1), TODAY))),
        )
        return CompareDates(left=left, operator=operator, right=right)
    rate = fixed(draw(st.integers(0, 200)), "%")
    ends = {"now": quantity("revenue"), "before": quantity("rd_expense")}
    if kind == "compound":
        years, at_least = draw(st.integers(1, 4)), draw(st.sampled_from(["ge", "gt"]))
        without = draw(st.sampled_from(["met", "not_met"]))
        return CompoundGrowth(**ends, years=years, operator=at_least, rate=rate, when_not_positive=without)
    if kind == "growth":
        return Compare(left=Growth(**ends, when_not_positive=fixed(0, "%")), operator=operator, right=rate)
    return Compare(left=Rate(base=ends["now"], rate=rate), operator=operator, right=ends["before"])


@cache
def _tests() -> st.SearchStrategy[Eligibility]:
    return st.one_of(conditions(), conditions(), comparisons())


@cache
def eligibilities() -> st.SearchStrategy[Eligibility]:
    def grown(inner: st.SearchStrategy[Eligibility]) -> st.SearchStrategy[Eligibility]:
        several = st.lists(inner, min_size=1, max_size=4)
        return st.one_of(
            several.map(lambda parts: AllOf(of=parts)),
            several.map(lambda parts: AnyOf(of=parts)),
            several.flatmap(lambda parts: st.integers(1, len(parts)).map(lambda least: NOf(least=least, of=parts))),
            inner.map(lambda part: Not(of=part)),
        )

    return st.recursive(_tests(), grown, max_leaves=8)


@cache
def _money_leaves() -> st.SearchStrategy[AmountRule]:
    return st.one_of(
        _CENTS.map(lambda value: fixed(value, "元")),
        st.integers(0, 500).map(lambda value: fixed(value, "万元")),
        st.sampled_from(["rd_expense", "revenue"]).map(quantity),
        st.integers(0, 900).map(lambda price: PerUnit(quantity=quantity("heads"), price=fixed(price, "元/人"))),
        _marginal_tables(),
        st.builds(_growth_bands, st.integers(0, 50), st.integers(51, 90), st.integers(0, 30)),
    )


def _growth_bands(entry: int, pivot: int, rate: int) -> GrowthBands:
    steps = [
        GrowthStep(up_to=fixed(pivot, "%"), rate=fixed(rate, "‰")),
        GrowthStep(rate=fixed(rate + 2, "‰")),
    ]
    ends = {"now": quantity("revenue"), "before": quantity("rd_expense")}
    return GrowthBands(**ends, entry=fixed(entry, "%"), steps=steps, when_not_positive=fixed(0, "元"))


@cache
@st.composite
def bounds_of_bands(draw: st.DrawFn) -> list[tuple[int, int | None, bool, bool]]:
    """Neighbouring bands without overlap or gap: low, high, and which bounds belong to the band."""
    edges = draw(st.lists(st.integers(0, 50_000), min_size=2, max_size=5, unique=True).map(sorted))
    below = draw(st.lists(st.booleans(), min_size=len(edges), max_size=len(edges)))
    last = draw(st.booleans())
    found: list[tuple[int, int | None, bool, bool]] = []
    for index, low in enumerate(edges[:-1]):
        found.append((low, edges[index + 1], not below[index], below[index + 1]))
    if last:
        found.append((edges[-1], None, not below[-1], False))
    return found


@cache
@st.composite
def _marginal_tables(draw: st.DrawFn) -> Table:
    bands = [
        band(low, high, fixed(draw(st.integers(0, 30)), "‰"), takes_low=takes_low, takes_high=takes_high)
        for low, high, takes_low, takes_high in draw(bounds_of_bands())
    ]
    return Table(by=quantity("rd_expense"), unit="万元", basis="marginal", bands=bands)


@st.composite
def _branching(draw: st.DrawFn, inner: st.SearchStrategy[AmountRule]) -> AmountRule:
    kind = draw(st.sampled_from(["when", "lookup", "table"]))
    otherwise = draw(st.none() | inner)
    if kind == "when":
        return When(condition=draw(_tests()), then=draw(inner), otherwise=otherwise)
    if kind == "lookup":
        rows = [LookupRow(codes=[code], then=draw(inner)) for code in draw(st.sampled_from(["a", "ab"]))]
        return Lookup(fact="grade", period="Y", rows=rows, otherwise=otherwise)
    bands = [
        band(low, high, draw(inner), takes_low=takes_low, takes_high=takes_high)
        for low, high, takes_low, takes_high in draw(bounds_of_bands())
    ]
    return Table(by=quantity("revenue"), unit="万元", bands=bands)


def _in_order(three: tuple[AmountRule, AmountRule, AmountRule]) -> CapInOrder:
    first, second, limit = three
    named = (first.model_copy(update={"name": "先付"}), second.model_copy(update={"name": "后付"}))
    return CapInOrder(of=named, limit=limit)


@cache
def amounts() -> st.SearchStrategy[AmountRule]:
    """Amounts that are money at the root, out of every kind of node."""

    def grown(inner: st.SearchStrategy[AmountRule]) -> st.SearchStrategy[AmountRule]:
        several = st.lists(inner, min_size=1, max_size=3)
        rates = st.integers(0, 2500).map(lambda rate: fixed(Decimal(rate) / 1000, "倍"))
        return st.one_of(
            several.map(lambda parts: Sum(of=parts)),
            several.map(lambda parts: Highest(of=parts)),
            several.map(lambda parts: Lowest(of=parts)),
            st.tuples(inner, inner).map(lambda pair: Cap(of=pair[0], limit=pair[1])),
            st.tuples(inner, inner, inner).map(_in_order),
            st.tuples(inner, rates).map(lambda pair: Rate(base=pair[0], rate=pair[1])),
            st.tuples(inner, inner).map(lambda pair: Difference(of=pair[0], less=pair[1])),
            st.tuples(inner, inner).map(lambda pair: AtLeast(of=pair[0], floor=pair[1])),
            st.tuples(inner, inner).map(lambda pair: Threshold(of=pair[0], least=pair[1])),
            st.tuples(inner, rates, rates).map(lambda parts: Product(of=parts)),
            st.tuples(inner, st.sampled_from(Rounding)).map(
                lambda pair: Rounded(of=pair[0], to="1", unit="百元", rounding=pair[1])
            ),
            _branching(inner),
        )

    return st.recursive(_money_leaves(), grown, max_leaves=6)


@cache
@st.composite
def full_sheets(draw: st.DrawFn) -> FactSheet:
    """Every fact that the strategies' rules may ask for."""
    money = st.tuples(_CENTS, st.sampled_from(["元", "万元"]))
    day = st.dates(date(2024, 1, 1), TODAY).map(date.isoformat)
    return sheet(
        number_fact("rd_expense", *draw(money)),
        number_fact("revenue", *draw(money)),
        number_fact("heads", draw(st.integers(0, 3000)), "人"),
        fact("above_scale", "flag", draw(st.booleans())),
        fact("grade", "code", draw(st.sampled_from("abc"))),
        fact("penalties", "codes", draw(st.sampled_from([(), ("tax",), ("tax", "fire")]))),
        fact("certified_on", "date", draw(day)),
    )


@cache
@st.composite
def sheets_with_less(draw: st.DrawFn) -> tuple[FactSheet, FactSheet]:
    """A full sheet, and the same with some facts gone and some out of date."""
    full = draw(full_sheets())
    less = []
    for known in full.facts:
        fate = draw(st.sampled_from(["kept", "kept", "gone", "expired"]))
        if fate == "kept":
            less.append(known)
        elif fate == "expired":
            less.append(known.model_copy(update={"valid_until": date(2026, 3, 15)}))
    return full, sheet(*less)
