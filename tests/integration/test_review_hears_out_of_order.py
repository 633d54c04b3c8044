"""FAULTS 6 and 7 for review: what it hears comes three times, shuffled, in batches of any size, with one late and others behind it.

The whole of what review hears is in it: items and words of plans, facts that change three times, a merge, claims and a list.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from review_database import Review
from test_review_moving_facts import corrected

from chassis.edge.frame import Frame
from chassis.events.parking import claim_due
from chassis.events.received import Received
from chassis.testing.fakes import NOON, received
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.merges import EnterpriseMerged
from contracts.review import ApproveCase, CaseView, ListCases
from services.review.register.use_cases import LOOK_BACK, look_back
from tests.unit.review.review_kit import LEADER, USCC, application, item_rules, line, nomination, published

FIRMS = {f"firm-{number}": f"9136070200000{number:04d}X" for number in range(4)}
FINAL = {"firm-0": 25_000_000, "firm-1": 25_000_000, "firm-2": None, "firm-3": 25_000_000}
"""What each firm's claim comes to after all that was said of it, in fen."""

STATE = """
SELECT claim ->> 'application_id', state, assessment -> 'amount' -> 'money', facts, listed_by, obstacles FROM review_case ORDER BY 1
"""
OTHERS = (
    "SELECT enterprise_id, said FROM heard_facts ORDER BY enterprise_id, number",
    "SELECT case_tenant, enterprise_id, uscc, is_open FROM case_claimant ORDER BY 2, 3, 4",
    "SELECT absorbed_id, surviving_id FROM merged_enterprise ORDER BY 1",
    "SELECT uscc, period, amount_fen FROM award ORDER BY 1",
    "SELECT aggregate_type, aggregate_id, sequence FROM position WHERE aggregate_id ~ '-[0-9]$' ORDER BY 1, 2",
    "SELECT count(*) FROM moving_case",
)


@pytest.fixture
def fresh(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Callable[[], Review]:
    """Review on an empty database that knows its places and the words of its plans."""

    def make() -> Review:
        dsns = service_database("review")
        return Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns).prepared()

    return make


@pytest.fixture(scope="module")
def said() -> list[Received[Any]]:
    """All in the order in which it was said, each as an event of its own aggregate in its sequence."""
    everything = [received(published(item_rules(), item_id="item-2"), subject="item-2")]
    everything.append(received(published(item_rules(mode="no_application"), item_id="item-3"), subject="item-3"))
    for firm in FIRMS:
        words = (corrected("200", firm=firm), corrected(firm=firm, gone=True), corrected("250", firm=firm, day=3))
        kept = {"firm-2": words[:2], "firm-3": ()}.get(firm, words)  # what is said of firm-0 is said of firm-3 as well
        everything += [received(event, subject=firm, sequence=number) for number, event in enumerate(kept, 1)]
    merged = EnterpriseMerged(
        absorbed_id="firm-3", absorbed_uscc=FIRMS["firm-3"], surviving_id="firm-0", surviving_uscc=FIRMS["firm-0"]
    )
    everything.append(received(merged, subject="merge-1"))
    for number, (firm, code) in enumerate(FIRMS.items()):
        who = {"enterprise_id": firm, "uscc": code, "application_id": f"application-{number}", "item_id": "item-2"}
        everything.append(received(application(receipt=f"ZD-{number}", **who), subject=f"application-{number}"))
    listed = line(enterprise_id="firm-9", uscc=USCC, application_id="listed", receipt="ZD-9", item_id="item-3")
    everything.append(received(nomination(listed), subject="list-1"))
    return everything


def in_batches(events: Sequence[Received[Any]], draw: random.Random) -> list[list[Received[Any]]]:
    left, batches = list(events), []
    while left:
        size = draw.randint(1, 6)
        batches.append(left[:size])
        left = left[size:]
    return batches


def again(event: Received[Any]) -> Received[Any]:
    """The same message delivered once more."""
    return Received(event.envelope, event.data, event.body)


def hears(review: Review, batches: Sequence[Sequence[Received[Any]]]) -> None:
    """Take these, then all that is parked, then what is due of it, until nothing is."""
    for batch in batches:
        review.applies([again(event) for event in batch])
    settle(review)


def settle(review: Review) -> None:
    later = review.frame.clock.now() + timedelta(days=1)
    while due := claim_due(review.frame.frame_engine, later, 100, review.inbox.wanted):
        review.inbox.apply(due)
    while review.takes_up_facts() + review.works(LOOK_BACK, look_back):
        pass


def state_of(review: Review) -> list[Any]:
    assert review.rows("SELECT cause, error FROM parked") == []
    return [review.rows(STATE), *(review.rows(question) for question in OTHERS)]


def amounts(review: Review) -> dict[str, int | None]:
    found = [CaseView.model_validate(each) for each in review.asked(ListCases())["ok"]["items"]]
    return {each.claim.enterprise_id: each.amount_fen for each in found if each.claim.item_id == "item-2"}


def test_what_was_said_of_firms_is_what_their_claims_come_to(fresh: Callable[[], Review], said: Any) -> None:
    review = fresh()
    hears(review, [[event] for event in said])
    assert amounts(review) == FINAL
    assert review.rows("SELECT count(*) FROM award") == [(1,)], "the list is granted"


@pytest.mark.parametrize("seed", range(6))
def test_three_times_and_in_any_order_comes_to_the_same(fresh: Callable[[], Review], said: Any, seed: int) -> None:
    in_order, shuffled = fresh(), fresh()
    hears(in_order, [said])
    draw = random.Random(seed)
    thrice = list(said) * 3
    draw.shuffle(thrice)
    hears(shuffled, in_batches(thrice, draw))
    assert state_of(shuffled) == state_of(in_order)
    assert amounts(shuffled) == FINAL


def test_whoever_is_told_again_of_all_afterwards_changes_nothing(fresh: Callable[[], Review], said: Any) -> None:
    review = fresh()
    hears(review, [said])
    for case in review.asked(ListCases())["ok"]["items"]:
        if case["state"] == "accepted" and case["amount_fen"]:
            order = ApproveCase(
                case_id=case["case_id"], amount_fen=case["amount_fen"], expected_version=case["version"]
            )
            review.ordered(order, actor=LEADER)
    settle(review)
    before, told = state_of(review), review.told()
    for _time in range(2):
        hears(review, in_batches(said, random.Random(1)))
    assert (state_of(review), review.told()) == (before, told)


def test_what_is_late_holds_back_its_own_successors_and_nobody_else(fresh: Callable[[], Review], said: Any) -> None:
    review = fresh()
    late = next(event for event in said if event.envelope.subject == "firm-1")
    rest = [event for event in said if event is not late]
    random.Random(3).shuffle(rest)
    hears(review, in_batches(rest, random.Random(3)))
    parked = review.rows("SELECT aggregate_id, sequence, cause FROM parked ORDER BY 2")
    assert parked == [("firm-1", 2, "gap"), ("firm-1", 3, "gap")]
    assert review.rows("SELECT count(*) FROM heard_facts WHERE enterprise_id = 'firm-1'") == [(0,)]
    unheard = FINAL | {"firm-1": 30_000_000}
    assert amounts(review) == unheard, "its own claim rests on what it was filed with; the others have moved"
    hears(review, [[late]])
    assert amounts(review) == FINAL
    heard = review.rows("SELECT said FROM heard_facts WHERE enterprise_id = 'firm-1' ORDER BY number")
    assert [each["facts"][0]["value"] if each["facts"] else None for (each,) in heard] == ["200", None, "250"]
