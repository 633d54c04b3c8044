"""A question that takes long is stopped before its caller gives up, and keeps no command waiting meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from frame_kit import add_effects, psycopg_url
from frame_review_kit import Caller, NotingProcess, calling

from chassis.edge.frame import Frame
from chassis.read.reader import Reader
from chassis.tenancy.registry import TenantUnknown
from chassis.testing.waiting import eventually
from console.servers.provision import Dsns
from gateway.door import QUERY_SECONDS

STOPPED = {"fault": {"retryable": True, "code": "took_too_long"}}
BUSY = {"fault": {"retryable": True, "code": "too_many_questions"}}


@pytest.fixture
def dsns(service_database: Callable[[str], Dsns]) -> Dsns:
    made = service_database("gateway")
    add_effects(made)
    return made


@pytest.fixture
def process(dsns: Dsns, amqp_url: str, tmp_path: Path) -> Iterator[NotingProcess]:
    process = NotingProcess(dsns, amqp_url, tmp_path)
    yield process
    process.end()


@pytest.fixture
def caller(amqp_url: str) -> Iterator[Caller]:
    with calling(amqp_url) as caller:
        yield caller


def sleepers(dsns: Dsns) -> int:
    """How many statements still sleep in the server."""
    with psycopg.connect(psycopg_url(dsns.app)) as connection:  # a role sees what its own sessions do
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'"
            " AND datname = current_database()"
        ).fetchone()
    assert row
    return int(row[0])


def answered(caller: Caller, number: str) -> list[dict[str, Any]]:
    return eventually(lambda: caller.answers(number), within=20)


def test_a_statement_that_sleeps_is_stopped_in_the_server_before_the_door_gives_up(
    process: NotingProcess, caller: Caller, dsns: Dsns
) -> None:
    process.start()
    began = time.monotonic()
    number = caller.ask("ponder", seconds=60, patience=QUERY_SECONDS)
    assert answered(caller, number) == [STOPPED]
    assert time.monotonic() - began < QUERY_SECONDS
    eventually(lambda: sleepers(dsns) == 0, within=2)
    metrics = httpx.get(f"http://127.0.0.1:{process.port}/metrics", trust_env=False).text
    assert 'zhida_queries_total{name="ponder",outcome="too_slow",service="notify"} 1.0' in metrics


def test_a_caller_with_little_time_left_is_answered_within_it(process: NotingProcess, caller: Caller) -> None:
    process.start()
    began = time.monotonic()
    number = caller.ask("ponder", seconds=60, patience=1.5)
    assert answered(caller, number) == [STOPPED]
    assert time.monotonic() - began < 1.5


def test_many_short_statements_are_stopped_together_like_one_long_one(process: NotingProcess, caller: Caller) -> None:
    process.start()
    began = time.monotonic()
    number = caller.ask("ponder", seconds=0.2, statements=100, patience=QUERY_SECONDS)
    assert answered(caller, number) == [STOPPED]
    assert time.monotonic() - began < QUERY_SECONDS


def test_commands_go_through_while_questions_flood_the_service(
    process: NotingProcess, caller: Caller, dsns: Dsns
) -> None:
    process.start()
    for _ in range(60):
        caller.ask("ponder", seconds=60, patience=QUERY_SECONDS)
    eventually(lambda: sleepers(dsns) == 9, within=3)  # three quarters of the readers: one kind never has them all
    began = time.monotonic()
    orders = [caller.order(f"note {number}") for number in range(12)]
    for order in orders:
        assert answered(caller, order) == [{"ok": {"text": f"note {orders.index(order)}"}}]
    assert time.monotonic() - began < 2.0
    assert sleepers(dsns) == 9, "the questions were still there"


def test_a_quick_question_goes_past_a_flood_of_slow_ones_and_who_finds_no_place_is_told_at_once(
    process: NotingProcess, caller: Caller, dsns: Dsns
) -> None:
    process.start()
    flood = [caller.ask("ponder", seconds=60, patience=QUERY_SECONDS) for _ in range(20)]
    eventually(lambda: sleepers(dsns) == 9, within=3)
    quick = caller.ask("list_missing_calendars", patience=QUERY_SECONDS)
    assert "ok" in eventually(lambda: caller.answers(quick), within=2)[0]
    flood += [caller.ask("ponder", seconds=60, patience=QUERY_SECONDS) for _ in range(10)]
    eventually(lambda: BUSY in [said for each in flood for said in caller.answers(each)], within=2)


def test_a_reader_that_is_no_question_keeps_its_longer_limit(service_frame: Callable[..., Frame], dsns: Dsns) -> None:
    frame = service_frame("gateway", dsns=dsns)

    def limit(**more: Any) -> str:
        with frame.reader(("zhanggong",), **more) as reader:
            return shown(reader)

    def shown(reader: Reader) -> str:
        return str(reader.execute("SELECT current_setting('statement_timeout')").scalar_one())

    assert limit() == "30s"
    assert limit(deadline=time.monotonic() + 3.9) == "4s"
    assert limit() == "30s"


def test_a_question_may_take_less_than_the_door_waits(service_frame: Callable[..., Frame], dsns: Dsns) -> None:
    assert service_frame("gateway", dsns=dsns).settings.question_seconds + 0.5 < QUERY_SECONDS


def test_whether_a_commands_tenant_is_known_is_looked_for_apart_from_those_who_read(
    dsns: Dsns, service_frame: Callable[..., Frame]
) -> None:
    frame = service_frame("gateway", dsns=dsns)
    with ExitStack() as everybody:
        for _ in range(frame.settings.readers):
            everybody.enter_context(frame.read_engine.connect())
        refused = frame.admission.refusal({"actor": {"roles": ["window"]}, "tenant": "nowhere"})
    assert isinstance(refused, TenantUnknown)
