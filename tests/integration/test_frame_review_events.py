"""The event path under bad data and bad luck: one bad message, row or race never holds up the others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from frame_kit import add_effects, effects, inbox_on, message_body, messages, psycopg_url, write_effects

from chassis.edge.frame import Frame
from chassis.events.inbox import Inbox, Subscription
from chassis.events.parking import claim_due
from chassis.events.received import Received, decode
from chassis.events.sweeper import Sweeper
from chassis.testing.fakes import NOON
from chassis.testing.waiting import eventually
from chassis.time.clock import FixedClock
from chassis.write.uow import UnitOfWork
from console.servers.provision import Dsns
from contracts.refusal import StaleVersion

WANTED = frozenset({"MessageDelivered"})


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


def rows(dsns: Dsns, statement: str) -> list[Any]:
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        return connection.execute(statement).fetchall()


def parked(dsns: Dsns) -> list[tuple[str, int, str, str]]:
    return rows(dsns, "SELECT aggregate_id, sequence, cause, state FROM parked ORDER BY aggregate_id, sequence")


def due(frame: Frame, inbox: Inbox) -> list[Received[Any]]:
    return claim_due(frame.frame_engine, frame.clock.now(), 200, inbox.wanted)


def sweeper_on(frame: Frame, inbox: Inbox) -> Sweeper:
    return Sweeper(frame.frame_engine, inbox, frame.clock, poll=0.01)


def test_what_a_deferred_constraint_forbids_is_found_out_and_parked_alone(frame: Frame, dsns: Dsns) -> None:
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        connection.execute(
            "CREATE FUNCTION no_bad() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF NEW.subject = 'bad' THEN RAISE EXCEPTION 'bad' USING ERRCODE = 'check_violation'; END IF;"
            " RETURN NULL; END $$"
        )
        connection.execute(
            "CREATE CONSTRAINT TRIGGER no_bad AFTER INSERT ON effect DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION no_bad()"
        )
    result = inbox_on(frame).apply(messages(("good", 1), ("bad", 1), ("fine", 1)))
    assert (result.applied, result.parked) == (2, 1)
    assert sorted(effects(dsns)) == [("fine", 1), ("good", 1)]
    assert parked(dsns) == [("bad", 1, "fault", "waiting")]


def test_a_version_that_is_stale_every_time_is_a_fault_of_one_event_not_of_the_queue(frame: Frame, dsns: Dsns) -> None:
    def handle(events: list[Received[Any]], uow: UnitOfWork) -> None:
        write_effects(events, uow)
        if any(event.envelope.subject == "stale" for event in events):
            raise StaleVersion()

    result = inbox_on(frame, handle).apply(messages(("good", 1), ("stale", 1)))
    assert (result.applied, result.parked) == (1, 1)
    assert parked(dsns) == [("stale", 1, "fault", "waiting")]


def test_a_race_that_was_lost_once_is_run_again_and_parks_nothing(frame: Frame, dsns: Dsns) -> None:
    lost: list[str] = []

    def handle(events: list[Received[Any]], uow: UnitOfWork) -> None:
        write_effects(events, uow)
        if not lost:
            lost.append("once")
            raise StaleVersion()

    assert inbox_on(frame, handle).apply(messages(("a", 1), ("b", 1))).applied == 2
    assert parked(dsns) == []


@pytest.mark.parametrize("together", [True, False])
def test_two_events_with_one_id_do_not_stop_the_queue(frame: Frame, dsns: Dsns, together: bool) -> None:
    first, second = messages(("a", 1), ("b", 1))
    taken = second.envelope.model_copy(update={"id": first.id})
    imposter = decode(taken.model_dump_json(), wanted=WANTED)
    inbox = inbox_on(frame)
    if together:
        inbox.apply([first, imposter, *messages(("c", 1))])
    else:
        inbox.apply([first])
        inbox.apply([imposter, *messages(("c", 1))])
    assert sorted(effects(dsns)) == [("a", 1), ("c", 1)]
    assert rows(dsns, "SELECT aggregate_id, cause FROM parked") in ([("b", "fault")], [])


def test_a_fault_whose_words_the_database_cannot_keep_is_parked_all_the_same(frame: Frame, dsns: Dsns) -> None:
    def handle(events: list[Received[Any]], uow: UnitOfWork) -> None:
        if any(event.envelope.subject == "bad" for event in events):
            raise ValueError("half a name: \x00")
        write_effects(events, uow)

    assert inbox_on(frame, handle).apply(messages(("good", 1), ("bad", 1))).applied == 1
    assert parked(dsns) == [("bad", 1, "fault", "waiting")]


def test_waiting_for_a_prerequisite_does_not_use_up_the_tries_of_a_fault(
    frame: Frame, dsns: Dsns, clock: FixedClock
) -> None:
    mood = ["not_yet"]

    def handle(events: list[Received[Any]], uow: UnitOfWork) -> None:
        for event in events:
            if mood[0] == "fault":
                raise ZeroDivisionError("passing trouble")
            event.not_yet("item version")

    inbox = inbox_on(frame, handle)
    inbox.apply(messages(("a", 1)))
    for _ in range(5):
        clock.advance(timedelta(minutes=1))
        inbox.apply(due(frame, inbox))
    mood[0] = "fault"
    clock.advance(timedelta(minutes=1))
    inbox.apply(due(frame, inbox))
    assert parked(dsns) == [("a", 1, "fault", "waiting")]
    for _ in range(2):
        clock.advance(timedelta(minutes=1))
        inbox.apply(due(frame, inbox))
    assert parked(dsns) == [("a", 1, "fault", "dead")]


def test_a_parked_event_that_can_no_longer_be_read_is_dead_and_the_others_come_back(
    frame: Frame, dsns: Dsns, clock: FixedClock
) -> None:
    inbox = inbox_on(frame)
    inbox.apply(messages(("a", 2), ("b", 2)))
    inbox.apply(messages(("a", 1), ("b", 1)))
    with psycopg.connect(psycopg_url(dsns.owner)) as connection:
        connection.execute("UPDATE parked SET body = '{}' WHERE aggregate_id = 'a'")
    sweeper_on(frame, inbox)._step()
    assert sorted(effects(dsns)) == [("a", 1), ("b", 1), ("b", 2)]
    assert parked(dsns) == [("a", 2, "fault", "dead")]


def test_a_successor_addressed_to_another_tenant_does_not_wait_for_the_net(
    frame: Frame, dsns: Dsns, clock: FixedClock
) -> None:
    inbox = inbox_on(frame)
    second = decode(
        decode(message_body("case", 2, tenant="zhanggong"), wanted=WANTED)
        .envelope.model_copy(update={"tenant": "ganzhou"})
        .model_dump_json(),
        wanted=WANTED,
    )
    inbox.apply([second])
    sweeper = sweeper_on(frame, inbox)
    sweeper._step()
    inbox.apply(messages(("case", 1), tenant="zhanggong"))
    clock.advance(timedelta(seconds=1))
    eventually(lambda: sweeper._step() or effects(dsns) == [("case", 1), ("case", 2)], within=10)


def test_what_waits_behind_a_dead_event_is_not_swept_again_and_again(
    frame: Frame, dsns: Dsns, clock: FixedClock
) -> None:
    inbox = inbox_on(frame)
    inbox.apply(messages(("a", 2), ("a", 3)))
    clock.advance(timedelta(minutes=2))
    assert due(frame, inbox) == []
    inbox.apply(messages(("a", 1)))
    sweeper_on(frame, inbox)._step()
    assert effects(dsns) == [("a", 1), ("a", 2), ("a", 3)]


def test_an_event_parked_while_its_predecessor_is_being_applied_is_not_forgotten(
    frame: Frame, dsns: Dsns, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are the first of their aggregate, so there is no position row yet that they could wait at."""
    parked_it, leave = threading.Event(), threading.Event()

    def late_commit(name: str) -> None:
        if name.endswith("before_commit") and threading.current_thread().name == "successor":
            parked_it.set()
            leave.wait(10)

    monkeypatch.setattr("chassis.events.inbox.crash_point", late_commit)
    inbox = inbox_on(frame)
    successor = threading.Thread(target=lambda: inbox.apply(messages(("a", 2))), name="successor")
    successor.start()
    assert parked_it.wait(10)
    inbox.apply(messages(("a", 1)))
    leave.set()
    successor.join(10)
    clock.advance(timedelta(seconds=1))
    sweeper = sweeper_on(frame, inbox)
    eventually(lambda: sweeper._step() or effects(dsns) == [("a", 1), ("a", 2)], within=10)


