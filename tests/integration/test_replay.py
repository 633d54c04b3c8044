"""Who newly hears something is told what was said before: in order, once, to that consumer alone, wherever it stopped."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg
import pytest
from bus_kit import purge_queues, running
from frame_kit import add_effects, effects, psycopg_url, write_effects
from months_kit import ago, as_of, divide
from rich.console import Console

from chassis.edge.frame import Frame
from chassis.events import replay
from chassis.events.broker import connect
from chassis.events.consumer import EventConsumer
from chassis.events.hearing import ask, due, note_hearers
from chassis.events.inbox import Inbox, Subscription
from chassis.events.received import Received
from chassis.events.relay import Relay
from chassis.events.replay import Replayer
from chassis.events.sweeper import Sweeper
from chassis.foundation.ids import event_id
from chassis.foundation.migrate import migrate
from chassis.foundation.settings import Terms
from chassis.keeping.chunks import ChunkBroken
from chassis.keeping.keeper import Keeper
from chassis.testing.waiting import eventually
from chassis.write.outbox import partition_of
from chassis.write.uow import UnitOfWork
from console.operating.replay import tell
from console.refusal import CommandRefusal
from console.servers.provision import Dsns
from contracts.envelope import EventEnvelope
from contracts.flow import FLOW, QUEUES, Route
from contracts.merges import EnterpriseMerged
from contracts.message import ServiceName

ENTERPRISES = 1_000
EACH = 3
HEARER: ServiceName = "treasury"
SAYER: ServiceName = "catalog"
TYPE = "enterprise_merge"
EVERYTHING = [(f"e-{number:04}", sequence) for number in range(ENTERPRISES) for sequence in range(1, EACH + 1)]


class Side(NamedTuple):
    """A service's frame and its databases' addresses."""

    frame: Frame
    dsns: Dsns

    def owner(self) -> psycopg.Connection:
        return psycopg.connect(psycopg_url(self.dsns.owner))

    def rows(self, statement: str) -> list[Any]:
        with self.owner() as owner:
            return owner.execute(statement).fetchall()  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def newly_heard(monkeypatch: pytest.MonkeyPatch, amqp_url: str) -> None:
    """This version's treasury hears of merges, which the one before did not."""
    producer, consumers = FLOW[EnterpriseMerged]
    if HEARER not in consumers:
        monkeypatch.setitem(FLOW, EnterpriseMerged, Route(producer, (*consumers, HEARER)))
    purge_queues(amqp_url)


@pytest.fixture
def catalog(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], amqp_url: str) -> Side:
    """The producer, to whom everybody but treasury has listened all the time."""
    dsns = service_database(SAYER)
    divide(dsns, months=4)
    side = Side(service_frame(SAYER, dsns=dsns, amqp_url=amqp_url), dsns)
    note_hearers(side.frame.frame_engine, SAYER)
    with side.owner() as owner:
        owner.execute("DELETE FROM hearing WHERE (consumer, aggregate_type) = (%s, %s)", [HEARER, TYPE])
    return side


@pytest.fixture
def treasury(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], amqp_url: str) -> Side:
    """The consumer; its database is of a service that has the tiny consumer's table."""
    dsns = service_database("gateway")
    add_effects(dsns)
    return Side(service_frame("gateway", dsns=dsns, amqp_url=amqp_url), dsns)


def body(subject: str, sequence: int) -> str:
    data = EnterpriseMerged(
        absorbed_id=subject,
        absorbed_uscc="91360702MA0000000A",
        surviving_id="survivor",
        surviving_uscc="91360702MA0000000B",
    )
    envelope = EventEnvelope(
        id=event_id(TYPE, subject, sequence),
        source=f"/zhida/{SAYER}",
        type=f"zhida.{SAYER}.EnterpriseMerged",
        subject=subject,
        time=datetime(2026, 3, 10, 4, tzinfo=UTC),
        tenant="zhanggong",
        origin="zhanggong",
        aggregatetype=TYPE,
        sequence=sequence,
        data=data.model_dump(mode="json"),
    )
    return envelope.model_dump_json(exclude={"replayed"})


