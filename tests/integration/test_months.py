"""Nothing is kept for ever: months are made ahead, archived and dropped, and what they held once holds on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import psycopg
import pytest
from frame_kit import add_effects, broken_chain, effects, inbox_on, message_body, messages, psycopg_url
from months_kit import ago, as_of, divide, keeper_of, note, part_of, parts, rows, say
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.edge.frame import Frame
from chassis.events.inbox import BatchResult
from chassis.events.received import decode
from chassis.foundation.ids import new_id
from chassis.foundation.migrate import migrate
from chassis.keeping.months import AHEAD, month_after, months
from chassis.testing.waiting import eventually
from chassis.time.clock import FixedClock
from chassis.write import audit
from console.servers.provision import Dsns
from contracts.aggregate import Aggregate
from contracts.identity import OnboardTenant, TenantChanged, TenantSettings
from contracts.message import Command, Model, ServiceName
from gateway.identity.tenants.store import TenantStore
from gateway.identity.tenants.use_cases import onboard_tenant

NOW = datetime.now(UTC)
NEXT_MONTH = month_after(NOW, 1) + timedelta(hours=1)


class Counted(Model):
    count: int


class Count(Command[Counted]):
    owner: ClassVar[ServiceName] = "gateway"


@pytest.fixture
def sides(service_frame: Callable[..., Frame], dsns: Dsns) -> tuple[Frame, Frame]:
    """The same service on either side of a month's end, each in a month of its own."""
    divide(dsns, months=1)
    before, after = (service_frame("gateway", dsns=dsns, clock=FixedClock(at)) for at in (NOW, NEXT_MONTH))
    assert keeper_of(before).turn()
    return before, after


@pytest.fixture
def dsns(service_database: Callable[[str], Dsns]) -> Dsns:
    made = service_database("gateway")
    add_effects(made)
    return made


@pytest.fixture
def frame(service_frame: Callable[..., Frame], dsns: Dsns) -> Frame:
    return service_frame("gateway", dsns=dsns)


def order(name: str, body: dict[str, Any], *, key: str | None = None) -> dict[str, Any]:
    return {
        "idempotency_key": key or new_id(), "tenant": "ganzhou", "actor": {"id": "a"}, "name": name,
        "body_hash": str(sorted(body.items())), "body": body,
    }  # fmt: skip


def ganzhou(**changes: Any) -> dict[str, Any]:
    return {"id": "ganzhou", "level": "city", "division_code": "3607", "name": "赣州市", **changes}


# -- the tables ------------------------------------------------------------------------------------------------


def test_what_the_former_version_wrote_is_the_first_part_and_the_former_version_writes_on(
    empty_database: Callable[[str], Dsns], service_frame: Callable[..., Frame]
) -> None:
    dsns = empty_database("gateway")
    as_of("gateway", "frame_0005", dsns)
    say(dsns, "m", 1, ago(5))
    note(dsns, "n", 1, ago(5))
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        owner.execute("INSERT INTO inbox VALUES ('t', 'e-1', 'E', now())")
        owner.execute("INSERT INTO idempotency_record VALUES ('t', 'k-1', 'count', 'h', 'a', '{\"ok\": {}}', now())")
    migrate("gateway", dsns.owner)
    say(dsns, "m", 2, NOW)
    note(dsns, "n", 2, NOW)
    assert rows(dsns, "SELECT position, tableoid::regclass::text FROM outbox ORDER BY 1") == [
        (1, "outbox_before"),
        (2, "outbox_before"),
    ]
    assert rows(dsns, "SELECT position FROM audit_fact ORDER BY 1") == [(1,), (2,)]
    frame = service_frame("gateway", dsns=dsns)
    with frame.unit(("t",), action="count", idempotency_key="k-1") as uow:
        assert (uow.earlier.held, uow.earlier.name) == (True, "count")
    assert audit.seal(frame.frame_engine, NOW) == 2
    assert broken_chain(frame.frame_engine) == []
    with pytest.raises(psycopg.errors.UniqueViolation):
        say(dsns, "m", 2, NOW)


