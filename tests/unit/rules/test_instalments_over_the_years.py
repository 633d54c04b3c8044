"""Whatever an enterprise claims when, its parts come to the same: nothing more than the whole, nothing lost by haste."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from contracts.money import ZERO, Money
from contracts.rule import (
    Award,
    AwardHistory,
    Cap,
    FactSheet,
    Instalment,
    InstalmentPlan,
    InstalmentRecord,
    ItemRules,
    Recheck,
)
from rules import compute_instalment
from rules.instalments import next_number
from tests.unit.rules.rule_writing import condition, fact, fixed, item_rules, number_fact, quantity, sheet

FIRST_YEAR, LAST_YEAR = 2025, 2031
SCALE = condition("above_scale", "is_true")
FORTUNES = st.lists(st.booleans(), min_size=LAST_YEAR - FIRST_YEAR + 1, max_size=LAST_YEAR - FIRST_YEAR + 1)
OUTCOMES = st.sampled_from([("skip", None), ("stop", None), ("reduce", "1/2"), ("reduce", "1/3")])


def facts(fortunes: Sequence[bool], year: int, spent: Sequence[int] = ()) -> FactSheet:
    """What is known of each year, as the claim for `year` tells it; the investment is that of the claim's year."""
    known = [fact("above_scale", "flag", each, str(FIRST_YEAR + n)) for n, each in enumerate(fortunes)]
    if spent:
        known.append(number_fact("rd_expense", spent[year - FIRST_YEAR], "分", None))
    return sheet(*known, year=year)


@st.composite
def plans(draw: st.DrawFn, *, outcomes: bool = True, whole: str = "fixed", dated: bool = True) -> InstalmentPlan:
    weights = draw(st.lists(st.integers(1, 9), min_size=1, max_size=5))
    years = sorted(draw(st.lists(st.integers(1, 5), min_size=len(weights), max_size=len(weights))))
    parts = []
    for n, weight in enumerate(weights):
        due = {"due_year": years[n]} if dated and n else {}
        checks = draw(st.lists(OUTCOMES, max_size=2)) if outcomes else []
        rechecks = tuple(Recheck(condition=SCALE, if_failed=kind, reduced_to=left) for kind, left in checks)
        parts.append(Instalment(label=f"{n + 1}", fraction=f"{weight}/{sum(weights)}", rechecks=rechecks, **due))
    return InstalmentPlan(parts=parts, together=draw(st.booleans()), whole=whole)


def life(
    rules: ItemRules,
    attempts: Sequence[int],
    fortunes: Sequence[bool],
    spent: Sequence[int] = (),
    records: tuple[InstalmentRecord, ...] = (),
    whole: Money | None = None,
) -> tuple[InstalmentRecord, ...]:
    """What is on record after claims for these years, each as often as anything comes of it."""
    assert rules.instalments is not None
    count = len(rules.instalments.parts)  # type: ignore[union-attr]
    for year in attempts:
        today = date(year, 12, 31)
        while True:
            history = AwardHistory(family="A", claim_year=FIRST_YEAR, instalments=records, whole=whole)
            number = next_number(history)
            if number > count:
                return records
            answer = compute_instalment(rules, number, facts(fortunes, year, spent), today, awards=history)
            assert (answer.amount.money == ZERO) or answer.numbers
            records = (*records, *answer.records)
            whole = whole or answer.amount.whole
            if not answer.records:
                break
    return records


def total(records: Sequence[InstalmentRecord]) -> Money:
    return Money.total(record.money for record in records)


ATTEMPTS = st.lists(st.integers(FIRST_YEAR, LAST_YEAR), max_size=6)


@given(plans(outcomes=False), ATTEMPTS, FORTUNES, st.integers(0, 10**9))
def test_the_parts_come_to_the_whole_in_whatever_years_they_are_claimed(
    plan: InstalmentPlan, attempts: list[int], fortunes: list[bool], fen: int
):
    rules = item_rules(amount=fixed(fen, "分"), instalments=plan)
    records = life(rules, [*attempts, LAST_YEAR], fortunes)
    assert [record.number for record in records] == list(range(1, len(plan.parts) + 1))
    assert total(records) == Money(fen)


@given(plans(), ATTEMPTS, FORTUNES, st.integers(0, 10**9))
def test_claiming_early_or_late_or_often_never_changes_what_is_got_in_the_end(
    plan: InstalmentPlan, attempts: list[int], fortunes: list[bool], fen: int
):
    """Each part with a due year is judged by its own; the first has none, so that it is claimed in the same year."""
    rules = item_rules(amount=fixed(fen, "分"), instalments=plan)
    in_time = life(rules, range(FIRST_YEAR, LAST_YEAR + 1), fortunes)
    assert life(rules, [FIRST_YEAR, *attempts, LAST_YEAR], fortunes) == in_time
    assert total(in_time) <= Money(fen)


