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
from frame_kit import add_effects, effects, inbox_on, message_body, messages, psycopg_url
from months_kit import ago, as_of, divide, part_of, parts
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.edge.frame import Frame
from chassis.events.inbox import BatchResult
from chassis.events.received import decode
from chassis.foundation.ids import new_id
from chassis.foundation.migrate import migrate
from chassis.foundation.settings import Terms
from chassis.keeping.event_log import broken_chunks, published_between
from chassis.keeping.keeper import Keeper
from chassis.keeping.months import AHEAD, TABLES, month_after, months
from chassis.keeping.sizes import sizes
from chassis.time.clock import FixedClock
from chassis.write import audit
from chassis.write.audit import AuditFact
from chassis.write.outbox import partition_of
from console.operating.checks.audit_chain import unaudited
from console.servers.provision import Dsns
from contracts.identity import OnboardTenant, TenantChanged
from contracts.message import Command, Model, ServiceName
from gateway.identity.tenants.store import TenantStore
from gateway.identity.tenants.use_cases import onboard_tenant

NOW = datetime.now(UTC)
NEXT_MONTH = month_after(NOW, 1) + timedelta(hours=1)
EVERYTHING = Terms(outbox=1, event_log=120, inbox=1, results=1, audit=1)


class Counted(Model):
    count: int


class Count(Command[Counted]):
    owner: ClassVar[ServiceName] = "gateway"


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


def keeper_of(frame: Frame, terms: Terms = EVERYTHING) -> Keeper:
    return Keeper(frame.frame_engine, frame.look_engine, frame.clock, terms)


def rows(dsns: Dsns, statement: str) -> list[Any]:
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        return owner.execute(statement).fetchall()  # type: ignore[arg-type]


def say(dsns: Dsns, subject: str, sequence: int, at: datetime, *, published: bool = True) -> None:
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        owner.execute(
            "INSERT INTO outbox (tenant, addressed_to, event_id, partition, aggregate_type, aggregate_id, sequence,"
            " type, routing_key, body, created_at, published_at) VALUES ('zhanggong', 'zhanggong', %s, %s, 'message',"
            " %s, %s, 'MessageDelivered', 'notify.message.MessageDelivered', %s, %s, %s)",
            [
                new_id(), partition_of(subject), subject, sequence, message_body(subject, sequence).decode(), at,
                at if published else None,
            ],
        )  # fmt: skip


def note(dsns: Dsns, subject: str, version: int, at: datetime) -> None:
    """A fact that the audit has been given."""
    fact = AuditFact("zhanggong", "note", subject, version, "test", "tester", at, f'{{"version": {version}}}')
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        owner.execute(
            "INSERT INTO audit_fact (tenant, aggregate_type, aggregate_id, version, action, actor, at, body, salt, digest)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [*fact, b"salt", fact.digest(b"salt")],
        )


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
    assert audit.broken_links(frame.frame_engine) == []
    with pytest.raises(psycopg.errors.UniqueViolation):
        say(dsns, "m", 2, NOW)


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
    service_frame: Callable[..., Frame], dsns: Dsns
) -> None:
    before, after = (service_frame("gateway", dsns=dsns, clock=FixedClock(at)) for at in (NOW, NEXT_MONTH))
    keeper_of(before).turn()
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
    service_frame: Callable[..., Frame], dsns: Dsns
) -> None:
    before, after = (service_frame("gateway", dsns=dsns, clock=FixedClock(at)) for at in (NOW, NEXT_MONTH))
    keeper_of(before).turn()
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
    months_of_facts = rows(dsns, "SELECT count(DISTINCT tableoid) FROM audit_fact WHERE aggregate_type = 'tenant'")
    assert months_of_facts[0][0] in (1, 2)


def test_an_event_that_takes_anothers_id_in_a_later_month_is_found(
    service_frame: Callable[..., Frame], dsns: Dsns
) -> None:
    before, after = (service_frame("gateway", dsns=dsns, clock=FixedClock(at)) for at in (NOW, NEXT_MONTH))
    keeper_of(before).turn()
    inbox_on(before).apply(messages(("m-1", 1)))
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


# -- what goes, and what does not -----------------------------------------------------------------------------------


