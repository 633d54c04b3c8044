"""Long work on a real database: no line is lost, none is done twice, whoever dies on the way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from counting_work import COUNTED, Counting, work_off
from frame_kit import psycopg_url

from chassis.edge.frame import Frame
from chassis.operations import runs as operation_runs
from chassis.operations.domain import Operation, OperationEnded, OperationNotFailed, OperationUnknown
from chassis.operations.work import Overtaken, Worker
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from chassis.time.jobs import LEASE, claim
from console.servers.provision import Dsns
from contracts.message import SYSTEM, Actor
from contracts.operations import (
    CancelOperation,
    GetOperation,
    LineResult,
    ListOperationLines,
    OperationView,
    ResumeOperation,
)

TENANT = "zhanggong"
CLERK = Actor(id="clerk-7", roles=frozenset({"bureau"}), name="复核岗")


class Office:
    """A catalogue database in which somebody counts."""

    def __init__(self, frame: Frame, dsns: Dsns, clock: FixedClock) -> None:
        self.frame, self.dsns, self.clock = frame, dsns, clock
        with psycopg.connect(psycopg_url(dsns.owner)) as connection:
            connection.execute(COUNTED)

    def begins(self, by: Actor = CLERK, **parameters: Any) -> str:
        with self.frame.unit([TENANT], action="begin_counting", actor=by) as uow:
            return uow.begin_operation("count", title="数数", parameters=parameters).id

    def view(self, operation: str) -> OperationView:
        with self.frame.reader([TENANT], actor=CLERK) as reader:
            return operation_runs.get_operation(GetOperation(operation_id=operation), reader, "catalog")

    def lines(self, operation: str, **more: Any) -> list[LineResult]:
        found: list[LineResult] = []
        cursor = None
        while True:
            query = ListOperationLines(operation_id=operation, cursor=cursor, **more)
            with self.frame.reader([TENANT], actor=CLERK) as reader:
                page = operation_runs.list_operation_lines(query, reader)
            found += page.lines
            cursor = page.next_cursor
            if cursor is None:
                return found

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            return connection.execute(sql).fetchall()

    def counted(self) -> list[int]:
        return [number for (number,) in self.rows("SELECT number FROM counted ORDER BY number")]


@pytest.fixture
def office(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Office:
    dsns = service_database("catalog")
    clock = FixedClock(NOON)
    return Office(service_frame("catalog", dsns=dsns, clock=clock), dsns, clock)


def test_every_line_is_done_once_in_the_name_of_whoever_began(office: Office) -> None:
    operation = office.begins(to=25, chunk=4)
    assert office.view(operation).state == "running"
    work_off(office.frame)
    view = office.view(operation)
    assert (view.state, view.total, view.done) == ("finished", 25, 25)
    assert (view.accepted, view.unchanged, view.refused) == (21, 2, 2)
    assert office.counted() == [n for n in range(1, 26) if n not in (13, 17)]
    assert office.rows("SELECT DISTINCT by_whom FROM counted") == [("clerk-7",)]
    assert office.rows("SELECT count(*) FROM job") == [(0,)]


def test_a_line_that_cannot_be_done_is_refused_alone_with_its_reason(office: Office) -> None:
    operation = office.begins(to=25, chunk=25)
    work_off(office.frame)
    refused = office.lines(operation, outcome="refused")
    assert [(each.line, each.code, each.message) for each in refused] == [
        (13, "unlucky", "13 不计数。"),
        (17, "line_failed", "该行处理时发生系统错误，已记录，请联系技术支持。"),
    ]
    assert office.view(operation).accepted == 21


def test_results_are_read_page_by_page_in_the_order_of_the_lines(office: Office) -> None:
    operation = office.begins(to=25, chunk=7)
    work_off(office.frame)
    assert [each.line for each in office.lines(operation, limit=3)] == list(range(1, 26))
    assert [each.line for each in office.lines(operation, limit=1, outcome="unchanged")] == [10, 20]


@pytest.mark.parametrize("place", ["before_commit", "after_commit"])
def test_a_kill_anywhere_loses_no_line_and_repeats_none(office: Office, place: str, tmp_path: Path) -> None:
    operation = office.begins(to=30, chunk=5)
    program = [sys.executable, str(Path(__file__).parent / "counting_work.py")]
    env = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "DATABASE_URL": office.dsns.app,
        "FRAME_DATABASE_URL": office.dsns.frame,
        "ZHIDA_CRASH_AT": f"catalog.count.chunk.{place}",
    }
    done = [0]
    for _attempt in range(3):  # each is killed at its first chunk, and its lease has run out when the next one comes
        killed = subprocess.run(program, env=env, capture_output=True, timeout=60, check=False)
        assert killed.returncode == -9, killed.stderr.decode()
        office.rows("UPDATE job SET lease_until = NULL RETURNING 1")
        done.append(office.view(operation).done)
    assert done == ([0, 0, 0, 0] if place == "before_commit" else [0, 5, 10, 15])
    finished = subprocess.run(program, env={**env, "ZHIDA_CRASH_AT": ""}, capture_output=True, timeout=60, check=False)
    assert finished.returncode == 0, finished.stderr.decode()
    assert office.view(operation).state == "finished"
    assert office.counted() == [n for n in range(1, 31) if n not in (13, 17)]
    assert [each.line for each in office.lines(operation)] == list(range(1, 31))


def test_a_worker_that_was_overtaken_writes_nothing(office: Office) -> None:
    operation = office.begins(to=10, chunk=5)
    worker = Worker(
        "catalog",
        "count",
        Counting(),
        lambda tenants, action, actor: office.frame.unit(tenants, action=action, actor=actor),
    )
    with office.frame.reader([TENANT]) as reader:
        row = reader.execute("SELECT * FROM operation_run").mappings().one()
        seen = Operation(**{**row, "begun_by": CLERK})
    chunk = next(Counting().chunks(seen))
    assert claim(office.frame.frame_engine, "work:count", office.clock.now(), 1)  # by a worker that then hangs
    office.clock.advance(LEASE + timedelta(seconds=1))
    work_off(office.frame)
    with pytest.raises(Overtaken):
        worker._written(seen, None, chunk, None)
    assert office.counted() == list(range(1, 11))
    assert office.view(operation).done == 10


def test_work_whose_source_is_away_says_so_and_goes_on_by_itself(office: Office) -> None:
    operation = office.begins(to=10, chunk=5, away_at=6)
    work_off(office.frame)
    view = office.view(operation)
    assert (view.state, view.done, view.notice_code, view.notice) == (
        "running",
        5,
        "source_away",
        "数据源暂时不可用，稍后自动继续。",
    )
    office.clock.advance(timedelta(seconds=2))
    work_off(office.frame)
    view = office.view(operation)
    assert (view.state, view.done, view.notice) == ("finished", 10, None)


def test_work_whose_source_is_broken_fails_with_the_reason_and_is_resumed_where_it_stopped(office: Office) -> None:
    operation = office.begins(to=10, chunk=5, broken_at=6)
    work_off(office.frame)
    view = office.view(operation)
    assert (view.state, view.done, view.notice) == ("failed", 5, "数据源已损坏。")
    office.rows("UPDATE operation_run SET parameters = parameters - 'broken_at' RETURNING 1")
    with office.frame.unit([TENANT], action="resume_operation", actor=CLERK) as uow:
        operation_runs.resume_operation(ResumeOperation(operation_id=operation), uow, "catalog")
    work_off(office.frame)
    assert (office.view(operation).state, office.counted()) == ("finished", list(range(1, 11)))


def test_cancelled_work_stops_and_keeps_what_it_has_done(office: Office) -> None:
    operation = office.begins(to=10, chunk=5, away_at=6)
    work_off(office.frame)
    with office.frame.unit([TENANT], action="cancel_operation", actor=CLERK) as uow:
        operation_runs.cancel_operation(CancelOperation(operation_id=operation), uow, "catalog")
    office.clock.advance(timedelta(seconds=5))
    assert work_off(office.frame) == 0
    assert (office.view(operation).state, office.counted()) == ("cancelled", [1, 2, 3, 4, 5])
    with pytest.raises(OperationEnded), office.frame.unit([TENANT], action="x", actor=CLERK) as uow:
        operation_runs.cancel_operation(CancelOperation(operation_id=operation), uow, "catalog")
    with pytest.raises(OperationNotFailed), office.frame.unit([TENANT], action="x", actor=CLERK) as uow:
        operation_runs.resume_operation(ResumeOperation(operation_id=operation), uow, "catalog")


def test_another_tenants_work_is_unknown(office: Office) -> None:
    operation = office.begins(to=1, chunk=1)
    with office.frame.reader(["xingguo"], actor=CLERK) as reader, pytest.raises(OperationUnknown):
        operation_runs.get_operation(GetOperation(operation_id=operation), reader, "catalog")


TAXES = CLERK.model_copy(update={"id": "clerk-8", "department_id": "taxes", "department": "税务局"})
COLLEAGUE = TAXES.model_copy(update={"id": "clerk-9", "department": "国家税务总局章贡区税务局"})
ELSEWHERE = TAXES.model_copy(update={"department_id": "statistics"})
NAMED = CLERK.model_copy(update={"id": "clerk-8", "department": "税务局"})


@pytest.mark.parametrize(
    ("begun_by", "asks", "sees"),
    [
        (TAXES, TAXES, True),
        (TAXES, COLLEAGUE, True),
        (TAXES, ELSEWHERE, False),
        (TAXES, NAMED, False),
        (TAXES, SYSTEM, False),
        (NAMED, NAMED.model_copy(update={"id": "clerk-9"}), True),
        (NAMED, CLERK, False),
        (CLERK, CLERK, True),
        (CLERK, CLERK.model_copy(update={"id": "clerk-9"}), False),
    ],
)
def test_another_departments_work_is_neither_seen_nor_stopped(
    office: Office, begun_by: Actor, asks: Actor, sees: bool
) -> None:
    operation = office.begins(by=begun_by, to=1, chunk=1)

    def tried(step: Callable[[], object]) -> bool:
        try:
            step()
        except OperationUnknown:
            return False
        except (OperationNotFailed, OperationEnded):
            return True
        return True

    def asked(ask: Callable[[Any], object]) -> bool:
        with office.frame.reader([TENANT], actor=asks) as reader:
            return tried(lambda: ask(reader))

    def ordered(order: Callable[[Any], object]) -> bool:
        with office.frame.unit([TENANT], action="x", actor=asks) as uow:
            return tried(lambda: order(uow))

    named = {"operation_id": operation}
    assert [
        asked(lambda reader: operation_runs.get_operation(GetOperation(**named), reader, "catalog")),
        asked(lambda reader: operation_runs.list_operation_lines(ListOperationLines(**named), reader)),
        ordered(lambda uow: operation_runs.resume_operation(ResumeOperation(**named), uow, "catalog")),
        ordered(lambda uow: operation_runs.cancel_operation(CancelOperation(**named), uow, "catalog")),
    ] == [sees] * 4
    assert office.rows("SELECT state FROM operation_run") == [("cancelled" if sees else "running",)]


def test_work_is_not_begun_when_its_command_is_undone(office: Office) -> None:
    with pytest.raises(ZeroDivisionError), office.frame.unit([TENANT], action="begin_counting", actor=CLERK) as uow:
        uow.begin_operation("count", title="数数", parameters={})
        raise ZeroDivisionError
    assert office.rows("SELECT count(*) FROM operation_run") == [(0,)]
    assert office.rows("SELECT count(*) FROM job") == [(0,)]