def said(catalog: Side, pairs: list[tuple[str, int]], at: datetime, *, published: bool = True) -> None:
    with catalog.owner() as owner, owner.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO outbox (tenant, addressed_to, event_id, partition, aggregate_type, aggregate_id, sequence, type,"
            " routing_key, body, created_at, published_at) VALUES ('zhanggong', 'zhanggong', %s, %s, %s, %s, %s,"
            " 'EnterpriseMerged', 'catalog.enterprise_merge.EnterpriseMerged', %s, %s, %s)",
            [
                (
                    event_id(TYPE, subject, sequence), partition_of(subject), TYPE, subject, sequence,
                    body(subject, sequence), at, at if published else None,
                )
                for subject, sequence in pairs
            ],
        )  # fmt: skip


def history(catalog: Side, enterprises: int = ENTERPRISES) -> None:
    """Each enterprise's first events lie in archived months, its last in the outbox."""
    for sequence, months in ((1, 4), (2, 3), (3, 1)):
        said(catalog, [(f"e-{number:04}", sequence) for number in range(enterprises)], ago(months))
    keeper = Keeper(catalog.frame.frame_engine, catalog.frame.look_engine, catalog.frame.clock, Terms())
    assert keeper.turn()


def replayer_of(catalog: Side) -> Replayer:
    frame = catalog.frame
    return Replayer(SAYER, frame.frame_engine, frame.look_engine, frame.settings.amqp_url)


@contextmanager
def hearing(
    treasury: Side, handle: Callable[[list[Received[Any]], UnitOfWork], None] = write_effects
) -> Iterator[None]:
    """The consumer at work."""
    frame = treasury.frame
    inbox = Inbox("gateway", [Subscription("merges", frozenset({"EnterpriseMerged"}), handle)], frame.event_unit, 3)
    sweeper = Sweeper(frame.frame_engine, inbox, frame.clock, poll=0.05)
    consumer = EventConsumer(HEARER, frame.settings.amqp_url, inbox, sweeper, frame.frame_engine)
    with running(consumer, sweeper):
        yield


def depths(url: str) -> dict[str, int]:
    with connect(url) as connection:
        channel = connection.channel()
        return {name: channel.queue_declare(queue, passive=True).message_count for name, queue in QUEUES.items()}


def tell_all(replayer: Replayer) -> int:
    events = 0
    while replayer.remaining():
        events += replayer.tell().events
    replayer.close()
    return events


def test_a_thousand_enterprises_past_their_first_event_reach_a_consumer_that_newly_hears_of_them(
    catalog: Side, treasury: Side, amqp_url: str
) -> None:
    history(catalog)
    live = [("e-0000", 4), ("e-0999", 4)]
    relay = Relay(catalog.frame.frame_engine, amqp_url, poll=0.05)
    with hearing(treasury), running(relay):
        # Without a replay what comes now would wait for ever.
        said(catalog, live, datetime.now(UTC), published=False)
        eventually(lambda: treasury.rows("SELECT count(*) FROM parked WHERE cause = 'gap'") == [(2,)])
        note_hearers(catalog.frame.frame_engine, SAYER)  # as its new version does when it starts
        with running(replayer_of(catalog)):
            eventually(lambda: len(effects(treasury.dsns)) == len(EVERYTHING) + 2, within=60)
    assert sorted(effects(treasury.dsns)) == sorted([*EVERYTHING, *live])
    following: dict[str, int] = {}
    for subject, sequence in effects(treasury.dsns):
        assert sequence == following.get(subject, 0) + 1
        following[subject] = sequence
    assert treasury.rows("SELECT count(*) FROM parked") == [(0,)]
    assert catalog.rows("SELECT consumer, aggregate_type, sent, cursor = upto FROM hearing WHERE sent > 0") == [
        (HEARER, TYPE, len(EVERYTHING) + len(live), True)
    ]


