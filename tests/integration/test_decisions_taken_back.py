"""Decisions taken back on a real database: said once whoever crashes, undone or said whoever races, reopened by two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url
from review_database import Review
from test_review_cases import approval, at_once, only_case, outcome

from chassis.edge.entrypoints import UnitMaker
from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import Job, claim
from chassis.write.uow import UnitOfWork
from console.servers.provision import Dsns
from contracts.enterprises import EnterpriseFactsChanged, FactKey
from contracts.identity import TenantSettings
from contracts.message import SYSTEM
from contracts.reopening import ConfirmReopening, ListReopenings, ProposeReopening, Reopenings, UndoDecision
from contracts.review import CaseView, ListCases, RejectCase
from services.review.cases.undo_window import RELEASE
from services.review.reopening.releasing import release_decisions
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import LEADER, OFFICER, application, facts, item_rules

HALF_AN_HOUR = TenantSettings(undo_minutes=30)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def review(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], clock: FixedClock) -> Review:
    dsns = service_database("review")
    found = Review(service_frame("review", dsns=dsns, clock=clock), dsns).prepared(item_rules(), HALF_AN_HOUR)
    found.hears(application())
    return found


def at(clock: FixedClock, since_noon: timedelta) -> None:
    clock.advance(NOON + since_noon - clock.now())


def releases(review: Review, *, crash: bool = False) -> int:
    """What is due is said, as the timers do; `crash`: the process dies before it commits."""

    def work(jobs: Sequence[Job], unit: UnitMaker) -> None:
        release_decisions(jobs, crashing(unit) if crash else unit)

    return review.works(RELEASE, work)


def crashing(unit: UnitMaker) -> UnitMaker:
    """The process dies before it commits what it has said, which it does in the second unit of work."""
    begun: list[Sequence[str]] = []

    @contextmanager
    def one(tenants: Sequence[str]) -> Iterator[UnitOfWork]:
        begun.append(tenants)
        with unit(tenants) as uow:
            yield uow
            if len(begun) == 2:
                raise SystemExit

    return one


def decisions_said(review: Review) -> list[str]:
    return [type for type, _to in review.told() if type in ("CaseApproved", "CaseRejected")]


def undoing(case: CaseView) -> UndoDecision:
    return UndoDecision(case_id=case.case_id, reason="点错了", expected_version=case.version)


def approved(review: Review) -> CaseView:
    answer = review.ordered(approval(only_case(review)), actor=LEADER)
    return CaseView.model_validate(answer["ok"])


def test_a_crash_between_deciding_and_saying_loses_nothing_and_says_it_once(review: Review, clock: FixedClock) -> None:
    case = approved(review)
    assert (case.undo_until, decisions_said(review)) == (NOON + timedelta(minutes=30), [])
    assert releases(review) == 0
    at(clock, timedelta(minutes=31))
    with pytest.raises(SystemExit):
        releases(review, crash=True)
    assert decisions_said(review) == []
    at(clock, timedelta(hours=2))
    assert releases(review) == 1
    assert (releases(review), decisions_said(review)) == (0, ["CaseApproved"])
    assert only_case(review).undo_until is None


def test_what_is_undone_is_never_said_and_may_be_decided_again(review: Review, clock: FixedClock) -> None:
    case = approved(review)
    again = CaseView.model_validate(review.ordered(undoing(case), actor=LEADER)["ok"])
    assert (again.state, again.due_at, again.decided_by) == ("accepted", only_case(review).due_at, None)
    at(clock, timedelta(minutes=31))
    assert (releases(review), decisions_said(review)) == (0, [])
    assert outcome(review.ordered(approval(only_case(review)), actor=LEADER)) == "approved"
    at(clock, timedelta(minutes=62))
    assert (releases(review), decisions_said(review)) == (1, ["CaseApproved"])
    assert review.rows("SELECT undone_by, reason, state FROM undone_decision") == [(LEADER.id, "点错了", "approved")]


def test_nobody_changes_what_was_undone(review: Review) -> None:
    review.ordered(undoing(approved(review)), actor=LEADER)
    with (
        psycopg.connect(psycopg_url(review.dsns.app)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("UPDATE undone_decision SET reason = 'x'")


def test_undoing_and_saying_at_once_one_of_them_wins(review: Review, clock: FixedClock) -> None:
    case = approved(review)
    late = FixedClock(NOON + timedelta(minutes=31))

    def say() -> None:
        jobs = claim(review.frame.frame_engine, RELEASE, late.now(), 50)

        @contextmanager
        def unit(tenants: Sequence[str]) -> Iterator[UnitOfWork]:
            with review.frame.event_unit(tenants, action=RELEASE) as uow:
                uow.now = late.now()
                yield uow

        release_decisions(jobs, unit)

    undone, _ = at_once(lambda: review.ordered(undoing(case), actor=LEADER), say)
    said = decisions_said(review)
    if "ok" in undone:
        assert said == [] and only_case(review).state == "accepted"
    else:
        assert said == ["CaseApproved"] and only_case(review).state == "approved"


def reopened(review: Review, case: CaseView) -> tuple[ProposeReopening, Callable[[dict[str, Any]], ConfirmReopening]]:
    proposal = ProposeReopening(case_id=case.case_id, reason="审计发现有误", expected_version=case.version)
    return proposal, lambda answer: ConfirmReopening(
        reopening_id=answer["ok"]["reopening_id"], expected_version=answer["ok"]["version"]
    )


def test_a_case_is_reopened_and_decided_anew_as_its_next_revision(review: Review, clock: FixedClock) -> None:
    approved(review)
    at(clock, timedelta(minutes=31))
    releases(review)
    proposal, confirm = reopened(review, only_case(review))
    answer = review.ordered(proposal, actor=OFFICER)
    assert outcome(review.ordered(proposal, actor=LEADER)) == "reopening_asked_already"
    assert outcome(review.ordered(confirm(answer), actor=OFFICER)) == "reopening_second_person_required"
    assert outcome(review.ordered(confirm(answer), actor=LEADER)) == "confirmed"
    case = only_case(review)
    assert (case.state, case.revision) == ("accepted", 2)
    assert review.told()[-2:] == [("CaseReopened", "zhanggong"), ("TaskAssigned", "zhanggong")]
    assert outcome(review.ordered(approval(case), actor=LEADER)) == "approved"
    at(clock, timedelta(minutes=62))
    releases(review)
    bodies = review.rows(
        "SELECT (body::jsonb -> 'data' ->> 'revision')::int FROM outbox WHERE type = 'CaseApproved' ORDER BY 1"
    )
    assert bodies == [(1,), (2,)]
    shown = Reopenings.model_validate(review.asked(ListReopenings(case_id=case.case_id))["ok"])
    assert [each.state for each in shown.items] == ["confirmed"]


def test_two_officers_who_confirm_at_once_reopen_it_once(review: Review, clock: FixedClock) -> None:
    approved(review)
    at(clock, timedelta(minutes=31))
    releases(review)
    proposal, confirm = reopened(review, only_case(review))
    order = confirm(review.ordered(proposal, actor=OFFICER))
    other = LEADER.model_copy(update={"id": "leader-2"})
    answers = at_once(*(lambda who=who: review.ordered(order, actor=who) for who in (LEADER, other)))
    assert sorted(map(outcome, answers)) == ["confirmed", "stale_version"]
    assert only_case(review).revision == 2


def test_an_approval_against_a_reopening_is_refused_by_whoever_comes_second(review: Review, clock: FixedClock) -> None:
    refusal = RejectCase(
        other_grounds=OWN_GROUNDS, case_id=only_case(review).case_id, reason="不符合条件", expected_version=1
    )
    assert outcome(review.ordered(refusal, actor=LEADER)) == "rejected"
    at(clock, timedelta(minutes=31))
    releases(review)
    before = only_case(review)
    proposal, confirm = reopened(review, before)
    order = confirm(review.ordered(proposal, actor=OFFICER))
    answers = at_once(
        lambda: review.ordered(order, actor=LEADER), lambda: review.ordered(approval(before), actor=LEADER)
    )
    assert outcome(answers[0]) == "confirmed"
    assert outcome(answers[1]) in ("case_already_decided", "stale_version")
    assert (only_case(review).state, decisions_said(review)) == ("accepted", ["CaseRejected"])


def test_what_is_heard_in_the_window_is_judged_before_the_decision_is_said(review: Review, clock: FixedClock) -> None:
    review.takes_up_facts()
    approved(review)
    review.hears(
        EnterpriseFactsChanged(
            enterprise_id="enterprise-1", facts=(), withdrawn=(FactKey(name="rd_expense", period="2025"),)
        )
    )
    at(clock, timedelta(minutes=31))
    assert (releases(review), decisions_said(review)) == (1, [])
    case = only_case(review)
    assert (case.state, case.amount_fen, case.revision) == ("accepted", None, 2)
    assert review.rows("SELECT undone_by FROM undone_decision") == [(SYSTEM.id,)]
    assert review.rows("SELECT state FROM award_part") == [("freed",)]
    assert review.rows("SELECT count(*) FROM award") == [(0,)]
    assert review.rows("SELECT name, counts FROM case_fact_change") == [("rd_expense", "neither")]
    assert review.told()[-2:] == [("CaseReassessed", "zhanggong"), ("TaskAssigned", "zhanggong")]


def test_what_is_heard_of_a_countys_firm_reaches_a_citys_decision(review: Review, clock: FixedClock) -> None:
    review.hears(application(tenant="ganzhou", filed_in="zhanggong"), tenant="ganzhou")
    review.takes_up_facts()
    review.does("UPDATE tenant SET settings = jsonb_set(settings, '{undo_minutes}', '30')")
    (row,) = review.asked(ListCases(), tenant="ganzhou")["ok"]["items"]
    case = CaseView.model_validate(row)
    assert outcome(review.ordered(approval(case), actor=LEADER, tenant="ganzhou")) == "approved"
    (fact,) = facts(rd="200", above_scale=None)
    corrected = fact.model_copy(update={"as_of": date(2026, 3, 9)})
    review.hears(EnterpriseFactsChanged(enterprise_id="enterprise-1", facts=(corrected,)), tenant="zhanggong")
    at(clock, timedelta(minutes=31))
    releases(review)
    (row,) = review.asked(ListCases(), tenant="ganzhou")["ok"]["items"]
    assert (row["state"], row["amount_fen"]) == ("accepted", 20_000_000)
