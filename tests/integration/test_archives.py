"""Old months go: into the event log, into the archive of audit facts, or for good; what they proved stays proved."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest
from frame_kit import broken_chain, psycopg_url
from months_kit import ago, divide, keeper_of, note, part_of, parts, rows, say
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.edge.frame import Frame
from chassis.foundation.ids import new_id
from chassis.foundation.settings import Terms
from chassis.keeping.event_log import broken_chunks, published_between
from chassis.keeping.months import TABLES, months
from chassis.keeping.sizes import sizes
from chassis.write import audit
from console.operating.checks.audit_chain import unaudited
from console.servers.provision import Dsns

NOW = datetime.now(UTC)


@pytest.fixture
def dsns(service_database: Callable[[str], Dsns]) -> Dsns:
    return service_database("gateway")


@pytest.fixture
def frame(service_frame: Callable[..., Frame], dsns: Dsns) -> Frame:
    return service_frame("gateway", dsns=dsns)


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
    assert broken_chain(frame.frame_engine) == []
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        owner.execute("DELETE FROM audit_fact WHERE aggregate_id = 'b'")
    assert any("区块 2" in problem for problem in broken_chain(frame.frame_engine))
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        owner.execute("UPDATE audit_archived SET facts = 1 WHERE aggregate_id = 'a'")
    assert any(problem.startswith("审计缺口：zhanggong/note/a") for problem in broken_chain(frame.frame_engine))


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
    assert broken_chain(frame.frame_engine) == []
    with psycopg.connect(psycopg_url(dsns.owner)) as owner:
        done = owner.execute(damage.format(month=f"{ago(4):%Y_%m}"))  # type: ignore[arg-type]
        assert done.rowcount > 0
    assert broken_chain(frame.frame_engine) != []


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