@given(plans(dated=False), FORTUNES, st.integers(0, 10**9))
def test_at_one_time_together_and_one_by_one_come_to_the_same(plan: InstalmentPlan, fortunes: list[bool], fen: int):
    at_once, singly = (
        item_rules(amount=fixed(fen, "分"), instalments=plan.model_copy(update={"together": together}))
        for together in (True, False)
    )
    assert life(at_once, [LAST_YEAR], fortunes) == life(singly, [LAST_YEAR], fortunes)


SPENT = st.lists(st.integers(0, 10**6), min_size=LAST_YEAR - FIRST_YEAR + 1, max_size=LAST_YEAR - FIRST_YEAR + 1)


@given(plans(whole="recomputed"), ATTEMPTS, FORTUNES, SPENT)
def test_a_whole_that_is_recomputed_never_pays_more_than_the_most_that_it_was(
    plan: InstalmentPlan, attempts: list[int], fortunes: list[bool], spent: list[int]
):
    rules = item_rules(amount=quantity("rd_expense", None), instalments=plan)
    records = life(rules, sorted([*attempts, LAST_YEAR]), fortunes, spent)
    assert total(records) <= Money(max(spent))
    assert all(record.money >= ZERO for record in records)


@given(plans(outcomes=False, whole="recomputed"), ATTEMPTS, FORTUNES, SPENT)
def test_a_whole_that_only_grows_is_paid_as_what_it_is_with_the_last_part(
    plan: InstalmentPlan, attempts: list[int], fortunes: list[bool], spent: list[int]
):
    grown = sorted(spent)
    rules = item_rules(amount=quantity("rd_expense", None), instalments=plan)
    before = life(rules, sorted(attempts), fortunes, grown)
    records = life(rules, [LAST_YEAR], fortunes, grown, before)
    last = LAST_YEAR if len(before) < len(plan.parts) else None
    assert last is None or total(records) == Money(grown[-1])
    assert total(records) <= Money(grown[-1])


@given(plans(whole="recomputed"), FORTUNES, SPENT)
def test_what_a_recheck_took_stays_lost_however_much_the_whole_grows(
    plan: InstalmentPlan, fortunes: list[bool], spent: list[int]
):
    """In the end nobody has more than what was kept of each part, of the whole as it is."""
    grown = sorted(spent)
    rules = item_rules(amount=quantity("rd_expense", None), instalments=plan)
    records = life(rules, range(FIRST_YEAR, LAST_YEAR + 1), fortunes, grown)
    fixed_rules = item_rules(amount=fixed(grown[-1], "分"), instalments=plan.model_copy(update={"whole": "fixed"}))
    at_the_last = life(fixed_rules, range(FIRST_YEAR, LAST_YEAR + 1), fortunes)
    assert [each.outcome for each in records] == [each.outcome for each in at_the_last]
    assert total(records).fen <= total(at_the_last).fen + len(plan.parts)  # each of these is cut to the fen


RECORDS = st.lists(
    st.builds(
        InstalmentRecord,
        number=st.integers(1, 6),
        outcome=st.sampled_from(["paid", "skipped", "stopped"]),
        money=st.integers(0, 10**6).map(Money),
        reduced_to=st.sampled_from(["1", "1/2", "0"]),
    ),
    max_size=3,
)


@given(st.one_of(plans(outcomes=False), plans(outcomes=False, whole="recomputed")), FORTUNES, SPENT, RECORDS, RECORDS)
def test_one_more_record_never_raises_what_is_still_to_come(
    plan: InstalmentPlan,
    fortunes: list[bool],
    spent: list[int],
    records: list[InstalmentRecord],
    more: list[InstalmentRecord],
):
    """Without rechecks: a record that a part was paid may stand for one that would have stopped all after it."""
    rules = item_rules(amount=quantity("rd_expense", None), instalments=plan)
    whole = Money(spent[0])
    fewer, all_of_them = tuple(records), (*records, *more)
    still = [
        total(life(rules, [LAST_YEAR], fortunes, spent, known, whole)) - total(known) for known in (fewer, all_of_them)
    ]
    assert still[1] <= still[0]


@given(plans(), st.lists(st.integers(0, 10**6), max_size=3), st.integers(0, 10**6))
def test_one_more_award_of_another_claim_never_raises_a_part(plan: InstalmentPlan, had: list[int], more: int):
    capped = Cap(scope="lifetime", of=fixed(10**6, "分"), limit=fixed(10**6, "分"))
    rules = item_rules(amount=capped, instalments=plan)

    def first_part(awards: Sequence[int]) -> Money:
        said = {"family": "A", "level": "city", "year": 2024, "granted_on": "2024-12-01"}
        others = tuple(Award(**said, money=Money(each), claim=f"c{n}", instalment=1) for n, each in enumerate(awards))
        history = AwardHistory(family="A", awards=others, claim_year=FIRST_YEAR)
        answer = compute_instalment(rules, 1, facts([True] * 7, FIRST_YEAR), date(2025, 12, 31), awards=history)
        assert answer.amount.money is not None
        return answer.amount.money

    assert first_part([*had, more]) <= first_part(had)