def test_work_goes_on_while_the_tables_are_divided_and_no_row_is_lost(
    empty_database: Callable[[str], Dsns], service_frame: Callable[..., Frame]
) -> None:
    dsns = empty_database("gateway")
    as_of("gateway", "frame_0005", dsns)
    frame = service_frame("gateway", dsns=dsns)
    done, stop = [], threading.Event()

    def work(_worker: int) -> None:
        while not stop.is_set():
            answer = frame.run_command(Count, lambda _cmd, uow: Counted(count=_saved(uow)), order("Count", {}))
            if "ok" in answer:
                done.append(answer)
            else:
                assert answer["fault"]["retryable"], answer

    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(work, worker) for worker in range(4)]
        eventually(lambda: len(done) > 50)
        migrate("gateway", dsns.owner)
        before = len(done)
        eventually(lambda: len(done) > before + 50)
        stop.set()
    assert [each.result() for each in working] == [None] * 4
    for table in ("idempotency_record", "outbox", "audit_fact"):
        assert rows(dsns, f"SELECT count(*) FROM {table}") == [(len(done),)]
    assert audit.seal(frame.frame_engine, NOW) == min(len(done), audit.BLOCK_LIMIT)
    assert broken_chain(frame.frame_engine) == []


def _saved(uow: Any) -> int:
    """Something that is saved once, with one event."""
    thing = Aggregate(id=new_id(), tenant="ganzhou", version=1)
    thing.record(TenantChanged(**ganzhou(), parent_id=None, settings=TenantSettings(), settings_version=1))
    uow.saved(thing, "thing", {})
    return 1


def test_the_next_months_are_there_before_anything_is_written_into_them(frame: Frame, dsns: Dsns) -> None:
    assert keeper_of(frame).turn()
    there = {each.ends for each in months(frame.frame_engine, "outbox")}
    assert {month_after(NOW, number) for number in range(2, AHEAD + 2)} <= there
    assert keeper_of(frame).turn(), "a second time there is nothing to do"


def test_a_row_whose_month_is_missing_is_written_and_moves_into_it_later(frame: Frame, dsns: Dsns) -> None:
    late = month_after(NOW, AHEAD) + timedelta(days=3)
    say(dsns, "m", 1, late)
    assert rows(dsns, "SELECT tableoid::regclass::text FROM outbox") == [("outbox_default",)]
    assert keeper_of(frame).turn()
    assert rows(dsns, "SELECT tableoid::regclass::text FROM outbox") == [(f"outbox_{late:%Y_%m}",)]


def test_nobody_but_the_owner_touches_a_part_and_the_frame_makes_and_drops_nothing_else(frame: Frame) -> None:
    for statement in (
        "SELECT * FROM outbox_before",
        "SELECT make_month('tenant', '2027-01-01')",
        "SELECT make_month('outbox', '2027-01-02')",
        "SELECT drop_month('outbox', 'tenant')",
        "SELECT drop_month('outbox', 'outbox_default')",
        "SELECT drop_month('outbox', 'outbox_before')",
    ):
        with pytest.raises(DBAPIError), frame.frame_engine.connect() as connection:
            connection.execute(text(statement))
    with pytest.raises(DBAPIError, match="permission denied"), frame.engine.connect() as connection:
        connection.execute(text("SELECT make_month('outbox', '2027-01-01')"))


# -- what must be once, must be once across months ----------------------------------------------------------------


