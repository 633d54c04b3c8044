"""FAULTS 9 for review: hosts ten minutes apart, midnight, and a make-up Saturday, with step clocks, pauses, notices and undo windows.

Three replicas serve one database: one whose clock is right, one ten minutes ahead, one ten minutes behind.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from test_decisions_taken_back import releases
from test_public_notices import Notices
from test_review_acceptance import PAPER, PAPER_COMES

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import CHINA, FixedClock, ShiftedClock
from chassis.time.jobs import claim
from console.servers.provision import Dsns
from contracts.identity import TenantSettings
from contracts.reopening import UndoDecision
from contracts.review import ApproveCase, CaseView, GetCase, ListCases
from contracts.rule import ItemRules
from contracts.supplements import AnswerSupplement, RequestSupplement
from services.review.cases import task_times
from services.review.public_notices import publishing
from tests.unit.review.acceptance_kit import FIRM, declared, rules_with
from tests.unit.review.notice_kit import notice_rules
from tests.unit.review.review_kit import AMOUNT, LEADER, application, china, item_rules

HALF_AN_HOUR = TenantSettings(undo_minutes=30)
AHEAD, RIGHT, BEHIND = (timedelta(minutes=minutes) for minutes in (10, 0, -10))
ORDERS = list(permutations((AHEAD, RIGHT, BEHIND)))
MAKE_UP = "2026-02-14"
"""A Saturday on which all work; ten days of holiday follow."""


class Hosts:
    """Replicas of review by how far their clocks are off."""

    def __init__(self, by_offset: dict[timedelta, Notices], time: FixedClock) -> None:
        self.time = time
        self.by_offset = by_offset

    def __getitem__(self, offset: timedelta) -> Notices:
        return self.by_offset[offset]

    def until(self, text: str) -> None:
        self.time.advance(china(text) - self.time.now())

    def case(self) -> CaseView:
        (found,) = self[RIGHT].asked(ListCases())["ok"]["items"]
        return CaseView.model_validate(found)

    def case_of(self, case_id: str) -> CaseView:
        return CaseView.model_validate(self[RIGHT].asked(GetCase(case_id=case_id))["ok"])

    def count(self, event: str) -> int:
        return [name for name, _to in self[RIGHT].told()].count(event)


@pytest.fixture
def hosts(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Hosts:
    dsns, time = service_database("review"), FixedClock(NOON)
    frames = {
        each: service_frame("review", dsns=dsns, clock=ShiftedClock(each, time)) for each in (AHEAD, RIGHT, BEHIND)
    }
    return Hosts({offset: Notices(frame, dsns) for offset, frame in frames.items()}, time)


def prepared(hosts: Hosts, rules: ItemRules, at: str, settings: TenantSettings | None = None) -> Hosts:
    hosts.until(at)
    hosts[RIGHT].prepared(rules, settings)
    return hosts


def approves(review: Notices, case: CaseView) -> dict[str, Any]:
    order = ApproveCase(case_id=case.case_id, amount_fen=AMOUNT, expected_version=case.version)
    return review.ordered(order, actor=LEADER)


def undoes(review: Notices, case: CaseView) -> dict[str, Any]:
    return review.ordered(
        UndoDecision(case_id=case.case_id, reason="点错了", expected_version=case.version), actor=LEADER
    )


def local(at: datetime | None) -> str:
    assert at is not None
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("filed", "due"),
    [
        ("2026-03-10 17:25", "2026-03-17 17:30"),  # five minutes before the office closes: received today
        ("2026-03-10 17:35", "2026-03-18 17:30"),  # five minutes after: received tomorrow
        ("2026-03-10 23:55", "2026-03-18 17:30"),
        (f"{MAKE_UP} 10:00", "2026-02-28 17:30"),  # 24 to 27 February, then another make-up Saturday
        ("2026-02-12 10:00", "2026-02-26 17:30"),  # the 13th, Saturday the 14th, then the 24th, 25th and 26th
    ],
)
@pytest.mark.parametrize("host", [AHEAD, RIGHT, BEHIND], ids=["ahead", "right", "behind"])
def test_whoever_hears_of_a_filing_it_is_due_when_it_was_filed_says(
    hosts: Hosts, host: timedelta, filed: str, due: str
) -> None:
    prepared(hosts, item_rules(limit=5), filed)
    hosts[host].hears(application(at=hosts.time.now()))
    assert local(hosts.case().due_at) == due


@pytest.mark.parametrize("host", [AHEAD, RIGHT, BEHIND], ids=["ahead", "right", "behind"])
def test_a_window_that_crosses_midnight_is_as_long_as_it_says_and_is_said_once(hosts: Hosts, host: timedelta) -> None:
    prepared(hosts, item_rules(), "2026-03-10 23:50", HALF_AN_HOUR)
    hosts[RIGHT].hears(application(at=hosts.time.now()))
    decided = hosts[host].frame.clock.now()
    assert approves(hosts[host], hosts.case())["ok"]["state"] == "approved"
    (kept,) = hosts[RIGHT].rows("SELECT undo_until, decided_at FROM review_case")
    assert kept[0] - decided == timedelta(minutes=30)
    assert kept[1] == decided, "the payout limit counts from the decision"
    hosts.time.advance(kept[0] - hosts.time.now())
    assert [releases(hosts[each]) for each in (BEHIND, RIGHT, AHEAD)] == [0, 1, 0]
    assert hosts.count("CaseApproved") == 1


@pytest.mark.parametrize("order", ORDERS)
def test_a_window_closes_once_whichever_host_looks_first(hosts: Hosts, order: tuple[timedelta, ...]) -> None:
    prepared(hosts, item_rules(), "2026-03-10 12:00", HALF_AN_HOUR)
    hosts[RIGHT].hears(application(at=hosts.time.now()))
    case = hosts.case()
    approves(hosts[order[0]], case)
    hosts.time.advance(timedelta(minutes=50))
    for each in order:
        releases(hosts[each])
    assert hosts.count("CaseApproved") == 1
    # A host that is behind still thinks that there is time.
    hosts.time.advance(timedelta(minutes=-35))
    assert undoes(hosts[BEHIND], hosts.case())["refused"]["code"] == "undo_window_over"
    assert hosts.count("CaseApproved") == 1
    assert hosts[RIGHT].rows("SELECT count(*), sum(fen)::bigint FROM award_part WHERE state = 'reserved'") == [
        (1, AMOUNT)
    ]


def test_what_a_host_behind_undoes_is_never_said_by_one_ahead(hosts: Hosts) -> None:
    prepared(hosts, item_rules(), "2026-03-10 12:00", HALF_AN_HOUR)
    hosts[RIGHT].hears(application(at=hosts.time.now()))
    approves(hosts[AHEAD], hosts.case())
    hosts.time.advance(timedelta(minutes=25))
    assert undoes(hosts[BEHIND], hosts.case())["ok"]["state"] == "accepted"
    hosts.time.advance(timedelta(minutes=20))
    assert [releases(hosts[each]) for each in (AHEAD, RIGHT, BEHIND)] == [0, 0, 0]
    assert hosts.count("CaseApproved") == 0
    assert hosts[RIGHT].rows("SELECT count(*) FROM award_part WHERE state = 'reserved'") == [(0,)]


@pytest.mark.parametrize("order", [(AHEAD, BEHIND), (BEHIND, AHEAD)], ids=["set back", "set forward"])
def test_a_pause_between_hosts_that_differ_never_runs_backwards(hosts: Hosts, order: tuple[timedelta, ...]) -> None:
    asking, answering = order
    prepared(hosts, rules_with(), "2026-03-10 12:00")
    hosts[RIGHT].hears(application(known=declared(), at=hosts.time.now()))
    case = hosts.case()
    due = case.due_at
    order_ = {"case_id": case.case_id, "points": [PAPER], "expected_version": case.version}
    asked = hosts[asking].ordered(RequestSupplement.model_validate(order_))["ok"]
    answered = {
        "application_id": asked["application_id"],
        "supplement_id": asked["supplement_id"],
        "points": [PAPER_COMES],
    }
    said = hosts[answering].ordered(AnswerSupplement.model_validate(answered), actor=FIRM)
    assert said["ok"]["state"] == "answered"
    case = hosts.case()
    assert case.due_at == due, "whole days are given back, and none went by"
    assert hosts.count("CaseSuspended") == hosts.count("CaseResumed") == 1


@pytest.mark.parametrize("order", ORDERS)
def test_a_steps_own_alarms_are_told_once_each_by_hosts_that_differ(hosts: Hosts, order: tuple[timedelta, ...]) -> None:
    """A step of two working days opened on the Friday before a make-up Saturday."""
    prepared(hosts, item_rules(clocks={"approval": 2}, limit=20), "2026-02-13 10:00")
    hosts[order[0]].hears(application(at=hosts.time.now()))
    (due,) = hosts[RIGHT].rows("SELECT due_at FROM case_task WHERE state = 'open' AND kind = 'approval'")
    assert local(due[0]) == "2026-02-24 17:30", "Saturday the 14th, then the first day after the holidays"
    for at in (f"{MAKE_UP} 17:29", f"{MAKE_UP} 17:31", "2026-02-24 16:00", "2026-02-24 17:30", "2026-02-24 17:45"):
        hosts.until(at)
        for each in order:
            hosts[each].works(task_times.TASK_ALARM, task_times.raise_task_alarms)
    levels = hosts[RIGHT].rows(
        "SELECT body::jsonb -> 'data' ->> 'used_percent' FROM outbox WHERE type = 'TaskDeadlineApproaching' ORDER BY position"
    )
    assert levels == [("50",), ("80",)]
    assert hosts.count("TaskDeadlineMissed") == 1


@pytest.mark.parametrize(
    ("published", "last_day"),
    [
        ("2026-02-13 10:00", "2026-02-24"),  # Saturday the 14th is the first day
        (f"{MAKE_UP} 10:00", "2026-02-25"),
        ("2026-03-10 23:40", "2026-03-12"),  # not a working hour: the days after count all the same
    ],
)
@pytest.mark.parametrize("order", [(AHEAD, RIGHT, BEHIND), (BEHIND, RIGHT, AHEAD)], ids=["ahead first", "behind first"])
def test_a_notice_ends_with_its_last_day_once_whichever_host_looks(
    hosts: Hosts, order: tuple[timedelta, ...], published: str, last_day: str
) -> None:
    prepared(hosts, notice_rules(2), published)
    hosts[RIGHT].hears(application(at=hosts.time.now()))
    for each in order:
        hosts[each].runs()
    (notice,) = hosts[RIGHT].rows("SELECT last_day, ends_at FROM public_notice")
    assert notice[0].isoformat() == last_day
    assert local(notice[1] - timedelta(seconds=1)) == f"{last_day} 23:59"
    hosts.time.advance(notice[1] - timedelta(minutes=15) - hosts.time.now())
    for each in order:
        hosts[each].runs()
    assert hosts.count("PublicNoticeEnded") == 0, "not even the host that is ahead takes it down on its last day"
    hosts.time.advance(timedelta(minutes=30))
    for each in order:
        hosts[each].runs()
        for job in claim(hosts[each].frame.frame_engine, publishing.LOOK, hosts[each].frame.clock.now(), 5):
            hosts[each].handles(publishing.LOOK, publishing.look, [job])
    assert hosts.count("PublicNoticeEnded") == 1
    assert hosts[RIGHT].rows("SELECT count(*) FROM case_task WHERE state = 'open' AND kind = 'approval'") == [(1,)]


def test_a_clock_that_is_set_back_decides_nothing_twice(hosts: Hosts) -> None:
    prepared(hosts, item_rules(), "2026-03-11 00:05", HALF_AN_HOUR)
    hosts[RIGHT].hears(application(at=hosts.time.now()))
    case = hosts.case()
    assert approves(hosts[RIGHT], case)["ok"]["state"] == "approved"
    hosts.until("2026-03-10 23:55")
    assert approves(hosts[RIGHT], case)["refused"]["code"] == "stale_version"
    assert releases(hosts[RIGHT]) == 0
    hosts.until("2026-03-11 00:36")
    assert [releases(hosts[RIGHT]), releases(hosts[RIGHT])] == [1, 0]
    assert hosts.count("CaseApproved") == 1
    assert hosts.case_of(case.case_id).state == "approved"


def test_a_clock_that_is_set_back_while_a_window_closes_delays_the_decision_and_loses_nothing(hosts: Hosts) -> None:
    """The host that claims the job is ahead; by the clock of the moment in which it is done there is time left."""
    prepared(hosts, item_rules(), "2026-03-10 12:00", HALF_AN_HOUR)
    hosts[RIGHT].hears(application(at=hosts.time.now()))
    approves(hosts[RIGHT], hosts.case())
    hosts.time.advance(timedelta(minutes=25))
    hosts[RIGHT].does("UPDATE job SET due_at = due_at - interval '10 minutes' WHERE kind = 'release_decision'")
    assert releases(hosts[RIGHT]) == 1
    assert hosts.count("CaseApproved") == 0
    hosts.time.advance(timedelta(minutes=6))
    assert releases(hosts[RIGHT]) == 1
    assert hosts.count("CaseApproved") == 1
