"""What holds of every rule over earlier awards: more had is never more paid, and less known neither."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import (
    Additive,
    AmountRule,
    Assessment,
    AtMostOf,
    Award,
    AwardHistory,
    AwardKey,
    Cap,
    CapInOrder,
    Counted,
    Exclusive,
    FactSheet,
    Highest,
    ItemRules,
    OncePer,
    PayeePart,
    Payees,
    SameChoice,
    Stacking,
    Sum,
    Threshold,
    TopUp,
    Within,
)
from rules import assess, check
from tests.unit.rules.rule_writing import TODAY, fact, fixed, item_rules, sheet

PARTS = ("甲", "乙", "丙")
KEY = {"fact": "grade", "period": "Y"}
YEARS = st.sampled_from([2022, 2023, 2024, 2025])


def wan(value: int, name: str | None = None) -> AmountRule:
    return fixed(value, "万元").model_copy(update={"name": name})


@st.composite
def counted_awards(draw: st.DrawFn, parts: tuple[str, ...], *, keyed: bool = False) -> Counted:
    families = draw(st.sampled_from(["own", "own", "any", ("B",), ("A", "B")]))
    named = parts if families == "own" or draw(st.booleans()) else ()
    return Counted(
        families=families,
        parts=named if draw(st.booleans()) else (),
        levels=draw(st.sampled_from([(), (), ("city",), ("county",)])),
        key=KEY if keyed or draw(st.integers(0, 3)) == 0 else None,
        years=draw(st.sampled_from([None, None, 2, 3])),
    )


@st.composite
def limited(draw: st.DrawFn, of: AmountRule, parts: tuple[str, ...], name: str | None = None) -> AmountRule:
    """A cap or a top-up around something, or nothing."""
    kind = draw(st.sampled_from(["none", "payment", "year", "project", "lifetime", "top_up"]))
    if kind == "none":
        return of.model_copy(update={"name": name})
    if kind == "top_up":
        return TopUp(name=name, of=of, counted=draw(counted_awards(parts)))
    limit, counted = wan(draw(st.integers(0, 120))), draw(counted_awards(parts, keyed=kind == "project"))
    if kind == "payment":
        return Cap(name=name, of=of, limit=limit)
    if kind == "year":
        counted = counted.model_copy(update={"years": None})
    return Cap(name=name, scope=kind, of=of, limit=limit, counted=counted)


@st.composite
def amounts_of(draw: st.DrawFn, names: tuple[str, ...]) -> AmountRule:
    terms = [draw(limited(wan(draw(st.integers(0, 60))), (name,), name)) for name in names]
    if len(terms) > 1 and draw(st.booleans()):
        inner = CapInOrder(of=terms, limit=wan(draw(st.integers(0, 120))))
        if draw(st.booleans()):
            scope = draw(st.sampled_from(["year", "lifetime"]))
            inner = inner.model_copy(update={"scope": scope, "counted": Counted(parts=names)})
    else:
        inner = Sum(of=terms)
    rule = draw(limited(inner, names))
    around = draw(st.sampled_from(["none", "none", "threshold", "highest"]))
    if around == "threshold":
        return Threshold(of=rule, least=wan(draw(st.integers(0, 30))))
    return Highest(of=[rule, wan(draw(st.integers(0, 20)))]) if around == "highest" else rule


@st.composite
def withins(draw: st.DrawFn) -> Within:
    scope = draw(st.sampled_from(["lifetime", "year"]))
    return Within(
        scope=scope,
        key=KEY if draw(st.booleans()) else None,
        years=draw(st.sampled_from([None, 2, 3])) if scope == "lifetime" else None,
    )


KINDS = ("caps", "once", "exclusive", "others", "several")
"""Of what the rules that are tried are made: one kind at a time, so that every kind is tried often, and all together."""


@st.composite
def stackings(draw: st.DrawFn, of: str, names: tuple[str, ...]) -> Stacking:
    kinds = {"once": ("once",), "exclusive": ("exclusive",), "others": ("choice", "group", "additive", "exclusive")}
    kind = draw(st.sampled_from(kinds.get(of, ("once", "once", "exclusive", "exclusive", "choice", "group"))))
    parts = draw(st.sampled_from([(), names[:1], names[-1:], names]))
    families = draw(st.sampled_from([(), ("B",)]))
    if kind == "once":
        used_up = draw(st.sampled_from(["refuse", "drop_part"])) if parts else "refuse"
        most = draw(st.integers(1, 3))
        return OncePer(within=draw(withins()), most=most, families=families, parts=parts, used_up=used_up)
    if kind == "choice":
        return SameChoice(key=KEY, families=families)
    if kind == "group":
        return AtMostOf(group="some", label="若干", most=draw(st.integers(1, 3)), within=draw(withins()))
    if kind == "additive":
        return Additive(families=("C",))
    return Exclusive(
        families=draw(st.sampled_from(["any", ("B",), ("B", "C")])),
        keep=draw(st.sampled_from(["higher", "first", "other"])),
        granted=draw(st.sampled_from(["top_up", "refuse"])),
        within=draw(withins()),
        parts=parts,
    )


@st.composite
def rules_over_history(draw: st.DrawFn, kind: str = "several") -> ItemRules:
    """Sound rules: what the check refuses is not drawn."""
    names = PARTS[: draw(st.integers(1, 3))]
    plain = kind not in ("caps", "several")
    amount = Sum(of=[wan(draw(st.integers(1, 60)), name) for name in names]) if plain else draw(amounts_of(names))
    stacked = [] if kind == "caps" else draw(st.lists(stackings(kind, names), min_size=1, max_size=3))
    payees = None
    if draw(st.integers(0, 3)) == 0:
        most = wan(draw(st.integers(0, 30)))
        payees = Payees(
            parts=[
                PayeePart(who="bank", label="银行", fraction="1/3", most=most),
                PayeePart(who="applicant", label="企业"),
            ]
        )
    rules = item_rules(
        amount=Cap(of=amount, limit=wan(draw(st.integers(1, 90)))) if draw(st.booleans()) else amount,
        stacking=tuple(stacked),
        groups=("some",),
        payees=payees,
    )
    assume(not check(rules))
    return rules


@st.composite
def awards(draw: st.DrawFn, index: int) -> Award:
    """One that says all, some or nothing of what it was for; a claim of its own, one that others have, or none."""
    year = draw(st.sampled_from([2025, 2025, 2024, 2022]))
    keys = draw(st.sampled_from([(), ("a",), ("a",), ("b",), ("a", "b")]))
    return Award(
        family=draw(st.sampled_from("AAABC")),
        level=draw(st.sampled_from(["city", "city", "county"])),
        year=year,
        money=Money.from_yuan(draw(st.integers(0, 50)) * 10_000),
        granted_on=date(year, 6, 1),
        keys=tuple(AwardKey(fact="grade", value=key) for key in keys),
        groups=draw(st.sampled_from([(), ("some",)])),
        part=draw(st.sampled_from([None, "甲", "甲", "乙", "丙"])),
        claim=draw(st.sampled_from([None, None, f"K{index}", "K-shared"])),
    )


@st.composite
def histories(draw: st.DrawFn, least: int = 0) -> tuple[Award, ...]:
    return tuple(draw(awards(index)) for index in range(draw(st.integers(least, 3))))


FACTS = sheet(fact("above_scale", "flag", True), fact("grade", "code", "a"))


def tried(rules: ItemRules, earlier: Iterable[Award], facts: FactSheet = FACTS) -> Assessment:
    return assess(rules, facts, TODAY, awards=AwardHistory(family="A", awards=tuple(earlier)))


def paid(rules: ItemRules, earlier: Iterable[Award]) -> Money:
    """What is paid: nothing of what is undetermined or objected to."""
    return Money.total(line.money for line in tried(rules, earlier).shares)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150)
@given(st.data())
def test_adding_an_award_never_raises_a_payment(kind: str, data: st.DataObject):
    rules, earlier = data.draw(rules_over_history(kind)), data.draw(histories())
    at, more = data.draw(st.integers(0, len(earlier))), data.draw(awards(9))
    assert paid(rules, (*earlier[:at], more, *earlier[at:])) <= paid(rules, earlier)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150)
@given(st.data(), st.sampled_from(["key", "part", "both"]))
def test_removing_a_key_or_a_part_from_an_award_never_raises_a_payment(kind: str, data: st.DataObject, what: str):
    rules, earlier = data.draw(rules_over_history(kind)), data.draw(histories(1))
    index = data.draw(st.integers(0, len(earlier) - 1))
    less = {"key": {"keys": ()}, "part": {"part": None}, "both": {"keys": (), "part": None}}[what]
    poorer = earlier[index].model_copy(update=less)
    assert paid(rules, (*earlier[:index], poorer, *earlier[index + 1 :])) <= paid(rules, earlier)


@settings(max_examples=200)
@given(rules_over_history(), histories())
def test_the_parts_payments_the_lines_the_shares_and_the_receivers_sum_to_the_amount(
    rules: ItemRules, earlier: tuple[Award, ...]
):
    found = tried(rules, earlier)
    amount = found.amount
    if amount.money is None:
        assert (amount.parts, found.shares) == ((), ())
        assert amount.missing or found.objections, "what would tell it, or what cannot be told beside it"
        if amount.lowest is not None and amount.highest is not None:
            assert Money(0) <= amount.lowest <= amount.highest
        return
    assert Money.total(line.value for line in amount.working) == amount.money
    assert not amount.parts or Money.total(each.money for each in amount.parts) == amount.money
    assert all(each.money >= Money(0) for each in amount.parts)
    assert all(each.money > Money(0) and each.text_zh for each in amount.reductions)
    for lines in (found.shares, found.payees):
        assert not lines or Money.total(line.money for line in lines) == amount.money


@settings(max_examples=200)
@given(rules_over_history(), st.lists(st.tuples(YEARS, st.sampled_from("ab")), min_size=2, max_size=5))
def test_a_claim_after_another_never_brings_the_total_above_any_cap(rules: ItemRules, claims: list[tuple[int, str]]):
    earlier: list[Award] = []
    for index, (year, project) in enumerate(sorted(claims)):
        keys = (AwardKey(fact="grade", value=project),)
        met = fact("above_scale", "flag", True, str(year))
        facts = sheet(met, fact("grade", "code", project, str(year)), year=year)
        found = tried(rules, earlier, facts)
        if not found.shares:
            continue
        parts = found.amount.parts or (None,)
        for part in parts:
            said = {"family": "A", "level": "city", "year": year, "granted_on": date(year, 6, 1), "keys": keys}
            money = found.amount.money if part is None else part.money
            earlier.append(Award(**said, money=money, part=part and part.part, claim=f"K{index}"))
        assert_within(rules.amount, earlier, year, project)


def assert_within(node: AmountRule, earlier: list[Award], year: int, project: str, part: str | None = None) -> None:
    """What was granted, the last claim included, lies within every cap over it."""
    if isinstance(node, Highest):  # what stands beside the cap may be paid instead of it
        return
    if isinstance(node, Cap | CapInOrder) and node.scope != "payment":
        counted = node.counted or Counted()
        yearly = node.scope == "year" or counted.scope == "year"
        had = [
            award
            for award in earlier
            if (counted.families == "any" or counted.families == "own" or "A" in counted.families)
            and (not counted.levels or "city" in counted.levels)
            and (not yearly or award.year == year)
            and (counted.years is None or year - counted.years < award.year <= year)
            and (not counted.parts or award.part in counted.parts)
            and (part is None or award.part == part)
            and (counted.key is None or award.codes_of("grade") == {project})
        ]
        if (counted.families in ("own", "any") or "A" in counted.families) and "city" in (counted.levels or ("city",)):
            assert Money.total(award.money for award in had) <= Money.from_yuan(int(node.limit.value) * 10_000)
    of = getattr(node, "of", ())
    for each in of if isinstance(of, tuple) else (of,):
        inside = each.name if isinstance(node, Sum | CapInOrder) else part
        assert_within(each, earlier, year, project, inside)
