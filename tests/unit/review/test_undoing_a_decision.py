"""A decision is held back while it can be undone: what leaves the house, when, and what undoing gives back."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.fakes import NOON, FakeUnit, received
from chassis.time.calendar import Calendar
from contracts.message import SYSTEM
from contracts.refusal import Refused
from contracts.reopening import UndoDecision
from contracts.review import ApproveCase, CaseApproved, CaseRejected, RejectCase
from contracts.rule import TimeLimit
from contracts.rule.plan import TimeUnit
from services.review.cases import lists, use_cases
from services.review.cases.answers import StepAnswer
from services.review.cases.case import Case
from services.review.cases.decision import CaseDecision
from services.review.cases.store import Cases
from services.review.cases.undo_window import RELEASE, ends_at, longest
from services.review.item_copies.store import ItemVersions
from services.review.register.store import AwardRegister
from services.review.reopening.store import UndoneDecisions
from services.review.reopening.undoing import undo_decision
from services.review.tasks.store import CaseTasks
from tests.remedies import OWN_GROUNDS
from tests.unit.review.review_kit import (
    AMOUNT,
    LEADER,
    OFFICER,
    STRANGER,
    TWO_TO_EIGHT,
    item_rules,
    line,
    nomination,
    opened,
    released,
    review_unit,
)

DECIDED = (CaseApproved, CaseRejected)


def approve(case: Case, uow: FakeUnit) -> None:
    use_cases.approve_case(ApproveCase(case_id=case.id, amount_fen=AMOUNT, expected_version=case.version), uow)


def refuse(case: Case, uow: FakeUnit) -> None:
    use_cases.reject_case(
        RejectCase(other_grounds=OWN_GROUNDS, case_id=case.id, reason="不符合条件", expected_version=case.version), uow
    )


def undo(case: Case, uow: FakeUnit, **changes: Any) -> None:
    words = {"case_id": case.id, "reason": "点错了", "expected_version": case.version}
    undo_decision(UndoDecision(**words | changes), uow)


def said(uow: FakeUnit) -> list[Any]:
    return [event for event in uow.events if isinstance(event, DECIDED)]


def close_window(case: Case, uow: FakeUnit, at: datetime | None = None) -> None:
    """The timers call what is due by then."""
    due = uow.jobs.get((case.tenant, RELEASE, case.id))
    uow.now = at or due or uow.now
    if due is not None and due <= uow.now:
        released(uow, case)


@pytest.mark.parametrize("decide", [approve, refuse])
def test_nobody_outside_hears_of_a_decision_before_its_window_closes_and_then_once(decide: Any) -> None:
    uow = review_unit(item_rules(shares=TWO_TO_EIGHT), undo_minutes=30, actor=LEADER)
    case = opened(uow)
    decide(case, uow)
    assert (case.undo_until, said(uow)) == (NOON + timedelta(minutes=30), [])
    close_window(case, uow, NOON + timedelta(minutes=29))
    assert said(uow) == []
    close_window(case, uow)
    told = len(said(uow))
    assert told == (2 if decide is approve else 1) and case.undo_until is None
    released(uow, case)
    assert len(said(uow)) == told


def test_the_payout_clock_counts_from_the_decision() -> None:
    uow = review_unit(undo_minutes=30, actor=LEADER)
    case = opened(uow)
    approve(case, uow)
    close_window(case, uow)
    (event,) = said(uow)
    assert (event.approved_at, event.approved_by, event.amount_fen) == (NOON, LEADER.id, AMOUNT)


def test_the_place_is_held_from_the_decision_on() -> None:
    uow = review_unit(undo_minutes=30)
    first, second = opened(uow), opened(uow)
    approve(first, uow)
    with pytest.raises(Refused) as refused:
        approve(second, uow)
    assert "already_awarded" in {reason.code for reason in refused.value.reasons}


def test_without_a_setting_a_decision_leaves_with_its_commit() -> None:
    uow = review_unit()
    case = opened(uow)
    approve(case, uow)
    assert len(said(uow)) == 1 and case.undo_until is None


@pytest.mark.parametrize("materials", [(), ({"code": "licence", "name": "营业执照", "required": True},)])
def test_a_list_has_no_window(materials: tuple[Any, ...]) -> None:
    rules = item_rules()
    plan = rules.plan.model_dump(mode="json") | {"materials": materials}
    rules = rules.model_copy(update={"plan": type(rules.plan).model_validate(plan)})
    uow = review_unit(rules, undo_minutes=30)
    lists.decide_lists([received(nomination(line()))], uow)
    (case,) = uow.of(Cases).rows.values()
    assert (case.state, case.undo_until, len(said(uow))) == ("approved", None, 1)


@pytest.mark.parametrize("decide", [approve, refuse])
def test_what_is_undone_is_open_as_before_with_its_task_its_clock_and_its_place_free(decide: Any) -> None:
    uow = review_unit(undo_minutes=30, actor=LEADER)
    case = opened(uow)
    due, kinds = case.due_at, {(task.kind, task.slot) for task in case.tasks}
    decide(case, uow)
    uow.now = NOON + timedelta(minutes=10)
    undo(case, uow)
    assert (case.state, case.decision, case.undo_until) == ("accepted", None, None)
    assert (case.due_at, {(task.kind, task.slot) for task in case.tasks}) == (due, kinds)
    assert {row.kind for row in uow.of(CaseTasks).rows.values() if row.state == "open"} == {kind for kind, _ in kinds}
    assert uow.of(AwardRegister).places == {}
    assert said(uow) == [] and (case.tenant, RELEASE, case.id) not in uow.jobs
    (kept,) = uow.of(UndoneDecisions).kept
    assert (kept.undone_by, kept.reason, kept.state) == (
        LEADER.id,
        "点错了",
        "approved" if decide is approve else "rejected",
    )


def test_what_was_undone_can_be_approved_again_and_is_said_once() -> None:
    uow = review_unit(undo_minutes=30)
    case = opened(uow)
    approve(case, uow)
    undo(case, uow)
    approve(case, uow)
    close_window(case, uow)
    assert len(said(uow)) == 1
    assert [answer.verdict for answer in case.answers if answer.kind == "approval"] == ["passed", "withdrawn", "passed"]


def test_after_the_window_a_decision_is_not_undone_even_if_it_has_not_left_yet() -> None:
    uow = review_unit(undo_minutes=30)
    case = opened(uow)
    approve(case, uow)
    uow.now = NOON + timedelta(minutes=30)
    with pytest.raises(Refused, match="撤回期限已过"):
        undo(case, uow)


def test_only_whoever_decided_or_the_leader_undoes() -> None:
    uow = review_unit(undo_minutes=30)
    case = opened(uow)
    approve(case, uow)
    uow.actor = OFFICER.model_copy(update={"id": "officer-9", "duties": frozenset({"first_review"})})
    with pytest.raises(Refused, match="只有作出该决定的人员"):
        undo(case, uow)
    uow.actor = STRANGER
    with pytest.raises(Refused, match="无权查看"):
        undo(case, uow)
    uow.actor = LEADER
    undo(case, uow)
    assert case.state == "accepted"


def test_a_stale_version_is_not_undone() -> None:
    uow = review_unit(undo_minutes=30)
    case = opened(uow)
    approve(case, uow)
    with pytest.raises(Refused):
        undo(case, uow, expected_version=case.version - 1)


@given(minutes=st.integers(0, 30), limit=st.integers(1, 400), unit=st.sampled_from(TimeUnit))
def test_the_window_is_never_longer_than_a_quarter_of_the_payout_limit(
    minutes: int, limit: int, unit: TimeUnit
) -> None:
    hours = {TimeUnit.HOURS: 1, TimeUnit.CALENDAR_DAYS: 24, TimeUnit.WORKING_DAYS: 9}[unit]
    found = longest(minutes, TimeLimit(limit=limit, unit=unit), Calendar({}))
    assert found <= timedelta(minutes=minutes) and found <= timedelta(hours=hours * limit) / 4
    assert found in (timedelta(minutes=minutes), timedelta(hours=hours * limit) / 4)


@pytest.mark.parametrize(
    ("limit", "unit", "quarter"),
    [
        (1, TimeUnit.HOURS, timedelta(minutes=15)),
        (6, TimeUnit.HOURS, timedelta(minutes=90)),
        (1, TimeUnit.CALENDAR_DAYS, timedelta(hours=6)),
        (2, TimeUnit.CALENDAR_DAYS, timedelta(hours=12)),
        (1, TimeUnit.WORKING_DAYS, timedelta(hours=2, minutes=15)),
        (4, TimeUnit.WORKING_DAYS, timedelta(hours=9)),
    ],
)
def test_a_quarter_of_the_payout_limit_is_the_most(limit: int, unit: TimeUnit, quarter: timedelta) -> None:
    assert longest(10**5, TimeLimit(limit=limit, unit=unit), Calendar({})) == quarter
    assert longest(10, TimeLimit(limit=limit, unit=unit), Calendar({})) == timedelta(minutes=10)


def test_an_item_without_a_payout_limit_has_that_of_its_tenant() -> None:
    rules = item_rules()
    uow = review_unit(
        rules.model_copy(update={"plan": rules.plan.model_copy(update={"payout_limit": None})}), undo_minutes=30
    )
    case = opened(uow)
    approve(case, uow)
    assert case.undo_until == NOON + timedelta(minutes=30)


@pytest.mark.parametrize("kind", ["approval", "recheck"])
def test_what_a_machine_has_approved_has_no_window(kind: Any) -> None:
    uow = review_unit(undo_minutes=30)
    case = opened(uow)
    case.answers = (StepAnswer(2, "", kind, "passed", SYSTEM.id, "区科技局", NOON),)
    case.state, case.decision = "approved", CaseDecision(SYSTEM.id, NOON, "")
    item = uow.of(ItemVersions).items([("item-1", 1)])["item-1", 1]
    assert ends_at(case, item, uow) is None
    case.answers = (replace(case.answers[0], by=LEADER.id),)
    assert ends_at(case, item, uow) is None
    case.decision = CaseDecision(LEADER.id, NOON, "")
    assert ends_at(case, item, uow) == NOON + timedelta(minutes=30)


MOVES = st.lists(st.tuples(st.sampled_from(["approve", "refuse", "undo", "tick"]), st.integers(0, 45)), max_size=12)


@given(moves=MOVES)
def test_nothing_leaves_before_the_window_ends_and_exactly_once_after(moves: list[tuple[str, int]]) -> None:
    uow = review_unit(undo_minutes=30)
    case = opened(uow)
    for move, minutes in moves:
        uow.now += timedelta(minutes=minutes)
        held_until = case.undo_until
        before = len(said(uow))
        with contextlib.suppress(Refused):
            if move == "tick":
                close_window(case, uow, uow.now)
            else:
                {"approve": approve, "refuse": refuse, "undo": undo}[move](case, uow)
        if len(said(uow)) > before:
            assert held_until is not None and held_until <= uow.now
            assert len(said(uow)) == 1
    close_window(case, uow)
    assert len(said(uow)) == (case.state in ("approved", "rejected"))


def test_what_is_undone_twice_gives_its_place_back_twice() -> None:
    uow = review_unit(undo_minutes=30)
    case = opened(uow)
    for _time in range(2):
        approve(case, uow)
        assert uow.of(AwardRegister).places
        undo(case, uow)
        assert uow.of(AwardRegister).places == {}
