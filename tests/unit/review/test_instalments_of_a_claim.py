"""How the instalments of a claim end, which is next, and that none goes beyond the whole."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.fakes import NOON
from contracts.money import Money
from contracts.rule import InstalmentRecord
from services.review.cases.claim_instalments import CaseOutcome, beyond_whole, look_at_earlier
from services.review.cases.filing import follow_up_id
from services.review.instalments.domain import ClaimSchedule, ScheduledPart, is_due
from tests.unit.review.review_kit import claim

FIRST = "6f4f1a3e-56c3-5d3c-9b6e-0d6c2b1f8a11"


def plan(parts: int = 3, whole: int | None = 300) -> ClaimSchedule:
    named = tuple(ScheduledPart(f"第 {number} 年") for number in range(1, parts + 1))
    return ClaimSchedule(id=FIRST, tenant="zhanggong", claim=claim(), parts=named, claim_year=2026, whole_fen=whole)


def decided(number: int, outcome: str = "due", fen: int = 100, *, state: str = "approved", covers: int = 1) -> Any:
    """A case of the claim, as far as its instalments look at it; `covers`: so many are paid at once."""
    kept = {"due": "paid", "reduced": "paid", "skipped": "skipped", "stopped": "stopped"}.get(outcome)
    records = tuple(
        InstalmentRecord(number=each, outcome=kept, money=Money(fen if kept == "paid" else 0))
        for each in range(number, number + covers if kept else number)
    )
    answer = SimpleNamespace(outcome=outcome, records=records, number=number)
    id = FIRST if number == 1 else follow_up_id(FIRST, number)
    return SimpleNamespace(id=id, state=state, instalment=number, assessment=SimpleNamespace(instalment=answer))


def test_the_next_one_comes_after_all_that_were_paid_at_once() -> None:
    found = plan()
    found.settle(decided(1, covers=2))
    assert (found.number, found.state, found.paid) == (3, "scheduled", Money(200))


def test_one_that_is_stopped_ends_all_later_ones_and_one_that_is_skipped_does_not() -> None:
    found = plan()
    found.settle(decided(1))
    found.settle(decided(2, "skipped", state="rejected"))
    assert (found.number, found.state) == (3, "scheduled")
    other = plan()
    other.settle(decided(1))
    other.settle(decided(2, "stopped", state="rejected"))
    assert other.state == "ended"


def test_what_people_refuse_although_the_rule_pays_is_lost_for_this_time_and_the_next_goes_on() -> None:
    found = plan()
    found.settle(decided(1))
    found.settle(decided(2, "due", state="rejected"))
    assert [each.outcome for each in found.records] == ["paid", "skipped"]
    assert (found.number, found.paid) == (3, Money(100))


def test_what_is_decided_anew_counts_instead_of_what_was() -> None:
    found = plan()
    found.settle(decided(1, fen=100))
    found.settle(decided(1, fen=80))
    assert (found.paid, found.number) == (Money(80), 2)
    found.settle(decided(1, state="rejected"))
    assert (found.paid, found.state) == (Money(0), "ended")


@given(st.integers(1, 10**12), st.lists(st.integers(0, 10**12), max_size=12))
def test_whatever_is_granted_in_turn_never_goes_beyond_the_whole(whole: int, amounts: list[int]) -> None:
    found = plan(parts=len(amounts) + 1, whole=whole)
    for number, fen in enumerate(amounts, 2):
        if not beyond_whole(asking(number, fen), found.history("A-1")):
            found.settle(decided(number, fen=fen))
        assert found.paid.fen <= whole


def asking(number: int, fen: int) -> Any:
    """A later instalment that asks for so much, as far as it is looked at."""
    amount = SimpleNamespace(money=Money(fen))
    return SimpleNamespace(first_case_id=FIRST, instalment=number, assessment=SimpleNamespace(amount=amount))


def test_what_comes_to_the_whole_to_the_fen_is_paid_and_one_fen_more_is_not() -> None:
    found = plan(whole=300)
    found.settle(decided(1, fen=200))
    assert beyond_whole(asking(2, 100), found.history("A-1")) == []
    (refusal,) = beyond_whole(asking(2, 101), found.history("A-1"))
    assert "总额 3.00 元（已批准 2.00 元）" in refusal.message
    assert beyond_whole(asking(2, 101), plan(whole=None).history("A-1")) == []
    assert beyond_whole(asking(2, 101), None) == []


def test_only_what_was_paid_before_an_instalment_counts_beside_it() -> None:
    found = plan(whole=300)
    found.settle(decided(1, fen=100))
    found.settle(decided(2, fen=100))
    found.settle(decided(3, fen=100))
    assert beyond_whole(asking(3, 100), found.history("A-1")) == []
    assert len(beyond_whole(asking(3, 101), found.history("A-1"))) == 1


def test_a_first_that_is_granted_anew_fixes_the_whole_the_schedule_and_what_follows() -> None:
    found = plan(whole=300)
    found.settle(decided(1))
    found.fixed_anew(plan(parts=2, whole=200))
    assert (found.whole_fen, len(found.parts), list(found.numbers)) == (200, 2, [2])
    found.fixed_anew(None)
    found.settle(decided(1))
    assert (found.state, found.parts) == ("ended", ())


def test_a_day_that_has_come_shows_what_is_missing_and_without_a_day_facts_are_awaited() -> None:
    found = plan()
    found.settle(decided(1))
    answer: Any = SimpleNamespace(outcome="undetermined")
    assert not is_due(answer, found)
    dated = ScheduledPart("第 2 年", due_from=date(2027, 1, 1))
    found.parts = (found.parts[0], dated, found.parts[2])
    assert is_due(answer, found)
    for waits in ("waiting", "not_yet"):
        answer.outcome = waits
        assert not is_due(answer, found)


# -- what earlier instalments say ----------------------------------------------------------------------------

THIRD = {
    FIRST: ("approved", None),
    follow_up_id(FIRST, 2): ("approved", None),
    follow_up_id(FIRST, 3): ("accepted", None),
}


def said_against(instalment: int, **changes: tuple[str, Any]) -> list[str]:
    """The codes that earlier cases say against this one; `first`, `second`, `third`: how they stand."""
    ids = {"first": FIRST, "second": follow_up_id(FIRST, 2), "third": follow_up_id(FIRST, 3)}
    stand = THIRD | {ids[name]: how for name, how in changes.items()}
    outcomes = {id: CaseOutcome(*how) for id, how in stand.items()}  # type: ignore[arg-type]
    store = SimpleNamespace(of=lambda ids: {id: outcomes[id] for id in ids if id in outcomes})
    case: Any = SimpleNamespace(instalment=instalment, first_case_id=FIRST if instalment > 1 else None, earlier=())
    look_at_earlier([case], SimpleNamespace(of=lambda _store: store))  # type: ignore[arg-type]
    return [each.code for each in case.earlier]


UNDECIDED = "earlier_instalment_undecided"


@pytest.mark.parametrize(
    ("how", "codes"),
    [
        (("approved", None), []),
        (("accepted", None), [UNDECIDED]),
        (("received", None), [UNDECIDED]),
        (("approved", NOON), [UNDECIDED]),
        (("rejected", NOON), [UNDECIDED]),
        (("rejected", None), ["first_instalment_refused"]),
    ],
)
def test_the_first_lets_others_follow_once_it_is_approved_and_said(how: tuple[str, Any], codes: list[str]) -> None:
    assert said_against(2, first=how) == codes
    assert said_against(3, first=how) == codes


def test_a_second_that_is_refused_or_has_no_case_of_its_own_holds_nothing_and_one_that_is_open_does() -> None:
    assert said_against(3, second=("rejected", None)) == []
    assert said_against(5, second=("approved", None), third=("approved", None)) == []
    assert said_against(3, second=("accepted", None)) == [UNDECIDED]
    assert said_against(3, first=("accepted", None), second=("accepted", None)) == [UNDECIDED] * 2
    assert said_against(3, first=("rejected", None), second=("accepted", None)) == [UNDECIDED]


def test_an_instalment_is_not_held_by_itself_nor_by_a_later_one_and_a_first_by_none() -> None:
    assert said_against(2, second=("accepted", None), third=("accepted", None)) == []
    assert said_against(1, first=("accepted", None)) == []


def test_which_instalment_is_undecided_is_named() -> None:
    case: Any = SimpleNamespace(instalment=3, first_case_id=FIRST, earlier=())
    store = SimpleNamespace(of=lambda ids: {id: CaseOutcome("accepted", None) for id in ids if id != FIRST})
    look_at_earlier([case], SimpleNamespace(of=lambda _store: store))  # type: ignore[arg-type]
    assert ["第 2 期正在重新审查" in each.message for each in case.earlier] == [True]
