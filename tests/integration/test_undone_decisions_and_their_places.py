"""A decision that is undone leaves the register and the quotas as they were before it, whatever was decided before."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from award_kit import WAN, Desk, asked_for, award_rules, capped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from review_database import Review
from test_quotas import approves, drawn, files, fixes, held, proposed, ranked, rejects
from test_review_cases import outcome

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.identity import TenantSettings
from contracts.reopening import ConfirmReopening, ProposeReopening, UndoDecision
from contracts.review import GetCase
from services.review.cases.undo_window import RELEASE
from services.review.register.store import AwardRegister
from services.review.reopening.releasing import release_decisions
from tests.unit.review.quota_kit import limited, pot
from tests.unit.review.review_kit import LEADER, OFFICER

HALF_AN_HOUR = TenantSettings(undo_minutes=30)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON + timedelta(hours=2))


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Review:
    dsns = service_database("review")
    return Review(service_frame("review", dsns=dsns, clock=clock), dsns)


@pytest.fixture
def desk(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Desk:
    dsns = service_database("review")
    return Desk(Review(service_frame("review", dsns=dsns, clock=FixedClock(NOON)), dsns).prepared())


# -- quotas ------------------------------------------------------------------------------------------------


def windows(review: Review) -> None:
    """From now on decisions of the county may be undone for half an hour."""
    review.does("UPDATE tenant SET settings = jsonb_set(settings, '{undo_minutes}', '30') WHERE id = 'zhanggong'")


def now(review: Review, case: dict[str, Any]) -> dict[str, Any]:
    return review.asked(GetCase(case_id=case["case_id"]))["ok"]  # type: ignore[no-any-return]


def undoes(review: Review, case: dict[str, Any]) -> None:
    order = UndoDecision(case_id=case["case_id"], reason="点错了", expected_version=now(review, case)["version"])
    assert outcome(review.ordered(order, actor=LEADER)) == "accepted"


def window_closes(review: Review, clock: FixedClock) -> None:
    clock.advance(timedelta(minutes=31))
    review.works(RELEASE, release_decisions)


def reopens(review: Review, case: dict[str, Any]) -> None:
    words = {"case_id": case["case_id"], "reason": "审计发现有误", "expected_version": now(review, case)["version"]}
    proposal = review.ordered(ProposeReopening(**words), actor=OFFICER)["ok"]
    order = ConfirmReopening(reopening_id=proposal["reopening_id"], expected_version=proposal["version"])
    assert outcome(review.ordered(order, actor=LEADER)) == "confirmed"


def test_an_undone_approval_has_its_place_of_the_fixed_batch_again_and_is_approved_by_its_figures(
    review: Review,
) -> None:
    first, second = files(review, limited(pot(20, "pro_rata")), 10, 30)
    windows(review)
    fixes(review, proposed(review, drawn(review)))
    before = held(review)
    assert outcome(approves(review, second, 15 * WAN)) == "approved"
    undoes(review, second)
    assert (held(review), now(review, second)["amount_fen"]) == (before, 15 * WAN)
    assert now(review, second)["obstacles"] == []
    assert outcome(approves(review, second, 15 * WAN)) == "approved"
    undoes(review, second)
    assert outcome(approves(review, second, 15 * WAN)) == "approved"
    assert outcome(approves(review, first, 5 * WAN)) == "approved"
    assert sum(fen for fen, _ in held(review)) == 20 * WAN


def test_a_refusal_that_may_be_undone_keeps_the_place_of_the_batch_until_it_is_said(
    review: Review, clock: FixedClock
) -> None:
    first, _second = files(review, ranked(1), 20, 10)
    windows(review)
    fixes(review, proposed(review, drawn(review)))
    rejects(review, first)
    assert [each["outcome"] for each in drawn(review)["lines"]] == ["not_served"]
    undoes(review, first)
    assert now(review, first)["obstacles"] == []
    rejects(review, first)
    window_closes(review, clock)
    assert [each["outcome"] for each in drawn(review)["lines"]] == ["served"]


def test_who_filed_later_waits_until_an_earlier_refusal_is_said(review: Review, clock: FixedClock) -> None:
    first, second = files(review, limited({"places": 1}), 10, 10)
    windows(review)
    rejects(review, first)
    assert outcome(approves(review, second)) == "quota_waits_for_earlier"
    undoes(review, first)
    rejects(review, first)
    window_closes(review, clock)
    assert outcome(approves(review, second)) == "approved"


def test_a_pot_that_did_not_reach_an_undone_refusal_is_not_closed_by_it(review: Review, clock: FixedClock) -> None:
    first, second = files(review, limited(pot(15)), 20, 10)
    windows(review)
    rejects(review, first)
    undoes(review, first)
    assert outcome(approves(review, second)) == "quota_waits_for_earlier"
    rejects(review, first)
    window_closes(review, clock)
    assert outcome(approves(review, second)) == "quota_used_up"


def test_less_of_a_later_revision_gives_nothing_back_that_may_have_been_paid(review: Review, clock: FixedClock) -> None:
    (only,) = files(review, limited(pot(30)), 20)
    assert outcome(approves(review, only)) == "approved"
    reopens(review, only)
    review.does("UPDATE review_case SET facts = replace(facts::text, '\"20\"', '\"10\"')::jsonb")
    windows(review)
    assert outcome(approves(review, only, 10 * WAN)) == "approved"
    assert [fen for fen, _ in held(review)] == [20 * WAN]
    undoes(review, only)
    assert [fen for fen, _ in held(review)] == [20 * WAN]
    rejects(review, only)
    window_closes(review, clock)
    assert [fen for fen, _ in held(review)] == [20 * WAN]


def test_more_of_a_later_revision_counts_until_it_is_undone(review: Review) -> None:
    (only,) = files(review, limited(pot(30)), 20)
    assert outcome(approves(review, only)) == "approved"
    reopens(review, only)
    review.does("UPDATE review_case SET facts = replace(facts::text, '\"20\"', '\"25\"')::jsonb")
    windows(review)
    assert outcome(approves(review, only, 25 * WAN)) == "approved"
    assert [fen for fen, _ in held(review)] == [25 * WAN]
    undoes(review, only)
    assert [fen for fen, _ in held(review)] == [20 * WAN]


# -- the register ------------------------------------------------------------------------------------------

FREE_CLAIMS = award_rules()
IN_PARTS = award_rules(capped(90, "lifetime"), parts=("1/2", "1/2"))
NUMBERS = itertools.count()


def undone(desk: Desk, asked: Any, revision: int) -> None:
    with desk.review.frame.unit([asked.tenant], action="test") as uow:
        uow.of(AwardRegister).undo(asked, revision, by="officer-1", evidence="点错了")


@pytest.mark.parametrize("second", [20, 10, 5])
def test_the_register_shows_what_was_said_once_a_second_revision_is_undone(desk: Desk, second: int) -> None:
    claim = asked_for(FREE_CLAIMS, 10)
    desk.grants(claim)
    desk.grants(claim, revision=2, amount_fen=second * WAN)
    undone(desk, claim, 2)
    assert desk.counted() == {claim.case_id: 10 * WAN}
    assert desk.review.rows("SELECT count(*) FROM award") == [(1,)]
    assert desk.review.rows("SELECT state FROM award_part WHERE revision = 2") == [("freed",)]
    desk.grants(claim, revision=3, amount_fen=12 * WAN)
    assert desk.counted() == {claim.case_id: 12 * WAN}


def test_of_several_that_were_replaced_the_last_alone_counts_again(desk: Desk) -> None:
    claim = asked_for(FREE_CLAIMS, 10)
    for revision, wan in ((1, 10), (2, 20), (3, 30)):
        desk.grants(claim, revision=revision, amount_fen=wan * WAN)
    undone(desk, claim, 3)
    assert desk.counted() == {claim.case_id: 20 * WAN}
    desk.grants(claim, revision=4, amount_fen=15 * WAN)
    undone(desk, claim, 4)
    assert desk.review.rows("SELECT revision, state FROM award_part ORDER BY 1") == [
        (1, "replaced"),
        (2, "reserved"),
        (3, "freed"),
        (4, "freed"),
    ]


def test_what_is_ahead_counts_again_when_a_later_instalment_is_undone(desk: Desk) -> None:
    claim = asked_for(IN_PARTS, 40)
    desk.grants(claim)
    later = asked_for(IN_PARTS, 40, instalment=2, of=claim)
    desk.grants(later)
    undone(desk, later, 1)
    assert desk.counted() == {claim.case_id: 40 * WAN}
    assert desk.review.rows("SELECT what, fen FROM award_part WHERE state = 'reserved' ORDER BY 1") == [
        ("ahead", 20 * WAN),
        ("granted", 20 * WAN),
    ]


def test_an_approval_that_is_undone_after_a_refusal_was_said_leaves_nothing(desk: Desk) -> None:
    claim = asked_for(FREE_CLAIMS, 10)
    desk.grants(claim, revision=2)
    undone(desk, claim, 2)
    assert desk.counted() == {}
    assert desk.review.rows("SELECT count(*) FROM award") == [(0,)]


DECISIONS = st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=7)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(decisions=DECISIONS)
def test_whatever_is_decided_and_undone_the_register_is_what_was_said_or_is_held(
    desk: Desk, decisions: list[tuple[int, bool]]
) -> None:
    """Of approvals one after the other the highest counts, and from then on what is higher: less counts once it is recovered."""
    claim = asked_for(FREE_CLAIMS, 1, uscc=f"91360702U{next(NUMBERS):08d}X", enterprise_id=f"firm-{next(NUMBERS)}")
    counts = 0
    for revision, (wan, is_undone) in enumerate(decisions, 1):
        desk.grants(claim, revision=revision, amount_fen=wan * WAN)
        assert desk.counted()[claim.case_id] == max(counts, wan) * WAN
        if is_undone:
            undone(desk, claim, revision)
            assert desk.counted().get(claim.case_id, 0) == counts * WAN
        else:
            counts = max(counts, wan)
    pending = desk.review.rows(f"SELECT fen FROM award_part WHERE case_id = '{claim.case_id}' AND state = 'pending'")
    said = [wan for wan, is_undone in decisions if not is_undone]
    assert pending == ([(said[-1] * WAN,)] if said and said[-1] < counts else [])
