"""Approvals against whatever else may come at the same moment: one outcome each, the register is the sum of approvals, nobody is
granted twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from review_database import Review
from test_review_cases import approval, at_once, outcome
from test_review_merged_enterprises import MERGED, OLD, OLD_CODE
from test_review_moving_facts import LESS, corrected

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON, received
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.identity import TenantSettings
from contracts.message import Actor
from contracts.reopening import ConfirmReopening, ProposeReopening
from contracts.review import ApproveCase, CaseView, GetCase, ListCases
from services.review.register.use_cases import LOOK_BACK, look_back
from tests.unit.review.review_kit import AMOUNT, LEADER, OFFICER, USCC, application, item_rules, line, nomination

TURNS = range(3)
THIRD = LEADER.model_copy(update={"id": "leader-2"})
APPROVED = """
SELECT body::jsonb -> 'data' ->> 'case_id', CAST(body::jsonb -> 'data' ->> 'amount_fen' AS bigint), instalment_revision
FROM (SELECT body, (body::jsonb -> 'data' ->> 'revision')::int AS instalment_revision FROM outbox WHERE type = 'CaseApproved') o
"""
REGISTER = "SELECT case_id, fen, revision FROM award_part WHERE state = 'reserved'"


@pytest.fixture
def replicas(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> tuple[Review, Review]:
    """Two processes of the service on one database."""
    dsns, clock = service_database("review"), FixedClock(NOON)
    one, other = (Review(service_frame("review", dsns=dsns, clock=clock), dsns) for _ in range(2))
    return one, other


def cases(review: Review) -> list[CaseView]:
    return [CaseView.model_validate(each) for each in review.asked(ListCases())["ok"]["items"]]


def approves(review: Review, case: CaseView, actor: Actor = LEADER, fen: int = AMOUNT) -> dict[str, Any]:
    return review.ordered(approval(case, amount_fen=fen), actor=actor)


def must_be_the_sum_of_approvals(review: Review) -> list[tuple[str, int, int]]:
    """What counts in the register is what was said, row by row; → those rows."""
    said, kept = sorted(review.rows(APPROVED)), sorted(review.rows(REGISTER))
    newest = {case_id: max(number for other, _fen, number in said if other == case_id) for case_id, _fen, _n in said}
    assert kept == [row for row in said if row[2] == newest[row[0]]]
    return kept


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("gone", [False, True], ids=["corrected", "withdrawn"])
def test_an_approval_and_a_fact_that_moves_at_once_leave_one_outcome(
    replicas: tuple[Review, Review], gone: bool, turn: int
) -> None:
    review, other = replicas
    review.prepared().hears(application())
    review.takes_up_facts()
    (case,) = cases(review)

    def moves() -> str:
        other.hears(corrected(gone=gone))
        while other.takes_up_facts():
            pass
        return "heard"

    answer, _heard = at_once(lambda: approves(review, case), moves)
    (now,) = cases(review)
    if now.state == "approved":
        assert outcome(answer) == "approved"
        assert must_be_the_sum_of_approvals(review) == [(case.case_id, AMOUNT, 1)]
        return
    # It was heard first: nobody's word stands for what it was not given for, and nothing is granted on what is gone.
    assert outcome(answer) in ("accepted", "stale_version", "amount_mismatch", "facts_missing")
    assert must_be_the_sum_of_approvals(review) == []
    assert (now.state, now.amount_fen) == ("accepted", None if gone else LESS)
    again = approves(review, now, fen=LESS)
    assert outcome(again) == ("facts_missing" if gone else "approved")
    assert sum(fen for _case, fen, _n in must_be_the_sum_of_approvals(review)) == (0 if gone else LESS)


@pytest.mark.parametrize("turn", TURNS)
def test_what_is_heard_before_the_last_approval_is_given_is_looked_at_before_it_counts(
    replicas: tuple[Review, Review], turn: int
) -> None:
    """Two approvals are asked for; the fact is withdrawn while the second is given, and its job runs beside it."""
    review, other = replicas
    plan = item_rules().plan.model_dump(mode="json")
    plan["steps"][-1] = {"kind": "approval", "duties": ["复核岗", "分管领导"], "apart_from": "approvals"}
    rules = item_rules().model_copy(update={"plan": type(item_rules().plan).model_validate(plan)})
    review.prepared(rules).hears(application())
    review.takes_up_facts()
    assert outcome(approves(review, cases(review)[0])) == "accepted"
    case = CaseView.model_validate(review.asked(GetCase(case_id=cases(review)[0].case_id))["ok"])
    other.hears(corrected(gone=True))
    answer, _done = at_once(lambda: approves(review, case, THIRD), other.takes_up_facts)
    assert outcome(answer) in ("accepted", "stale_version", "facts_missing")
    while other.takes_up_facts():
        pass
    (now,) = cases(review)
    assert (now.state, now.amount_fen) == ("accepted", None)
    assert must_be_the_sum_of_approvals(review) == []
    verdicts = review.rows(
        "SELECT DISTINCT ON (step, slot) verdict FROM case_answer WHERE kind = 'approval'"
        " ORDER BY step, slot, number DESC"
    )
    assert {verdict for (verdict,) in verdicts} == {"withdrawn"}, "both have to look again"


@pytest.mark.parametrize("turn", TURNS)
def test_two_approvals_and_a_merge_of_their_firms_at_once_grant_once_or_find_it(
    replicas: tuple[Review, Review], turn: int
) -> None:
    review, other = replicas
    review.prepared().hears(application(), application(**OLD))
    own, old = sorted(cases(review), key=lambda each: each.claim.uscc != USCC)
    assert old.claim.uscc == OLD_CODE

    def merges() -> str:
        other.hears(MERGED)
        return "heard"

    first, second, _heard = at_once(lambda: approves(review, own), lambda: approves(other, old), merges)
    while other.works(LOOK_BACK, look_back):
        pass
    kept = must_be_the_sum_of_approvals(review)
    outcomes = sorted([outcome(first), outcome(second)])
    findings = review.rows("SELECT count(*) FROM award_finding")[0][0]
    assert (outcomes, len(kept), findings) in (
        (["already_awarded", "approved"], 1, 0),
        (["approved", "approved"], 2, 1),
        (["approved", "stale_version"], 1, 0),
    )


@pytest.mark.parametrize("turn", TURNS)
def test_a_reopening_and_approvals_that_race_leave_one_revision_that_counts(
    replicas: tuple[Review, Review], turn: int
) -> None:
    review, other = replicas
    review.prepared().hears(application())
    (case,) = cases(review)
    assert outcome(approves(review, case)) == "approved"
    (case,) = cases(review)
    proposal = ProposeReopening(case_id=case.case_id, reason="审计发现有误", expected_version=case.version)
    asked = review.ordered(proposal, actor=OFFICER)["ok"]
    order = ConfirmReopening(reopening_id=asked["reopening_id"], expected_version=asked["version"])
    confirmed, early, again = at_once(
        lambda: review.ordered(order, actor=LEADER),
        lambda: approves(review, case, THIRD),
        lambda: other.ordered(order, actor=THIRD),
    )
    assert sorted([outcome(confirmed), outcome(again)]) == ["confirmed", "stale_version"]
    assert outcome(early) in ("case_already_decided", "stale_version")
    (now,) = cases(review)
    assert (now.state, now.revision) == ("accepted", 2)
    answers = at_once(lambda: approves(review, now, LEADER), lambda: approves(other, now, THIRD))
    assert sorted(map(outcome, answers)) == ["approved", "stale_version"]
    assert must_be_the_sum_of_approvals(review) == [(case.case_id, AMOUNT, 2)]


@pytest.mark.parametrize("turn", TURNS)
def test_one_list_in_two_hands_and_another_with_the_same_lines_grant_each_firm_once(
    replicas: tuple[Review, Review], turn: int
) -> None:
    review, other = replicas
    review.prepared(item_rules(mode="no_application", limit=None))
    firms = [{"uscc": f"91360702000000{number:03d}X", "enterprise_id": f"firm-{number}"} for number in range(8)]
    pushed = received(nomination(*(line(**each) for each in firms)))
    same_again = received(nomination(*(line(**each) for each in reversed(firms))))
    at_once(lambda: review.applies([pushed]), lambda: other.applies([pushed]), lambda: other.applies([same_again]))
    kept = must_be_the_sum_of_approvals(review)
    assert (len(kept), sum(fen for _case, fen, _n in kept)) == (8, 8 * AMOUNT)
    firms_granted = review.rows("SELECT uscc FROM award")
    assert len(firms_granted) == len(set(firms_granted)) == 8
    assert review.rows("SELECT state, count(*) FROM review_case GROUP BY 1 ORDER BY 1") == [
        ("accepted", 8),
        ("approved", 8),
    ]
    assert review.rows("SELECT count(*) FROM parked") == [(0,)]


@pytest.mark.parametrize("turn", TURNS)
def test_six_who_approve_one_case_at_once_reserve_once(replicas: tuple[Review, Review], turn: int) -> None:
    review, other = replicas
    review.prepared(settings=TenantSettings(undo_minutes=0)).hears(application())
    (case,) = cases(review)
    order = ApproveCase(case_id=case.case_id, amount_fen=AMOUNT, expected_version=case.version)
    hands = [LEADER.model_copy(update={"id": f"leader-{number}"}) for number in range(6)]
    answers = at_once(
        *(lambda who=who, at=at: at.ordered(order, actor=who) for who, at in zip(hands, replicas * 3, strict=True))
    )
    assert sorted(map(outcome, answers)) == ["approved"] + ["stale_version"] * 5
    assert len(must_be_the_sum_of_approvals(review)) == 1
    assert other.rows("SELECT count(*) FROM award") == [(1,)]
