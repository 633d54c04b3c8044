"""Restored databases: what was published and not heard is said again, and nothing else; snapshots agree while work goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url, up_to

from chassis.foundation.ids import new_id
from chassis.foundation.migrate import migrate
from console.backups.points import agreeing
from console.backups.programs import DumpPrograms
from console.backups.sorting_out import SortedOut, sort_out
from console.place import database_names
from console.refusal import CommandRefusal
from console.servers.postgres import PostgresAdmin
from console.servers.provision import Dsns, drop, make_database, provision

Databases = dict[str, str]

SAID = (
    "INSERT INTO outbox (tenant, addressed_to, event_id, partition, aggregate_type, aggregate_id, sequence, type,"
    " routing_key, body, published_at) SELECT 'zhanggong', 'zhanggong', 'event-' || s || %(id)s, 1, %(type)s, %(id)s, s,"
    " 'E', 'k', '{}', now() FROM unnest(%(sequences)s::integer[]) AS s"
)


@pytest.fixture
def databases(service_database: Callable[[str], Dsns], pg_admin: PostgresAdmin) -> Databases:
    """All seven, as the server's administrator opens them."""
    found = {name: service_database(name) for name in database_names()}
    return {name: pg_admin.dsn_of(dsns.owner.rpartition("/")[2]) for name, dsns in found.items()}


def said(databases: Databases, producer: str, type: str, id: str, *sequences: int) -> None:
    with psycopg.connect(databases[producer]) as connection:
        connection.execute(SAID, {"type": type, "id": id, "sequences": list(sequences)})


def heard(databases: Databases, type: str, id: str, **by: int) -> None:
    for consumer, sequence in by.items():
        run(
            databases[consumer],
            f"INSERT INTO position (tenant, aggregate_type, aggregate_id, sequence) VALUES ('zhanggong', '{type}', '{id}',"
            f" {sequence})",
        )


def parked(databases: Databases, consumer: str, type: str, id: str, sequence: int) -> None:
    run(
        databases[consumer],
        "INSERT INTO parked (tenant, event_id, origin, aggregate_type, aggregate_id, sequence, type, body, cause, state, error,"
        f" parked_at, next_attempt_at) VALUES ('zhanggong', '{new_id()}', 'zhanggong', '{type}', '{id}', {sequence}, 'E', '{{}}',"
        " 'not_yet', 'waiting', '', now(), now())",
    )


