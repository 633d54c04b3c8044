"""Several rechecks of one instalment, each with its own outcome: the strictest that fails decides."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import (
    AwardHistory,
    Cap,
    Decided,
    FactSheet,
    Instalment,
    InstalmentPlan,
    InstalmentRecord,
    ItemRules,
    Recheck,
    State,
    Sum,
)
from rules import assess, compute_instalment
from tests.unit.rules.rule_writing import TODAY, condition, fact, fixed, item_rules, quantity, sheet

FIRST = InstalmentRecord(number=1, outcome="paid", money=Money.from_yuan(25_000))
PAID = AwardHistory(family="A", claim_year=2024, instalments=(FIRST,), whole=Money.from_yuan(50_000))


def check(place: int, if_failed: str, reduced_to: str | None = None, **more: object) -> Recheck:
    """A condition on a flag of its own, which the period tells."""
    passes = condition("above_scale", "is_true", period=str(2000 + place))
    return Recheck(condition=passes, if_failed=if_failed, reduced_to=reduced_to, **more)


def facts(*passed: bool | None) -> FactSheet:
    """What each of these conditions comes to; None: nobody knows."""
    known = [
        fact("above_scale", "flag", each, str(2000 + place)) for place, each in enumerate(passed) if each is not None
    ]
    return sheet(*known, fact("above_scale", "flag", True))


def with_checks(*checks: Recheck, **more: object) -> ItemRules:
    parts = [
        Instalment(label="首期", fraction="1/2"),
        Instalment(label="二期", fraction="1/2", due_year=1, rechecks=checks),
    ]
    return item_rules(instalments=InstalmentPlan(parts=parts), **more)


def outcome(rules: ItemRules, *passed: bool | None) -> tuple[str, int | None]:
    answer = compute_instalment(rules, 2, facts(*passed), TODAY, awards=PAID)
    money = answer.amount.money
    return answer.outcome, None if money is None else money.fen // 100


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        ((True, True, True, True), ("due", 25_000)),
        ((True, True, True, False), ("reduced", 12_500)),
        ((True, True, False, False), ("waiting", 0)),
        ((True, False, False, False), ("skipped", 0)),
        ((False, False, False, False), ("stopped", 0)),
        ((False, True, True, True), ("stopped", 0)),
    ],
)
def test_the_strictest_that_fails_decides(passed: tuple[bool, ...], expected: tuple[str, int]):
    rules = with_checks(check(0, "stop"), check(1, "skip"), check(2, "wait"), check(3, "reduce", "1/2"))
    assert outcome(rules, *passed) == expected
    assert outcome(with_checks(*reversed(_checks_of(rules))), *passed) == expected


def _checks_of(rules: ItemRules) -> tuple[Recheck, ...]:
    assert isinstance(rules.instalments, InstalmentPlan)
    return rules.instalments.parts[1].rechecks


def test_of_two_that_reduce_the_one_that_leaves_less_counts_and_they_do_not_multiply():
    rules = with_checks(check(0, "reduce", "4/5"), check(1, "reduce", "1/2"))
    assert outcome(rules, False, True) == ("reduced", 20_000)
    assert outcome(rules, False, False) == ("reduced", 12_500)


def test_a_failed_stop_decides_at_once_and_an_open_one_leaves_it_open():
    rules = with_checks(check(0, "stop"), check(1, "reduce", "1/2"))
    assert outcome(rules, False, None) == ("stopped", 0)
    assert outcome(rules, None, False) == ("undetermined", None)
    assert outcome(rules, True, None) == ("undetermined", None)


def test_what_is_reduced_says_by_how_much_and_is_paid():
    rules = with_checks(check(0, "reduce", "1/3"))
    answer = compute_instalment(rules, 2, facts(False), TODAY, awards=PAID)
    assert answer.reason == "本期复核部分通过：本期按 1/3 兑付，其余不再兑付"
    (reduction,) = answer.amount.reductions
    assert (reduction.kind, reduction.money) == ("recheck", Money(1_666_667))
    assert reduction.text_zh == "第 2 期（二期）：复核未全部通过，按 1/3 兑付 8,333.33 元，其余不再兑付"
    assert Money.total(line.value for line in answer.amount.working) == answer.amount.money == Money(833_333)
    (record,) = answer.records
    assert record == InstalmentRecord(number=2, outcome="paid", money=Money(833_333), reduced_to="1/3")
    found = assess(rules, facts(False), TODAY, awards=PAID)
    assert (found.verdict.state, found.amount.money) == (State.MET, Money(833_333))
    assert Money.total(share.money for share in found.shares) == Money(833_333)
    (failed,) = found.verdict.reasons
    assert not failed.is_spare(found.verdict.state), "it halved the part, and was shown as “未采用，不影响结论”"
    assert (failed.state, failed.decisive) == (State.NOT_MET, True)


def test_an_exemption_lets_its_own_recheck_pass_and_no_other():
    exempt = condition("above_scale", "is_true", period="2009")
    rules = with_checks(check(0, "skip", exemption=exempt), check(1, "stop"))
    known = [fact("above_scale", "flag", True, "2009")]

    def with_exemption(first: bool, second: bool) -> str:
        given = sheet(*known, *(f for f in facts(first, second).facts))
        return compute_instalment(rules, 2, given, TODAY, awards=PAID).outcome

    assert [with_exemption(False, True), with_exemption(False, False)] == ["due", "stopped"]


def test_a_sum_of_its_own_is_reduced_too():
    part = Instalment(label="二期", amount=fixed(1, "万元"), due_year=1, rechecks=(check(0, "reduce", "1/2"),))
    first = Instalment(label="首期", amount=fixed(4, "万元"))
    rules = item_rules(instalments=InstalmentPlan(parts=[first, part]))
    answer = compute_instalment(rules, 2, facts(False), TODAY, awards=PAID)
    assert (answer.outcome, answer.amount.money) == ("reduced", Money.from_yuan(5_000))
    assert Money.total(line.value for line in answer.amount.working) == Money.from_yuan(5_000)


def test_a_sum_of_its_own_that_is_still_to_be_decided_has_a_range_that_is_reduced_too():
    bonus = Decided(decision="bonus", by="评审组", max=fixed(2, "万元"), min=fixed(1, "万元"))
    part = Instalment(label="二期", amount=bonus, due_year=1, rechecks=(check(0, "reduce", "1/2"),))
    rules = item_rules(instalments=InstalmentPlan(parts=[Instalment(label="首期", amount=fixed(4, "万元")), part]))
    for passed, ends in ((True, (10_000, 20_000)), (False, (5_000, 10_000))):
        found = compute_instalment(rules, 2, facts(passed), TODAY, awards=PAID).amount
        assert (found.money, found.lowest, found.highest) == (None, *map(Money.from_yuan, ends))


def test_the_verdict_of_a_later_part_is_that_of_its_rechecks():
    rules = with_checks(check(0, "skip"), check(1, "reduce", "1/2"))
    said = assess(rules, facts(False, False), TODAY, awards=PAID)
    assert said.verdict.state is State.NOT_MET
    assert [each.decisive for each in said.verdict.reasons] == [True, True]
    open_still = assess(rules, facts(True, None), TODAY, awards=PAID).verdict
    assert (open_still.state, [each.period for each in open_still.missing]) == (State.UNDETERMINED, ["2001"])
    assert [each.decisive for each in open_still.reasons] == [False, True]


def test_an_undetermined_whole_gives_each_part_a_range_of_its_own():
    """The range of the whole stood there as if it were that of the part."""
    whole = Sum(of=[fixed(2, "万元"), Cap(scope="project", of=fixed(4, "万元"), limit=fixed(3, "万元"))])
    keyed = Cap(scope="project", of=whole, limit=quantity("rd_expense"), counted={"key": {"fact": "grade"}})
    rules = with_checks(check(0, "reduce", "1/2"), amount=keyed)
    history = PAID.model_copy(update={"whole": None})
    answer = compute_instalment(rules, 2, facts(True), TODAY, awards=history)
    assert (answer.amount.money, answer.amount.lowest, answer.amount.highest) == (
        None,
        Money(0),
        Money.from_yuan(25_000),
    )
    less = compute_instalment(rules, 2, facts(False), TODAY, awards=history)
    assert (less.amount.lowest, less.amount.highest) == (Money(0), Money.from_yuan(12_500))


# -- what is open decides nothing that it could still change -------------------------------------------------

REDUCED = st.sampled_from(["1/4", "1/2", "2/4", "3/4"])
CHECKS = st.lists(
    st.one_of(
        st.sampled_from(["stop", "skip", "wait"]).map(lambda each: (each, None)),
        REDUCED.map(lambda each: ("reduce", each)),
    ),
    max_size=4,
)


@given(CHECKS, st.data())
def test_an_answer_is_given_exactly_when_nothing_that_is_open_could_change_it(
    kinds: list[tuple[str, str | None]], data: st.DataObject
):
    passed = tuple(data.draw(st.sampled_from([True, False, None])) for _ in kinds)
    rules = with_checks(*(check(place, *kind) for place, kind in enumerate(kinds)))
    ways = product(*([each] if each is not None else [True, False] for each in passed))
    possible = {outcome(rules, *way) for way in ways}
    expected = possible.pop() if len(possible) == 1 else ("undetermined", None)
    assert outcome(rules, *passed) == expected


@given(CHECKS, st.data())
def test_one_more_recheck_never_pays_more(kinds: list[tuple[str, str | None]], data: st.DataObject):
    passed = tuple(data.draw(st.booleans()) for _ in kinds)
    fewer = outcome(with_checks(*(check(place, *kind) for place, kind in enumerate(kinds[:-1]))), *passed)
    all_of_them = outcome(with_checks(*(check(place, *kind) for place, kind in enumerate(kinds))), *passed)
    assert (all_of_them[1] or 0) <= (fewer[1] or 0)


@given(st.integers(0, 10**7), st.fractions(Fraction(1, 99), Fraction(98, 99), max_denominator=99))
def test_what_is_reduced_is_cut_to_the_fen_and_the_rest_is_lost(fen: int, kept: Fraction):
    checks = (check(0, "reduce", f"{kept.numerator}/{kept.denominator}"),)
    parts = [Instalment(label="一次付清", fraction="1", rechecks=checks)]
    rules = item_rules(amount=fixed(fen, "分"), instalments=InstalmentPlan(parts=parts))
    answer = compute_instalment(rules, 1, facts(False), TODAY)
    assert answer.amount.money == Money(fen * kept.numerator // kept.denominator)
    assert answer.amount.reductions[0].money + answer.amount.money == Money(fen)