def test_published_months_move_into_the_event_log_and_are_read_from_there_in_order(frame: Frame, dsns: Dsns) -> None:
    divide(dsns, months=4)
    for sequence, month in enumerate((4, 3, 3, 1, 0), start=1):
        say(dsns, "m", sequence, ago(month))
    before = rows(dsns, "SELECT position, body FROM outbox ORDER BY position")
    assert keeper_of(frame).turn()
    assert parts(dsns, "outbox") == [part_of("outbox", 1), part_of("outbox", 0)]
    assert rows(dsns, "SELECT part, events FROM event_log ORDER BY 1") == [
        (part_of("outbox", 4), 1),
        (part_of("outbox", 3), 2),
    ]
    with frame.frame_engine.connect() as connection:
        kept = published_between(connection, 0, 10**9, ["message"]).events
        assert [(event.position, event.body) for event in kept] == before
        assert [event.position for event in published_between(connection, 1, 3, ["message"]).events] == [2, 3]
        assert published_between(connection, 0, 10**9, ["case"]).events == []
    assert list(broken_chunks(frame.frame_engine)) == []


def test_a_month_of_which_one_event_has_not_been_published_stays_and_so_do_those_after_it(
    frame: Frame, dsns: Dsns
) -> None:
    divide(dsns, months=4)
    say(dsns, "m", 1, ago(4))
    say(dsns, "m", 2, ago(3), published=False)
    say(dsns, "m", 3, ago(2))
    assert not keeper_of(frame).turn()
    assert parts(dsns, "outbox") == [part_of("outbox", number) for number in (3, 2, 1, 0)]
    with pytest.raises(DBAPIError, match="is not archived"), frame.frame_engine.connect() as connection:
        connection.execute(text(f"SELECT drop_month('outbox', '{part_of('outbox', 2)}')"))
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        owner.execute("UPDATE outbox SET published_at = now()")
    assert keeper_of(frame).turn()
    assert parts(dsns, "outbox") == [part_of("outbox", 1), part_of("outbox", 0)]


def test_an_event_log_of_which_one_bit_has_changed_is_found(frame: Frame, dsns: Dsns) -> None:
    divide(dsns, months=3)
    say(dsns, "m", 1, ago(3))
    assert keeper_of(frame).turn()
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        owner.execute("UPDATE event_log SET body = set_bit(body, 100, 1 - get_bit(body, 100))")
    assert [part_of("outbox", 3) in problem for problem in broken_chunks(frame.frame_engine)] == [True]


def test_the_event_log_forgets_what_has_been_kept_long_enough_and_says_how_much_that_was(
    frame: Frame, dsns: Dsns
) -> None:
    divide(dsns, months=4)
    say(dsns, "m", 1, ago(4))
    say(dsns, "m", 2, ago(3))
    assert keeper_of(frame, Terms(outbox=1, event_log=3)).turn()
    with frame.frame_engine.connect() as connection:
        kept = published_between(connection, 0, 10**9, ["message"])
    assert ([event.aggregate_id for event in kept.events], kept.cleared) == (["m"], 1)


def test_an_archived_month_is_proved_by_the_chain_and_goes_on_being_counted(frame: Frame, dsns: Dsns) -> None:
    divide(dsns, months=4)
    for subject in ("a", "b"):
        note(dsns, subject, 1, ago(4))
        note(dsns, subject, 2, ago(3))
    note(dsns, "a", 3, NOW)
    audit.seal(frame.frame_engine, NOW)  # one block over three months
    note(dsns, "b", 3, NOW)
    audit.seal(frame.frame_engine, NOW)
    assert keeper_of(frame).turn()
    assert rows(dsns, "SELECT count(*) FROM audit_fact") == [(2,)]
    assert rows(dsns, "SELECT aggregate_id, version, facts FROM audit_archived ORDER BY 1") == [
        ("a", 2, 2),
        ("b", 2, 2),
    ]
    assert audit.broken_links(frame.frame_engine) == []
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        owner.execute("DELETE FROM audit_fact WHERE aggregate_id = 'b'")
    assert any("区块 2" in problem for problem in audit.broken_links(frame.frame_engine))
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        owner.execute("UPDATE audit_archived SET facts = 1 WHERE aggregate_id = 'a'")
    assert any(problem.startswith("审计缺口：zhanggong/note/a") for problem in audit.broken_links(frame.frame_engine))


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE audit_archive SET body = set_bit(body, 120, 1 - get_bit(body, 120))",
        "DELETE FROM audit_archive WHERE part LIKE '%{month}'",
        "UPDATE audit_archive SET last_block = 0, first_block = 0",
        "UPDATE audit_block SET hash = sha256('x') WHERE number = 1",
    ],
)
def test_a_broken_archive_is_found(frame: Frame, dsns: Dsns, damage: str) -> None:
    divide(dsns, months=4)
    note(dsns, "a", 1, ago(4))
    note(dsns, "a", 2, ago(3))
    audit.seal(frame.frame_engine, NOW)
    assert keeper_of(frame).turn()
    assert audit.broken_links(frame.frame_engine) == []
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        done = owner.execute(damage.format(month=f"{ago(4):%Y_%m}"))  # type: ignore[arg-type]
        assert done.rowcount > 0
    assert audit.broken_links(frame.frame_engine) != []


