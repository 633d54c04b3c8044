"""The named parts and the reductions of a whole, as what they are of one instalment: they add up again."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Money
from contracts.rule import (
    Amount,
    AwardHistory,
    Benefit,
    Instalment,
    InstalmentPlan,
    InstalmentRecord,
    Line,
    MissingFact,
    PartAmount,
    Recheck,
    Reduction,
)
from rules.instalment_money import Portion, Settled, amount_of_portion, settled_before, sum_of
from tests.unit.rules.rule_writing import condition


def whole_of(*parts: int, lost: int = 0) -> Amount:
    money = Money(sum(parts))
    return Amount(
        state="known",
        money=money,
        working=(Line(text_zh="各部分", value=money),),
        parts=tuple(PartAmount(part=f"第 {n} 部分" if n else None, money=Money(each)) for n, each in enumerate(parts)),
        reductions=(Reduction(kind="cap", text_zh="封顶", money=Money(lost), part="第 1 部分"),),
    )


def portions(weights: list[int], *, recomputed: bool = False, reduced_to: str | None = None) -> list[Portion]:
    """Those of a whole that is divided by these weights, none of them paid before."""
    found, before = [], Fraction(0)
    for number, weight in enumerate(weights, 1):
        part = Instalment(label=f"{number}", fraction=f"{weight}/{sum(weights)}")
        settled = Settled() if recomputed else None
        found.append(Portion(number, part, before, settled, reduced_to))
        before += Fraction(weight, sum(weights))
    return found


WEIGHTS = st.lists(st.integers(1, 9), min_size=1, max_size=5)
PARTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=4)


@given(WEIGHTS, PARTS, st.integers(0, 10**9))
def test_the_parts_of_an_instalment_add_up_to_it_and_reductions_to_those_of_the_whole(
    weights: list[int], parts: list[int], lost: int
):
    whole = whole_of(*parts, lost=lost)
    amounts = [amount_of_portion(portion, whole) for portion in portions(weights)]
    for amount in amounts:
        assert Money.total(each.money for each in amount.parts) == amount.money
        assert amount.money is not None
        for each, part in zip(amount.parts, parts, strict=True):
            share = Fraction(amount.money.fen * part, sum(parts) or 1)
            assert max(share - 1, 0) <= each.money.fen < share + 1
        assert Money.total(line.value for line in amount.working) == amount.money
    assert Money.total(each.reductions[0].money for each in amounts) == Money(lost)
    at_once = sum_of(amounts)
    assert at_once.money == whole.money == Money.total(each.money for each in at_once.parts)
    assert [each.part for each in at_once.parts] == [each.part for each in whole.parts]
    assert Money.total(each.money for each in at_once.reductions) == Money(lost)


@given(WEIGHTS, PARTS, st.booleans())
def test_the_parts_of_a_reduced_instalment_add_up_to_what_is_paid(
    weights: list[int], parts: list[int], recomputed: bool
):
    for portion in portions(weights, recomputed=recomputed, reduced_to="1/3"):
        amount = amount_of_portion(portion, whole_of(*parts))
        assert Money.total(each.money for each in amount.parts) == amount.money == portion.paid(Money(sum(parts)))
        lost = amount.reductions[-1]
        assert (lost.kind, lost.money) == ("recheck", portion.full(Money(sum(parts))) - portion.paid(Money(sum(parts))))
        assert Money.total(line.value for line in amount.working) == amount.money


def test_several_at_once_say_what_explains_the_whole_once_and_keep_what_is_not_money():
    benefit = Benefit(kind="service", text_zh="优先推荐")
    whole = whole_of(300, 700).model_copy(update={"before_caps": True, "benefits": (benefit,)})
    first, second = (amount_of_portion(portion, whole) for portion in portions([1, 1]))
    both = sum_of([first, second.model_copy(update={"before_caps": False})])
    assert [line.text_zh for line in both.working].count("各部分") == 1
    assert len(both.working) == 3
    assert (both.before_caps, both.benefits) == (True, (benefit,))


def test_what_explains_the_whole_stands_before_the_part_that_it_explains():
    both = sum_of([amount_of_portion(portion, whole_of(300, 700)) for portion in portions([1, 1])])
    assert [(line.text_zh == "各部分", line.value) for line in both.working] == [
        (True, Money(0)), (False, Money(500)), (False, Money(500)),
    ]  # fmt: skip


def test_a_part_that_was_recorded_twice_was_earned_as_far_as_the_lesser_of_the_two():
    said = {"number": 1, "outcome": "paid", "money": Money(100)}
    whole, half = InstalmentRecord(**said), InstalmentRecord(**said, reduced_to="1/2")
    for records in ([whole, half], [half, whole]):
        settled = Settled().and_then(Instalment(label="首期", fraction="1/3"), records)
        assert (settled.earned, settled.paid) == (Fraction(1, 6), Money(200))


def test_before_the_first_part_nothing_was_earned_and_nothing_paid():
    plan = InstalmentPlan(parts=[Instalment(label="一次付清", fraction="1")], whole="recomputed")
    assert settled_before(plan, plan.parts, 1, None) == Settled()


def test_one_of_two_records_that_does_not_say_by_how_much_it_was_reduced_leaves_it_open():
    check = Recheck(condition=condition("above_scale", "is_true"), if_failed="reduce", reduced_to="1/2")
    parts = [Instalment(label="首期", fraction="1/2", rechecks=(check,)), Instalment(label="次期", fraction="1/2")]
    plan = InstalmentPlan(parts=parts, whole="recomputed")
    said = {"number": 1, "outcome": "paid", "money": Money(100)}
    records = (InstalmentRecord(**said, reduced_to="1"), InstalmentRecord(**said))
    found = settled_before(plan, parts, 2, AwardHistory(family="A", instalments=records))
    assert isinstance(found, MissingFact)
    assert found.label == "第 1 期按几分之几兑付"


def test_what_is_on_record_of_a_part_and_of_those_after_it_is_nothing_that_went_before():
    parts = [Instalment(label=f"{number}", fraction="1/3") for number in (1, 2, 3)]
    plan = InstalmentPlan(parts=parts, whole="recomputed")
    records = tuple(InstalmentRecord(number=number, outcome="paid", money=Money(number)) for number in (1, 2, 3))
    settled = settled_before(plan, parts, 2, AwardHistory(family="A", instalments=records))
    assert settled == Settled(Fraction(1, 3), Money(1))


def test_while_the_whole_has_a_range_so_has_each_part():
    open_still = Amount(state="undetermined", money=None, lowest=Money(100), highest=Money(301))
    (first, second) = (amount_of_portion(portion, open_still) for portion in portions([1, 2]))
    assert (first.lowest, first.highest) == (Money(33), Money(100))
    assert (second.lowest, second.highest) == (Money(67), Money(201))
    none = amount_of_portion(portions([1])[0], open_still.model_copy(update={"lowest": None, "highest": None}))
    assert (none.money, none.lowest, none.highest) == (None, None, None)
