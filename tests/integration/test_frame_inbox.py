"""The event path's promises: nothing twice, nothing out of order, and only the culprit is set aside."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from frame_kit import add_effects, effects, inbox_on, messages, psycopg_url, write_effects
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from chassis.edge.frame import Frame
from chassis.events.parking import claim_due
from chassis.events.received import Received
from chassis.events.sweeper import Sweeper
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.write.uow import UnitOfWork
from console.servers.provision import Dsns
from contracts.refusal import Conflict


@pytest.fixture
def dsns(service_database: Callable[[str], Dsns]) -> Dsns:
    made = service_database("gateway")
    add_effects(made)
    return made


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def frame(service_frame: Callable[..., Frame], dsns: Dsns, clock: FixedClock) -> Frame:
    return service_frame("gateway", dsns=dsns, clock=clock)


def parked(dsns: Dsns) -> list[tuple[str, int, str, str]]:
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        return connection.execute(
            "SELECT aggregate_id, sequence, cause, state FROM parked ORDER BY aggregate_id, sequence"
        ).fetchall()


def test_an_event_delivered_three_times_has_one_effect(frame: Frame, dsns: Dsns) -> None:
    inbox = inbox_on(frame)
    for _ in range(3):
        inbox.apply(messages(("a", 1), ("b", 1)))
    assert sorted(effects(dsns)) == [("a", 1), ("b", 1)]


def test_the_same_event_twice_in_one_batch_has_one_effect(frame: Frame, dsns: Dsns) -> None:
    result = inbox_on(frame).apply(messages(("a", 1), ("a", 1)))
    assert (result.applied, result.ignored) == (1, 1)
    assert effects(dsns) == [("a", 1)]


def test_an_early_event_is_parked_and_comes_back_in_order(frame: Frame, dsns: Dsns, clock: FixedClock) -> None:
    inbox = inbox_on(frame)
    inbox.apply(messages(("a", 3), ("a", 2), ("b", 1)))
    assert effects(dsns) == [("b", 1)]
    assert [row[:3] for row in parked(dsns)] == [("a", 2, "gap"), ("a", 3, "gap")]
    assert inbox.apply(messages(("a", 1))).released
    inbox.apply(claim_due(frame.frame_engine, clock.now(), 100, inbox.wanted))
    assert effects(dsns) == [("b", 1), ("a", 1), ("a", 2), ("a", 3)]
    assert parked(dsns) == []


def test_shuffled_batches_end_in_the_same_state_as_ordered_ones(frame: Frame, dsns: Dsns, clock: FixedClock) -> None:
    inbox = inbox_on(frame)
    sent = [(subject, number) for subject in "abcdefgh" for number in range(1, 9)] * 2
    random.Random(7203).shuffle(sent)
    while sent:
        batch, sent = sent[:11], sent[11:]
        inbox.apply(messages(*batch))
        due = claim_due(frame.frame_engine, clock.now(), 200, inbox.wanted)
        if due:
            inbox.apply(due)
    while due := claim_due(frame.frame_engine, clock.now(), 200, inbox.wanted):
        inbox.apply(due)
    done = effects(dsns)
    for subject in "abcdefgh":
        assert [number for each, number in done if each == subject] == list(range(1, 9))
    assert parked(dsns) == []


def test_a_data_fault_parks_only_the_culprit_and_its_successors(frame: Frame, dsns: Dsns) -> None:
    def handle(events: list[Received[Any]], uow: UnitOfWork) -> None:
        write_effects(events, uow)
        if any(event.envelope.subject == "bad" for event in events):
            raise ZeroDivisionError("the culprit")

    inbox = inbox_on(frame, handle)
    result = inbox.apply(messages(*[(f"good{n}", 1) for n in range(30)], ("bad", 1), ("bad", 2)))
    assert (result.applied, result.parked) == (30, 2)
    assert len(effects(dsns)) == 30
    assert [row[:3] for row in parked(dsns)] == [("bad", 1, "fault"), ("bad", 2, "gap")]


def test_a_fault_is_tried_again_and_dies_after_the_limit_loudly(
    frame: Frame, dsns: Dsns, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    def handle(events: list[Received[Any]], uow: UnitOfWork) -> None:
        raise ZeroDivisionError("always")

    inbox = inbox_on(frame, handle)
    inbox.apply(messages(("bad", 1)))
    tries = 1
    while due := _claimed_after(frame, clock, inbox, 3600):
        inbox.apply(due)
        tries += 1
    assert tries == 3
    assert parked(dsns) == [("bad", 1, "fault", "dead")]
    assert "event is dead and waits for an operator" in capsys.readouterr().out


def _claimed_after(frame: Frame, clock: FixedClock, inbox: Any, seconds: int) -> list[Received[Any]]:
    clock.advance(timedelta(seconds=seconds))
    return claim_due(frame.frame_engine, clock.now(), 100, inbox.wanted)


def test_a_missing_prerequisite_waits_without_being_a_fault(frame: Frame, dsns: Dsns, clock: FixedClock) -> None:
    arrived: list[str] = []

    def handle(events: list[Received[Any]], uow: UnitOfWork) -> None:
        for event in events:
            if event.envelope.subject == "needs" and not arrived:
                event.not_yet("item version")
        write_effects([event for event in events if event.cause is None], uow)

    inbox = inbox_on(frame, handle)
    inbox.apply(messages(("needs", 1), ("needs", 2), ("free", 1)))
    assert effects(dsns) == [("free", 1)]
    arrived.append("it")
    inbox.apply(_claimed_after(frame, clock, inbox, 60))
    inbox.apply(_claimed_after(frame, clock, inbox, 60))
    assert effects(dsns) == [("free", 1), ("needs", 1), ("needs", 2)]
    assert parked(dsns) == []


def test_a_refusal_leaves_its_neighbours_alone_and_is_dead_at_once(frame: Frame, dsns: Dsns) -> None:
    class RuleSaysNo(Conflict):
        code = "rule_says_no"
        sentence = "规则不允许。"

    def handle(events: list[Received[Any]], uow: UnitOfWork) -> None:
        for event in events:
            if event.envelope.subject == "no":
                event.refuse(RuleSaysNo())
        write_effects([event for event in events if event.cause is None], uow)

    inbox_on(frame, handle).apply(messages(("yes", 1), ("no", 1)))
    assert effects(dsns) == [("yes", 1)]
    assert parked(dsns) == [("no", 1, "refused", "dead")]


def test_an_infrastructure_fault_parks_nothing_and_splits_nothing(frame: Frame, dsns: Dsns) -> None:
    calls: list[int] = []

    def handle(events: list[Received[Any]], uow: UnitOfWork) -> None:
        calls.append(len(events))
        uow.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(OperationalError):
        inbox_on(frame, handle).apply(messages(*[(f"m{n}", 1) for n in range(20)]))
    assert calls == [20]
    assert parked(dsns) == []
    assert effects(dsns) == []


def test_a_batch_of_one_tenant_cannot_touch_rows_of_another(frame: Frame, dsns: Dsns) -> None:
    inbox_on(frame).apply(messages(("a", 1), tenant="xingguo"))
    seen: list[int] = []

    def handle(events: list[Received[Any]], uow: UnitOfWork) -> None:
        seen.append(uow.execute("SELECT count(*) FROM effect").scalar_one())

    inbox_on(frame, handle).apply(messages(("b", 1), tenant="zhanggong"))
    assert seen == [0]


def test_the_sweeper_brings_parked_events_back_by_itself(frame: Frame, dsns: Dsns) -> None:
    inbox = inbox_on(frame)
    sweeper = Sweeper(frame.frame_engine, inbox, frame.clock, poll=0.01)
    inbox.apply(messages(("a", 2)))
    inbox.apply(messages(("a", 1)))
    sweeper._step()
    assert effects(dsns) == [("a", 1), ("a", 2)]