def test_nobody_else_is_told_and_nobody_is_told_twice_by_the_next_start(catalog: Side, amqp_url: str) -> None:
    history(catalog, 100)
    note_hearers(catalog.frame.frame_engine, SAYER)
    with catalog.frame.frame_engine.connect() as connection:
        assert [(each.consumer, each.aggregate_type) for each in due(connection)] == [(HEARER, TYPE)]
    assert tell_all(replayer_of(catalog)) == 300
    told = depths(amqp_url)
    assert {name for name, messages in told.items() if messages} == {HEARER}
    note_hearers(catalog.frame.frame_engine, SAYER)
    assert replayer_of(catalog).remaining() == []


def test_a_replay_that_was_killed_goes_on_from_where_it_was_and_each_event_has_its_effect_once(
    catalog: Side, treasury: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    history(catalog, 100)
    monkeypatch.setattr(replay, "STRETCH", 70)
    note_hearers(catalog.frame.frame_engine, SAYER)
    first = replayer_of(catalog)
    assert first.tell().events == 70
    with monkeypatch.context() as patch:
        patch.setattr(replay, "advance", _die)
        with pytest.raises(Killed):
            first.tell()
    first.close()
    assert catalog.rows("SELECT cursor FROM hearing WHERE state = 'due'") == [(70,)]
    assert tell_all(replayer_of(catalog)) == 230
    with hearing(treasury):
        eventually(lambda: len(effects(treasury.dsns)) >= 300, within=30)
        ask(catalog.frame.frame_engine, HEARER, [TYPE])  # and once more from the beginning
        assert tell_all(replayer_of(catalog)) == 300
        eventually(lambda: depths(treasury.frame.settings.amqp_url)[HEARER] == 0, within=30)
    assert sorted(effects(treasury.dsns)) == sorted(each for each in EVERYTHING if each[0] < "e-0100")


class Killed(BaseException):
    """As by kill -9: nothing of ours handles it."""


def _die(*_: object) -> None:
    raise Killed()


def test_a_queue_that_is_full_is_not_added_to(catalog: Side, amqp_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    history(catalog, 200)
    monkeypatch.setattr(replay, "STRETCH", 64)
    monkeypatch.setattr(replay, "MOST_WAITING", 3)
    note_hearers(catalog.frame.frame_engine, SAYER)
    replayer = replayer_of(catalog)
    told = [replayer.tell() for _ in range(6)]
    assert [each.waits for each in told] == [False, False, False, True, True, True]
    assert depths(amqp_url)[HEARER] == 3
    purge_queues(amqp_url)
    assert not replayer.tell().waits
    replayer.close()


def test_of_two_processes_one_tells(catalog: Side) -> None:
    history(catalog, 10)
    note_hearers(catalog.frame.frame_engine, SAYER)
    with catalog.frame.frame_engine.begin() as other:
        other.exec_driver_sql(f"SELECT pg_advisory_xact_lock({replay.REPLAY_LOCK})")
        replayer = replayer_of(catalog)
        assert replayer.tell().waits
    assert replayer.tell().events == 30
    replayer.close()


def test_what_is_published_live_is_left_to_the_relay_and_what_is_told_again_says_so(
    catalog: Side, treasury: Side, amqp_url: str
) -> None:
    history(catalog, 1)
    said(catalog, [("e-0000", 4)], datetime.now(UTC), published=False)
    note_hearers(catalog.frame.frame_engine, SAYER)
    assert tell_all(replayer_of(catalog)) == 3
    seen: list[tuple[int, bool]] = []

    def look(events: list[Received[Any]], uow: UnitOfWork) -> None:
        seen.extend((event.envelope.sequence, event.replayed) for event in events)
        write_effects(events, uow)

    with hearing(treasury, look), running(Relay(catalog.frame.frame_engine, amqp_url, poll=0.05)):
        eventually(lambda: len(effects(treasury.dsns)) == 4)
    assert sorted(seen) == [(1, True), (2, True), (3, True), (4, False)]


def test_types_that_are_asked_for_later_are_told_until_they_meet_those_under_way(
    catalog: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    history(catalog, 50)
    monkeypatch.setattr(replay, "STRETCH", 60)
    engine = catalog.frame.frame_engine
    note_hearers(engine, SAYER)
    replayer = replayer_of(catalog)
    replayer.tell()
    ask(engine, HEARER, [TYPE, "payee_account"])  # the first is under way and stays where it is
    told = catalog.rows("SELECT aggregate_type, cursor FROM hearing WHERE state = 'due' ORDER BY 1")
    assert told == [(TYPE, 60), ("payee_account", 0)]
    assert replayer.tell().events == 0
    assert replayer.tell().events == 60
    assert tell_all(replayer) == 30
    assert catalog.rows("SELECT DISTINCT state FROM hearing") == [("heard",)]


def test_an_upgraded_installation_knows_who_has_heard_what_and_in_an_empty_one_nobody_has_missed_anything(
    catalog: Side, empty_database: Callable[[str], Dsns], service_frame: Callable[..., Frame], amqp_url: str
) -> None:
    used, fresh = (empty_database(SAYER) for _ in range(2))
    for dsns, subjects in ((used, ["e-1"]), (fresh, [])):
        as_of(SAYER, "frame_0005", dsns)
        side = Side(service_frame(SAYER, dsns=dsns, amqp_url=amqp_url), dsns)
        said(side, [(subject, 1) for subject in subjects], datetime.now(UTC))
        migrate(SAYER, dsns.owner)
        note_hearers(side.frame.frame_engine, SAYER)
    everybody = "SELECT consumer, aggregate_type FROM hearing WHERE state = 'due'"
    with psycopg.connect(psycopg_url(used.owner)) as owner:
        assert (HEARER, TYPE) in (told := owner.execute(everybody).fetchall())
        assert ("intake", "enterprise") not in told
    with psycopg.connect(psycopg_url(fresh.owner)) as owner:
        assert owner.execute(everybody).fetchall() == []
        assert owner.execute("SELECT count(*) > 10, bool_and(state = 'heard') FROM hearing").fetchone() == (True, True)


def test_a_chunk_that_was_changed_is_not_told(catalog: Side) -> None:
    history(catalog, 5)
    note_hearers(catalog.frame.frame_engine, SAYER)
    with catalog.owner() as owner:
        owner.execute("UPDATE event_log SET body = set_bit(body, 100, 1 - get_bit(body, 100)) WHERE part LIKE '%'")
    replayer = replayer_of(catalog)
    with pytest.raises(ChunkBroken, match="event_log outbox_"):
        replayer.tell()
    replayer.close()
    assert catalog.rows("SELECT cursor FROM hearing WHERE state = 'due'") == [(0,)]
    with pytest.raises(CommandRefusal, match="事件日志已损坏"):
        tell(SAYER, HEARER, [TYPE], catalog.dsns.frame, catalog.frame.settings.amqp_url, Console(file=io.StringIO()))


def test_the_command_tells_all_of_it_and_says_how_much_that_was(catalog: Side, amqp_url: str) -> None:
    history(catalog, 20)
    out = io.StringIO()
    assert tell(SAYER, HEARER, [TYPE], catalog.dsns.frame, amqp_url, Console(file=out, width=200)) == 60
    assert "catalog → treasury：已重放 enterprise_merge 的 60 条事件" in out.getvalue().replace(":", "：")
    assert catalog.rows("SELECT state, sent FROM hearing WHERE consumer = 'treasury' AND sent > 0") == [("heard", 60)]


def test_a_broker_that_is_away_leaves_the_replay_where_it_was(catalog: Side) -> None:
    history(catalog, 5)
    nowhere = "amqp://guest:guest@127.0.0.1:1/"
    with pytest.raises(CommandRefusal, match="再运行一次即可继续"):
        tell(SAYER, HEARER, [TYPE], catalog.dsns.frame, nowhere, Console(file=io.StringIO()))
    assert catalog.rows("SELECT cursor, sent FROM hearing WHERE state = 'due'") == [(0, 0)]
