"""Parts over years and by milestones: skipped, stopped, waiting; fractions that add up to the whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.money import Money
from contracts.rule import (
    Award,
    AwardHistory,
    Cap,
    FactSheet,
    Instalment,
    InstalmentPlan,
    InstalmentRecord,
    InstalmentRow,
    InstalmentsBy,
    ItemRules,
    State,
)
from rules import assess, compute_instalment
from rules.instalments import NoSuchInstalment
from tests.unit.rules.rule_writing import TODAY, condition, fact, fixed, item_rules, sheet

MET = fact("above_scale", "flag", True)
SCALE = condition("above_scale", "is_true")


def halves(if_failed: str) -> ItemRules:
    later = Instalment(label="达产后", fraction="1/2", recheck=SCALE, if_failed=if_failed)
    return item_rules(instalments=InstalmentPlan(parts=[Instalment(label="常规", fraction="1/2"), later]))


def paid(*records: InstalmentRecord, **more: object) -> AwardHistory:
    return AwardHistory(family="A", instalments=records, **more)


FIRST = InstalmentRecord(number=1, outcome="paid", money=Money.from_yuan(25_000))


@pytest.mark.parametrize(("if_failed", "outcome"), [("skip", "skipped"), ("stop", "stopped"), ("wait", "waiting")])
def test_a_failed_recheck_does_what_the_rule_says(if_failed: str, outcome: str):
    fallen = sheet(fact("above_scale", "flag", False))
    answer = compute_instalment(halves(if_failed), 2, fallen, TODAY, awards=paid(FIRST))
    assert (answer.outcome, answer.amount.money, answer.amount.whole) == (
        outcome,
        Money(0),
        Money.from_yuan(50_000),
    )
    assert compute_instalment(halves(if_failed), 2, sheet(MET), TODAY, awards=paid(FIRST)).outcome == "due"


def test_what_was_stopped_is_never_paid_again():
    stopped = InstalmentRecord(number=1, outcome="stopped")
    answer = compute_instalment(halves("stop"), 2, sheet(MET), TODAY, awards=paid(stopped))
    assert (answer.outcome, answer.amount.money) == ("stopped", Money(0))


def test_the_instalment_after_those_on_record_is_the_one_that_is_due():
    rules = halves("wait")
    first = assess(rules, sheet(MET), TODAY)
    assert (first.amount.money, first.amount.whole) == (Money.from_yuan(25_000), Money.from_yuan(50_000))
    second = assess(rules, sheet(), TODAY, awards=paid(FIRST))
    assert second.verdict.state is State.UNDETERMINED
    assert second.instalment is not None
    assert second.instalment.number == 2
    last = InstalmentRecord(number=2, outcome="paid")
    done = assess(rules, sheet(MET), TODAY, awards=paid(FIRST, last))
    assert (done.amount.money, done.instalment) == (Money(0), None)
    for number in (0, 3):
        with pytest.raises(NoSuchInstalment):
            compute_instalment(rules, number, sheet(MET), TODAY)


def test_the_whole_is_fixed_with_the_first_and_earlier_parts_do_not_use_up_its_cap():
    rules = halves("wait").model_copy(
        update={"amount": Cap(scope="lifetime", of=fixed(8, "万元"), limit=fixed(5, "万元"))}
    )
    fixed_before = paid(FIRST, whole=Money.from_yuan(60_000))
    assert compute_instalment(rules, 2, sheet(MET), TODAY, awards=fixed_before).amount.money == Money.from_yuan(30_000)
    assert compute_instalment(rules, 2, sheet(MET), TODAY, awards=paid(FIRST)).amount.money == Money.from_yuan(25_000)


def test_the_instalments_of_another_claim_use_up_the_cap_like_any_award():
    """They were left out with those of the claim itself, so that each claim had the whole cap again."""
    rules = halves("wait").model_copy(
        update={"amount": Cap(scope="lifetime", of=fixed(8, "万元"), limit=fixed(5, "万元"))}
    )
    said = {"family": "A", "level": "city", "year": 2024, "money": FIRST.money, "granted_on": "2024-12-01"}
    other = Award(**said, instalment=1, claim="another")
    answer = compute_instalment(rules, 1, sheet(MET), TODAY, awards=AwardHistory(family="A", awards=(other,)))
    assert (answer.amount.money, answer.amount.whole) == (Money.from_yuan(12_500), Money.from_yuan(25_000))


@pytest.mark.parametrize("claim", [None, "this"])
def test_what_this_claim_was_paid_before_stands_in_one_place(claim: str | None):
    said = {"family": "A", "level": "city", "year": 2024, "money": FIRST.money, "granted_on": "2024-12-01"}
    with pytest.raises(ValidationError, match="只写在 instalments 里"):
        AwardHistory(family="A", claim="this", awards=(Award(**said, instalment=1, claim=claim),))


def test_parts_differ_by_sector():
    """JL-007: industry at once, services over three years."""
    years = [
        Instalment(label=f"第{n}年", amount=fixed(wan, "万元")) for n, wan in zip("一二三", (5, 3, 2), strict=True)
    ]
    plan = InstalmentsBy(
        fact="grade",
        period="Y",
        rows=[InstalmentRow(codes=["b"], parts=years)],
        otherwise=[Instalment(label="一次付清", fraction="1")],
    )
    rules = item_rules(amount=fixed(10, "万元"), instalments=plan)

    def wan(code: str, number: int) -> int:
        answer = compute_instalment(rules, number, sheet(MET, fact("grade", "code", code)), TODAY)
        assert answer.amount.money is not None
        return int(answer.amount.money.yuan) // 10_000

    assert [wan("b", number) for number in (1, 2, 3)] == [5, 3, 2]
    assert wan("a", 1) == 10
    unknown = compute_instalment(rules, 1, sheet(MET), TODAY)
    assert (unknown.outcome, [each.name for each in unknown.amount.missing]) == ("undetermined", ["grade"])


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 10**8))
def test_fractions_of_a_whole_add_up_to_it_to_the_fen(weights: list[int], fen: int):
    parts = [Instalment(label=f"第 {n} 期", fraction=f"{weight}/{sum(weights)}") for n, weight in enumerate(weights)]
    rules = item_rules(amount=fixed(fen, "分"), instalments=InstalmentPlan(parts=parts))
    facts: FactSheet = sheet(MET)
    answers = [compute_instalment(rules, number, facts, TODAY) for number in range(1, len(parts) + 1)]
    assert Money.total(answer.amount.money or Money(0) for answer in answers) == Money(fen)
    for answer in answers:
        assert Money.total(line.value for line in answer.amount.working) == answer.amount.money


def test_an_instalment_with_a_sum_of_its_own_does_not_wait_for_the_cap_of_the_whole():
    parts = [
        Instalment(label="第一年", amount=fixed(3, "万元")),
        Instalment(label="第二年", amount=fixed(2, "万元")),
    ]
    whole = Cap(scope="lifetime", of=fixed(5, "万元"), limit=fixed(5, "万元"))
    rules = item_rules(amount=whole, instalments=InstalmentPlan(parts=parts))
    amount = assess(rules, sheet(MET), TODAY).amount
    assert (amount.money, amount.before_caps, amount.whole) == (
        Money.from_yuan(30_000),
        False,
        Money.from_yuan(50_000),
    )
