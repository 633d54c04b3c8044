"""The first instalment is looked at again while a later one is open: nothing follows it before it is decided, nor beyond it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from review_database import Review
from test_review_cases import at_once, outcome
from test_review_instalments import FILED, approvals, carried, cases_of, fact, filed, on, told

from chassis.edge.frame import Frame
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.case_instalments import DecideRecheck, ListClaimInstalments
from contracts.reopening import ConfirmReopening, ProposeReopening
from contracts.review import ApproveCase, GetCase, RejectCase
from services.review.cases.undo_window import RELEASE
from services.review.reopening.releasing import release_decisions
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import LEADER, OFFICER

SECOND_APPROVER = LEADER.model_copy(update={"id": "leader-2"})


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(FILED)


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=clock), dsns)


def now(review: Review, case_id: str) -> dict[str, Any]:
    return review.asked(GetCase(case_id=case_id))["ok"]  # type: ignore[no-any-return]


def obstacles(review: Review, case_id: str) -> list[str]:
    return [each["code"] for each in now(review, case_id)["obstacles"]]


def confirmation(review: Review, case_id: str) -> ConfirmReopening:
    order = ProposeReopening(case_id=case_id, reason="审计发现有误", expected_version=now(review, case_id)["version"])
    proposed = review.ordered(order, actor=OFFICER)["ok"]
    return ConfirmReopening(reopening_id=proposed["reopening_id"], expected_version=proposed["version"])


def reopened(review: Review, case_id: str) -> None:
    assert outcome(review.ordered(confirmation(review, case_id), actor=LEADER)) == "confirmed"
    review.does_what_is_due()


def with_an_open_second(review: Review, clock: FixedClock, **plan: Any) -> tuple[str, str]:
    first = filed(review, "JS-001", **plan)
    assert carried(review, first) == "approved"
    on(review, clock, 2027)
    return first, cases_of(review)[-1]["case_id"]


def fewer_beds(review: Review, beds: int = 20) -> None:
    told(review, fact("beds_nursing_owned", "number", str(beds), date(2027, 1, 1), unit="床"))


def claim_of(review: Review, first: str) -> dict[str, Any]:
    return review.asked(ListClaimInstalments(case_id=first))["ok"]  # type: ignore[no-any-return]


def test_a_later_instalment_waits_while_the_first_is_looked_at_again(review: Review, clock: FixedClock) -> None:
    first, second = with_an_open_second(review, clock)
    assert obstacles(review, second) == []
    reopened(review, first)
    assert "earlier_instalment_undecided" in obstacles(review, second)
    assert carried(review, second) == "earlier_instalment_undecided"
    assert carried(review, first) == "approved"
    assert "earlier_instalment_undecided" not in obstacles(review, second)
    assert carried(review, second) == "approved"
    assert approvals(review) == [(1, 18_000_000), (2, 13_500_000)]


def test_what_was_rechecked_already_is_not_granted_while_the_first_is_open_again(
    review: Review, clock: FixedClock
) -> None:
    first, second = with_an_open_second(review, clock)
    recheck = DecideRecheck(case_id=second, met=True, reason="", expected_version=now(review, second)["version"])
    assert "ok" in review.ordered(recheck)
    reopened(review, first)
    order = ApproveCase(case_id=second, amount_fen=13_500_000, expected_version=now(review, second)["version"])
    refused = review.ordered(order, actor=LEADER)
    assert outcome(refused) == "earlier_instalment_undecided"
    assert "第 1 期正在重新审查" in refused["refused"]["message"]


def test_a_lower_whole_lowers_what_follows_and_asks_for_it_anew(review: Review, clock: FixedClock) -> None:
    first, second = with_an_open_second(review, clock)
    recheck = DecideRecheck(case_id=second, met=True, reason="", expected_version=now(review, second)["version"])
    review.ordered(recheck)
    fewer_beds(review)
    assert now(review, second)["amount_fen"] == 13_500_000
    reopened(review, first)
    assert carried(review, first) == "approved"
    assert now(review, second)["amount_fen"] == 7_500_000
    assert [step["kind"] for step in now(review, second)["steps"] if step["state"] == "open"] == ["recheck"]
    assert claim_of(review, first)["whole_fen"] == 25_000_000
    assert carried(review, second) == "approved"
    assert approvals(review)[-1] == (2, 7_500_000)


def test_nothing_is_paid_beyond_a_whole_that_became_less_than_what_was_paid(review: Review, clock: FixedClock) -> None:
    first, second = with_an_open_second(review, clock)
    assert carried(review, second) == "approved"
    on(review, clock, 2028)
    third = cases_of(review)[-1]["case_id"]
    fewer_beds(review, 10)
    reopened(review, first)
    assert carried(review, first) == "approved"
    assert claim_of(review, first)["whole_fen"] == 15_000_000
    assert carried(review, third) == "instalment_beyond_whole"
    assert carried(review, third, met=False) == "rejected"
    assert sum(each["amount_fen"] or 0 for each in claim_of(review, first)["items"]) == 6_000_000 + 13_500_000


def test_a_recheck_that_was_passed_before_does_not_carry_an_instalment_beyond_the_whole(
    review: Review, clock: FixedClock
) -> None:
    first, second = with_an_open_second(review, clock)
    review.ordered(DecideRecheck(case_id=second, met=True, reason="", expected_version=now(review, second)["version"]))
    review.does(f"UPDATE award_part SET whole_fen = 20000000 WHERE case_id = '{first}'")
    order = ApproveCase(case_id=second, amount_fen=13_500_000, expected_version=now(review, second)["version"])
    assert outcome(review.ordered(order, actor=LEADER)) in ("instalment_beyond_whole", "amount_mismatch")


def test_a_first_that_is_refused_in_the_end_leaves_nothing_to_follow(review: Review, clock: FixedClock) -> None:
    first, second = with_an_open_second(review, clock)
    reopened(review, first)
    order = RejectCase(
        case_id=first, reason="不符合条件", other_grounds=OWN_GROUNDS, expected_version=now(review, first)["version"]
    )
    assert outcome(review.ordered(order, actor=LEADER)) == "rejected"
    review.does_what_is_due()
    assert "first_instalment_refused" in obstacles(review, second)
    assert carried(review, second) == "first_instalment_refused"
    assert carried(review, second, met=False) == "rejected"


def test_a_decision_of_the_first_that_can_still_be_undone_is_none_yet(review: Review, clock: FixedClock) -> None:
    first, second = with_an_open_second(review, clock)
    reopened(review, first)
    review.does("UPDATE tenant SET settings = jsonb_set(settings, '{undo_minutes}', '30') WHERE id = 'zhanggong'")
    assert carried(review, first) == "approved"
    assert carried(review, second) == "earlier_instalment_undecided"
    clock.advance(timedelta(minutes=31))
    review.works(RELEASE, release_decisions)
    clock.advance(timedelta(minutes=1))
    review.does_what_is_due()
    assert obstacles(review, second) == []
    review.does("UPDATE tenant SET settings = jsonb_set(settings, '{undo_minutes}', '0') WHERE id = 'zhanggong'")
    assert carried(review, second) == "approved"


def test_a_second_that_is_looked_at_again_holds_the_third(review: Review, clock: FixedClock) -> None:
    _first, second = with_an_open_second(review, clock)
    assert carried(review, second) == "approved"
    on(review, clock, 2028)
    third = cases_of(review)[-1]["case_id"]
    reopened(review, second)
    assert carried(review, third) == "earlier_instalment_undecided"
    assert carried(review, second) == "approved"
    assert carried(review, third) == "approved"


def test_a_machine_rechecks_nothing_while_the_first_is_open_again(review: Review, clock: FixedClock) -> None:
    first = filed(review, "JS-001", automatic_rechecks=True)
    assert carried(review, first) == "approved"
    order = confirmation(review, first)
    clock.advance(timedelta(days=400))
    assert outcome(review.ordered(order, actor=LEADER)) == "confirmed"
    review.does_what_is_due()
    assert [each["instalment"] for each in cases_of(review)] == [1]
    assert carried(review, first) == "approved"
    assert approvals(review) == [(1, 18_000_000), (2, 13_500_000)]


def test_reopening_the_first_and_granting_the_second_at_once_one_knows_of_the_other(
    review: Review, clock: FixedClock
) -> None:
    first, second = with_an_open_second(review, clock)
    review.ordered(DecideRecheck(case_id=second, met=True, reason="", expected_version=now(review, second)["version"]))
    order = confirmation(review, first)
    approval = ApproveCase(case_id=second, amount_fen=13_500_000, expected_version=now(review, second)["version"])
    said = at_once(
        lambda: outcome(review.ordered(order, actor=LEADER)),
        lambda: outcome(review.ordered(approval, actor=SECOND_APPROVER)),
    )
    assert said[0] == "confirmed" and said[1] in ("approved", "earlier_instalment_undecided")
    order_of_saying = [type for type, _to in review.told() if type in ("CaseApproved", "CaseReopened")]
    if said[1] == "approved":
        assert order_of_saying[-1] == "CaseReopened", "granted on a first that was open again"