def test_an_event_that_took_effect_after_all_is_no_longer_listed_as_dead(
    frame: Frame, dsns: Dsns, clock: FixedClock
) -> None:
    mood = ["fault"]

    def handle(events: list[Received[Any]], uow: UnitOfWork) -> None:
        if mood[0] == "fault":
            raise ZeroDivisionError("for now")
        write_effects(events, uow)

    inbox = inbox_on(frame, handle)
    inbox.apply(messages(("a", 1)))
    for _ in range(2):
        clock.advance(timedelta(minutes=1))
        inbox.apply(due(frame, inbox))
    assert parked(dsns) == [("a", 1, "fault", "dead")]
    mood[0] = "well"
    inbox.apply(messages(("a", 1)))  # the broker delivers it once more
    assert effects(dsns) == [("a", 1)]
    assert parked(dsns) == []


def test_what_an_error_says_of_personal_data_is_not_kept(frame: Frame, dsns: Dsns) -> None:
    def handle(events: list[Received[Any]], uow: UnitOfWork) -> None:
        uow.execute("SELECT CAST(:mobile AS integer) / 0", {"mobile": 1397970000})

    inbox_on(frame, handle).apply(messages(("a", 1)))
    ((error,),) = rows(dsns, "SELECT error FROM parked")
    assert "DivisionByZero" in error
    assert "1397970000" not in error


