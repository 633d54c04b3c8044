"""Which limits over earlier awards take them off twice, told by paying one claim after another."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.item import PolicyItemContent
from contracts.money import Money
from contracts.rule import (
    Additive,
    AmountRule,
    Award,
    AwardHistory,
    Cap,
    CapInOrder,
    Compare,
    Counted,
    Difference,
    Exclusive,
    NamedFigure,
    NamedValue,
    Quotient,
    Rate,
    Sum,
    Threshold,
    TopUp,
    When,
)
from rules import check, check_publication
from rules.amounts import compute_amount
from rules.checking.history import check_history
from rules.findings import Findings
from tests.unit.rules.rule_writing import FACT_TYPES, TODAY, fixed, item_rules, sheet
from tests.unit.rules.sample_files import ITEMS


def wan(value: int, name: str | None = None) -> AmountRule:
    return fixed(value, "万元").model_copy(update={"name": name})


def lifetime(of: AmountRule, limit: AmountRule | int, **counted: object) -> Cap:
    most = wan(limit) if isinstance(limit, int) else limit
    return Cap(scope="lifetime", of=of, limit=most, counted=Counted(**counted) if counted else None)


def problems(amount: AmountRule, **more: object) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in check(item_rules(amount=amount, **more))]


TWICE = "history_deducted_twice"


@pytest.mark.parametrize(
    ("amount", "where"),
    [
        (TopUp(of=lifetime(wan(90), 100)), "/amount/of"),
        (TopUp(of=Cap(scope="year", of=wan(90), limit=wan(100))), "/amount/of"),
        (TopUp(of=TopUp(of=wan(90))), "/amount/of"),
        (TopUp(of=Sum(of=[wan(1), Cap(of=lifetime(wan(90), 100), limit=wan(5))])), "/amount/of"),
        (TopUp(of=CapInOrder(scope="year", of=[wan(1, "甲"), wan(2, "乙")], limit=wan(2))), "/amount/of"),
        (TopUp(of=Cap(of=wan(90), limit=lifetime(wan(90), 100))), "/amount/of"),
        (TopUp(of=lifetime(wan(90), 100, families="any"), counted=Counted(families=["B"])), "/amount/of"),
        (TopUp(of=lifetime(wan(90), 100), counted=Counted(levels=["county"])), "/amount/of"),
        (TopUp(of=lifetime(wan(90), 100, levels=["county", "city"]), counted=Counted(levels=["county"])), "/amount/of"),
        (lifetime(wan(90), TopUp(of=wan(100))), "/amount/limit"),
        (lifetime(wan(90), lifetime(wan(100), 80)), "/amount/limit"),
    ],
)
def test_what_takes_the_same_awards_off_twice_is_told_where_it_does(amount: AmountRule, where: str):
    assert problems(amount) == [(TWICE, where)]


@pytest.mark.parametrize(
    "amount",
    [
        lifetime(TopUp(of=wan(90)), 100),
        lifetime(lifetime(wan(90), 50), 100),
        TopUp(of=Cap(of=wan(90), limit=wan(100))),
        TopUp(of=lifetime(wan(90), 100), counted=Counted(families=["B"])),
        TopUp(of=lifetime(wan(90), 100, levels=["city"]), counted=Counted(levels=["county"])),
        Cap(of=wan(90), limit=TopUp(of=wan(100))),
        Sum(of=[TopUp(of=wan(90)), lifetime(wan(9), 10)]),
        When(
            condition=Compare(left=TopUp(of=lifetime(wan(1), 2, families=["B"])), operator="ge", right=wan(1)),
            then=TopUp(of=wan(2)),
        ),
    ],
)
def test_limits_that_hold_against_the_same_total_or_other_awards_may_stand_in_one_another(amount: AmountRule):
    assert problems(amount) == []


def test_parts_of_their_own_are_not_taken_off_twice():
    capped = Cap(name="设备", scope="lifetime", of=wan(9), limit=wan(5), counted=Counted(parts=["设备"]))
    amount = Sum(of=[capped, wan(1, "厂房")])
    assert problems(TopUp(of=amount, counted=Counted(parts=["厂房"]))) == []
    assert problems(TopUp(of=amount, counted=Counted(parts=["设备"]))) == [(TWICE, "/amount/of")]


def test_a_named_value_is_looked_into():
    value = NamedValue(name="capped", label="封顶后", of=lifetime(wan(90), 100))
    rules = item_rules(amount=TopUp(of=NamedFigure(value="capped")), values=(value,))
    findings = Findings(rules.fact_types_by_name)
    check_history(rules, findings)
    assert [(each.code, each.where) for each in findings.problems] == [(TWICE, "/amount/of")]


def test_a_list_that_names_the_item_itself_counts_its_own_awards():
    amount = TopUp(of=lifetime(wan(90), 100), counted=Counted(families=["SC-021", "B"]))
    assert problems(amount) == []
    item: PolicyItemContent = ITEMS["SC-021"]
    changed = item.model_copy(update={"rules": item.rules.model_copy(update={"amount": amount})})
    assert [each.code for each in check_publication(changed) if each.code == TWICE] == [TWICE]


def exclusive(**more: object) -> Exclusive:
    return Exclusive(**{"families": ["B"], "granted": "top_up"} | more)


@pytest.mark.parametrize(
    ("amount", "stacking", "places"),
    [
        (TopUp(of=wan(9), counted=Counted(families=["B"])), (exclusive(),), ["/stacking/0/granted"]),
        (lifetime(wan(9), 5, families="any"), (exclusive(),), ["/stacking/0/granted"]),
        (lifetime(wan(9), 5, families=["B", "C"]), (exclusive(families="any"),), ["/stacking/0/granted"]),
        (lifetime(wan(9), 5, families=["B"]), (exclusive(families="any"), Additive(families=["B"])), []),
        (lifetime(wan(9), 5, families=["C"]), (exclusive(),), []),
        (lifetime(wan(9), 5), (exclusive(families="any"),), []),
        (lifetime(wan(9), 5, families="any"), (exclusive(granted="refuse"),), []),
        (wan(9), (exclusive(), exclusive()), []),
        (Sum(of=[wan(9, "甲"), wan(1, "乙")]), (exclusive(parts=["甲"]), exclusive()), ["/stacking/1/granted"]),
        (Sum(of=[wan(9, "甲"), wan(1, "乙")]), (exclusive(parts=["甲"]), exclusive(families=["C"])), []),
    ],
)
def test_a_difference_to_awards_that_the_amount_has_taken_off_is_told(
    amount: AmountRule, stacking: tuple[object, ...], places: list[str]
):
    assert problems(amount, stacking=stacking) == [(TWICE, place) for place in places]


@pytest.mark.parametrize(
    ("amount", "where"),
    [
        (Difference(of=wan(9), less=lifetime(wan(9), 5)), "/amount/less"),
        (Threshold(of=wan(9), least=TopUp(of=wan(9))), "/amount/least"),
        (
            Rate(
                base=wan(9),
                rate=Quotient(of=wan(9), by=lifetime(wan(9), 5), when_zero=fixed(0, "%")),
            ),
            "/amount/rate/by",
        ),
    ],
)
def test_what_was_had_before_never_makes_it_more(amount: AmountRule, where: str):
    assert ("history_raises", where) in problems(amount)


# -- one claim after another --------------------------------------------------------------------------------

CHAINS = st.lists(st.tuples(st.sampled_from(["lifetime", "top_up", "payment"]), st.integers(0, 60)), max_size=4)


def chain(asked: int, links: list[tuple[str, int]]) -> AmountRule:
    rule = wan(asked)
    for kind, limit in links:
        rule = TopUp(of=rule) if kind == "top_up" else Cap(scope=kind, of=rule, limit=wan(limit))
    return rule


@given(st.integers(0, 60), CHAINS, st.lists(st.integers(0, 30), max_size=3))
def test_what_the_check_lets_through_takes_every_award_off_once(
    asked: int, links: list[tuple[str, int]], had: list[int]
):
    """What may be had is the least of all limits, less what was had: a top-up and a lifetime's cap reach it exactly."""
    rule, awards = chain(asked, links), tuple(award(each) for each in had)
    found = compute_amount(rule, sheet(), TODAY, FACT_TYPES, awards=AwardHistory(family="A", awards=awards)).money
    expected = Money.from_yuan(model(asked, links, sum(had)) * 10_000)
    assert found is not None
    twice = TWICE in [code for code, _ in problems(rule)]
    assert found <= expected if twice else found == expected


def award(money: int) -> Award:
    said = {"family": "A", "level": "city", "year": 2024, "granted_on": date(2024, 6, 1)}
    return Award(**said, money=Money.from_yuan(money * 10_000))


def model(asked: int, links: list[tuple[str, int]], had: int) -> int:
    """What is meant: a payment's cap limits this payment, a lifetime's what is had altogether; a top-up turns what is
    had altogether into what is still to be had, once.
    """
    payment, altogether, topped = asked, None, False
    for kind, limit in links:
        if kind == "payment":
            payment = min(payment, limit)
        elif kind == "lifetime":
            altogether = limit if altogether is None else min(altogether, limit)
        elif not topped:
            payment, topped = max(payment - had, 0), True
    left = payment if altogether is None else min(payment, max(altogether - had, 0))
    return max(left, 0)