def test_a_key_given_at_once_on_both_sides_of_a_months_end_is_carried_out_once(
    sides: tuple[Frame, Frame], dsns: Dsns
) -> None:
    before, after = sides
    key, done, both = new_id(), [], threading.Barrier(2, timeout=10)

    def handle(_cmd: Count, uow: Any) -> Counted:
        done.append(uow.now)
        time.sleep(0.2)
        return Counted(count=len(done))

    envelope = order("Count", {}, key=key)

    def give(frame: Frame) -> Any:
        both.wait()
        return frame.run_command(Count, handle, envelope)

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(give, (before, after)))
        assert any("ok" in answer or answer["refused"]["code"] == "command_in_progress" for answer in answers)
    assert len(done) == 1
    assert after.run_command(Count, handle, envelope) == before.run_command(Count, handle, envelope)
    assert rows(dsns, "SELECT count(*) FROM idempotency_record") == [(1,)]


def test_a_version_saved_at_once_on_both_sides_of_a_months_end_is_audited_and_said_once(
    sides: tuple[Frame, Frame], dsns: Dsns
) -> None:
    before, after = sides
    assert "ok" in before.run_command(OnboardTenant, onboard_tenant, order("OnboardTenant", ganzhou()))
    outcomes = []
    for turn in range(5):
        both = threading.Barrier(2, timeout=10)

        def save(frame: Frame, both: threading.Barrier = both, name: str = f"赣州{turn}") -> str:
            with frame.unit(("ganzhou",), action="test") as uow:
                (tenant,) = uow.of(TenantStore).where(lock=False)
                both.wait()
                tenant.name = name
                changed = TenantChanged(
                    **ganzhou(name=name), parent_id=None, settings=tenant.settings, settings_version=tenant.version
                )
                tenant.record(changed)
                uow.of(TenantStore).save(tenant)
            return "saved"

        with ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(save, frame) for frame in (before, after)]
        outcomes.append(sorted(type(each.exception()).__name__ for each in futures))
    assert outcomes == [["NoneType", "StaleVersion"]] * 5
    for table, number in (("outbox", "sequence"), ("audit_fact", "version")):
        counted = f"SELECT count(*), count(DISTINCT {number}), max({number}) FROM {table}"
        assert rows(dsns, f"{counted} WHERE aggregate_type = 'tenant'") == [(6, 6, 6)]


def test_an_event_that_takes_anothers_id_in_a_later_month_is_found(sides: tuple[Frame, Frame], dsns: Dsns) -> None:
    before, after = sides
    inbox_on(before).apply(messages(("m-1", 1)))
    assert rows(dsns, "SELECT tableoid::regclass::text FROM inbox") == [(part_of("inbox", 0),)]
    imposter = message_body("m-2", 1).replace(messages(("m-2", 1))[0].id.encode(), messages(("m-1", 1))[0].id.encode())
    result = inbox_on(after).apply([decode(imposter, wanted=frozenset({"MessageDelivered"}))])
    assert (result.applied, result.parked) == (0, 1)
    assert effects(dsns) == [("m-1", 1)]


def test_an_event_that_comes_again_when_its_month_has_gone_is_refused_by_its_position(
    service_frame: Callable[..., Frame], dsns: Dsns
) -> None:
    divide(dsns, months=4)
    past = service_frame("gateway", dsns=dsns, clock=FixedClock(ago(3)))
    now = service_frame("gateway", dsns=dsns)
    inbox_on(past).apply(messages(("m", 1), ("m", 2)))
    assert rows(dsns, "SELECT DISTINCT tableoid::regclass::text FROM inbox") == [(part_of("inbox", 3),)]
    assert keeper_of(now).turn()
    assert rows(dsns, "SELECT count(*) FROM inbox") == [(0,)]
    assert parts(dsns, "inbox") == [part_of("inbox", 1), part_of("inbox", 0)]
    for _ in range(2):
        result = inbox_on(now).apply(messages(("m", 1), ("m", 2)))
        assert result == BatchResult(applied=0, ignored=2, parked=0, released=False)
    assert effects(dsns) == [("m", 1), ("m", 2)]
    assert inbox_on(now).apply(messages(("m", 3))).applied == 1