def test_a_connection_lost_while_the_culprit_is_looked_for_parks_nothing(frame: Frame, dsns: Dsns) -> None:
    calls: list[int] = []

    def handle(events: list[Received[Any]], uow: UnitOfWork) -> None:
        calls.append(len(events))
        write_effects(events, uow)
        if len(calls) == 1:
            raise ZeroDivisionError("look closer")
        uow.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Exception, match="terminating connection"):
        inbox_on(frame, handle).apply(messages(("a", 1), ("b", 1)))
    assert calls == [2, 2]
    assert effects(dsns) == []
    assert parked(dsns) == []


def test_a_store_forgets_what_it_learned_in_a_savepoint_that_was_undone(frame: Frame) -> None:
    class Remembering:
        def __init__(self, uow: UnitOfWork) -> None:
            self.seen: list[str] = []

    with frame.unit(("zhanggong",), action="test") as uow:
        with pytest.raises(ZeroDivisionError), uow.savepoint():
            uow.of(Remembering).seen.append("undone")
            raise ZeroDivisionError
        assert uow.of(Remembering).seen == []


def test_subscriptions_of_an_event_that_names_more_tenants_stay_within_them(frame: Frame, dsns: Dsns) -> None:
    seen: list[tuple[str, ...]] = []

    def handle(events: list[Received[Any]], uow: UnitOfWork) -> None:
        seen.append(uow.tenants)

    subscription = Subscription("messages", WANTED, handle, lambda _event: ("xingguo",))
    Inbox("gateway", [subscription], frame.event_unit, max_attempts=3).apply(messages(("a", 1)))
    assert seen == [("xingguo", "zhanggong")]


def test_an_event_that_does_not_tell_whose_it_is_is_parked_alone(frame: Frame, dsns: Dsns) -> None:
    def tenants(event: Received[Any]) -> tuple[str, ...]:
        if event.envelope.subject == "bad":
            raise AttributeError("'NoneType' object has no attribute 'filed_in'")
        return ()

    subscription = Subscription("messages", WANTED, write_effects, tenants)
    inbox = Inbox("gateway", [subscription], frame.event_unit, max_attempts=3)
    result = inbox.apply(messages(("good", 1), ("bad", 1), ("bad", 2)))
    assert (result.applied, result.parked) == (1, 2)
    assert effects(dsns) == [("good", 1)]
    assert parked(dsns) == [("bad", 1, "fault", "waiting"), ("bad", 2, "gap", "waiting")]