def test_a_month_with_a_fact_that_is_not_sealed_stays(frame: Frame, dsns: Dsns) -> None:
    divide(dsns, months=4)
    note(dsns, "a", 1, ago(3))
    assert not keeper_of(frame).turn()
    assert part_of("audit_fact", 3) in parts(dsns, "audit_fact")
    assert rows(dsns, "SELECT count(*) FROM audit_archive") == [(0,)]


def test_what_is_saved_is_not_missed_by_verify_when_its_facts_are_archived(frame: Frame, dsns: Dsns) -> None:
    divide(dsns, months=4)
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        owner.execute(
            "CREATE TABLE note (tenant text, id text, version integer, sequence integer, traceparent text);"
            "INSERT INTO note VALUES ('zhanggong', 'a', 2, 0, NULL); GRANT SELECT ON note TO gateway_app"
        )
    note(dsns, "a", 1, ago(4))
    note(dsns, "a", 2, ago(3))
    audit.seal(frame.frame_engine, NOW)
    assert keeper_of(frame).turn()

    def missed() -> list[str]:
        with frame.engine.connect() as connection:
            connection.execute(text("SELECT set_config('zhida.tenants', 'zhanggong', true)"))
            return [each.text for each in unaudited(connection, "gateway") if "note/" in each.text]

    assert missed() == []
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        owner.execute("UPDATE note SET version = 3")
    assert missed() == ["gateway：note/a 的第 3 版没有审计记录"]


def test_results_and_inbox_rows_go_when_nobody_can_come_back_for_them(
    service_frame: Callable[..., Frame], dsns: Dsns
) -> None:
    divide(dsns, months=3)
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        for number in (3, 2, 1, 0):
            owner.execute(
                "INSERT INTO idempotency_record VALUES ('t', %s, 'n', 'h', 'a', '{}', %s)", [str(number), ago(number)]
            )
    frame = service_frame("gateway", dsns=dsns)
    assert keeper_of(frame, Terms(results=2)).turn()
    assert rows(dsns, "SELECT key FROM idempotency_record ORDER BY 1") == [("0",), ("1",), ("2",)]
    assert keeper_of(frame, Terms(results=1)).turn()
    assert rows(dsns, "SELECT key FROM idempotency_record ORDER BY 1") == [("0",), ("1",)]


def test_a_table_that_is_in_use_is_left_and_nobody_waits_behind_who_wants_to_drop_its_month(
    frame: Frame, dsns: Dsns
) -> None:
    divide(dsns, months=3)
    keeper = keeper_of(frame)
    with psycopg.connect(psycopg_url(dsns.owner)) as long_reader:
        long_reader.execute("SELECT count(*) FROM inbox")
        turning = threading.Thread(target=lambda: outcomes.append(keeper.turn()))
        outcomes: list[bool] = []
        turning.start()
        waits = []
        while turning.is_alive():
            began = time.monotonic()
            with psycopg.connect(psycopg_url(dsns.owner)) as writer:
                writer.execute("INSERT INTO inbox VALUES ('t', %s, 'E', now())", [new_id()])
            waits.append(time.monotonic() - began)
        turning.join()
    assert outcomes == [False]
    assert max(waits) < 2
    assert part_of("inbox", 3) in parts(dsns, "inbox")
    assert keeper.turn()
    assert part_of("inbox", 3) not in parts(dsns, "inbox")


def test_of_two_keepers_one_takes_the_turn(frame: Frame, dsns: Dsns) -> None:
    with frame.look_engine.connect() as other:
        other.execute(text("SELECT pg_advisory_lock(7203003)"))
        keeper_of(frame).turn()
        assert len(months(frame.frame_engine, "outbox")) == 2
        other.execute(text("SELECT pg_advisory_unlock(7203003)"))
    keeper_of(frame).turn()
    assert len(months(frame.frame_engine, "outbox")) > 2


def test_the_size_of_each_table_is_told_with_all_its_parts(frame: Frame, dsns: Dsns) -> None:
    keeper_of(frame).turn()
    told = {size.table: size.bytes for size in sizes(frame.frame_engine)}
    assert {*TABLES, "event_log", "audit_archive", "business"} <= set(told)
    assert told["outbox"] == sum(each.bytes for each in months(frame.frame_engine, "outbox"))