def run(url: str, statement: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def waiting(databases: Databases, producer: str) -> list[tuple[str, int]]:
    return run(
        databases[producer],
        "SELECT aggregate_id, sequence FROM outbox WHERE published_at IS NULL ORDER BY aggregate_id, sequence",
    )


def test_what_one_of_the_hearers_has_not_heard_is_published_again(databases: Databases) -> None:
    said(databases, "treasury", "disbursement", "one", 1, 2, 3)
    said(databases, "treasury", "disbursement", "other", 1, 2)
    heard(databases, "disbursement", "one", notify=3, oversight=1)
    heard(databases, "disbursement", "other", notify=2, oversight=2)
    assert sort_out(databases).published_again == 2
    assert waiting(databases, "treasury") == [("one", 2), ("one", 3)]
    assert sort_out(databases).published_again == 0, "done once, it is done"


def test_what_was_heard_before_its_producer_had_marked_it_is_in_order(databases: Databases) -> None:
    said(databases, "treasury", "disbursement", "one", 1, 2)
    run(databases["treasury"], "UPDATE outbox SET published_at = NULL WHERE sequence = 2")
    heard(databases, "disbursement", "one", notify=2, oversight=1)
    assert sort_out(databases).published_again == 0
    assert waiting(databases, "treasury") == [("one", 2)]


def test_what_a_hearer_keeps_aside_is_not_said_again_and_the_gap_before_it_is(databases: Databases) -> None:
    said(databases, "treasury", "disbursement", "one", 1, 2, 3)
    heard(databases, "disbursement", "one", notify=3, oversight=1)
    parked(databases, "oversight", "disbursement", "one", 3)
    sort_out(databases)
    assert waiting(databases, "treasury") == [("one", 2)]


def test_what_has_left_the_outbox_is_told_from_the_start(databases: Databases) -> None:
    said(databases, "treasury", "disbursement", "one", 3, 4)
    heard(databases, "disbursement", "one", notify=4, oversight=1)
    done = sort_out(databases)
    assert done.told_from_the_start == [("treasury", "oversight", "disbursement")]
    due = "SELECT consumer, aggregate_type FROM hearing WHERE state = 'due'"
    assert run(databases["treasury"], due) == [("oversight", "disbursement")]


def test_databases_of_points_that_do_not_agree_are_refused(databases: Databases) -> None:
    said(databases, "treasury", "disbursement", "one", 1, 2)
    heard(databases, "disbursement", "one", notify=2, oversight=3)
    with pytest.raises(CommandRefusal, match="oversight 已收到 treasury 的 disbursement/one"):
        sort_out(databases)


def test_sessions_end_checkpoints_go_and_payments_wait_for_the_bank(databases: Databases) -> None:
    run(
        databases["gateway"],
        "INSERT INTO session (id_digest, person_id, stage, second_factor, opened_at, seen_at)"
        " VALUES ('d', 'p', 'open', true, now(), now())",
    )
    tenant = (
        "INSERT INTO tenant (id, level, division_code, name, settings, settings_version)"
        " VALUES ('zhanggong', 'county', '360702', '章贡区', '{}', 1)"
    )
    run(databases["treasury"], tenant)
    for _ in range(2):
        done = sort_out(databases)
    assert done == SortedOut()
    assert run(databases["gateway"], "SELECT count(*) FROM session") == [(0,)]
    assert run(databases["treasury"], "SELECT after, ended_at FROM bank_comparison") == [(0, None)]
    assert run(databases["treasury"], "SELECT tenant, kind, subject FROM job") == [
        ("zhanggong", "compare_with_bank", "bank")
    ]


def test_an_installation_without_tenants_waits_for_nobody(databases: Databases) -> None:
    sort_out(databases)
    assert run(databases["treasury"], "SELECT count(*) FROM bank_comparison") == [(0,)]
    assert run(databases["treasury"], "SELECT count(*) FROM job") == [(0,)]


# -- the points ----------------------------------------------------------------------------------------------


@pytest.fixture
def pause(request: pytest.FixtureRequest) -> float:
    """Seconds between two things that are said."""
    return float(request.param)


@pytest.fixture
def working(databases: Databases, pause: float) -> Iterator[Mapping[str, str]]:
    """Review says something and treasury hears it, again and again."""
    closing = threading.Event()
    with psycopg.connect(databases["review"]) as review, psycopg.connect(databases["treasury"]) as treasury:
        for connection in (review, treasury):
            connection.execute("CREATE TABLE told (n integer)")
            connection.commit()

        def work() -> None:
            n = 0
            while not closing.wait(pause):
                n += 1
                for connection in (review, treasury):
                    connection.execute("INSERT INTO told VALUES (%s)", [n])
                    connection.commit()

        worker = threading.Thread(target=work)
        worker.start()
        try:
            yield databases
        finally:
            closing.set()
            worker.join()


@pytest.mark.parametrize(("pause", "try_for_s"), [(0.02, 30.0), (0.0, 0.0)], indirect=["pause"])
def test_under_load_no_hearer_knows_more_than_its_producer_has_said(
    working: Mapping[str, str], try_for_s: float
) -> None:
    for _ in range(20):
        with agreeing(working, try_for_s) as points:
            said, heard = (
                points.readers[name].execute("SELECT count(*) FROM told").fetchone()[0]  # type: ignore[index]
                for name in ("review", "treasury")
            )
        assert said - heard >= 0
        if try_for_s:
            assert points.same_instant
            assert said - heard <= 1


# -- a later version -----------------------------------------------------------------------------------------


def test_a_backup_of_an_earlier_version_is_brought_to_the_shape_of_this_one(
    empty_database: Callable[[str], Dsns], pg_admin: PostgresAdmin, test_home: Path, tmp_path: Path
) -> None:
    former = empty_database("treasury")
    up_to("treasury", "treasury_0007", former)
    name = former.owner.rpartition("/")[2]
    run(psycopg_url(former.owner), "INSERT INTO bank_cursor VALUES ('bank', 7)")
    programs = DumpPrograms(test_home, {})
    with agreeing({"treasury": pg_admin.dsn_of(name)}) as points:
        programs.dump(pg_admin, name, points.snapshots["treasury"], tmp_path / "treasury.dump")
    aside = f"t_treasury_{new_id()[-12:]}"
    dsns = provision(pg_admin, "treasury").at_database(aside)
    try:
        make_database(pg_admin, "treasury", aside)
        programs.load(pg_admin, aside, tmp_path / "treasury.dump")
        migrate("treasury", dsns.owner)
        assert run(psycopg_url(dsns.owner), "SELECT after FROM bank_cursor") == [(7,)]
        assert run(psycopg_url(dsns.owner), "SELECT count(*) FROM bank_comparison") == [(0,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(psycopg_url(dsns.app), "DELETE FROM ledger_entry")
        with pytest.raises(CommandRefusal, match="恢复失败"):
            programs.load(pg_admin, aside, tmp_path / "treasury.dump")
    finally:
        drop(pg_admin, aside)
