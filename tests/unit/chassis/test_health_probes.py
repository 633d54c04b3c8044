"""What a process answers when it is asked how it is, over real HTTP on loopback."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Counter

from chassis.observability import metrics
from chassis.observability.health import Check, HealthServer, Heartbeat
from chassis.testing.waiting import eventually

ROOT = Path(__file__).parents[3]

Serve = Callable[..., HealthServer]


class BankAway(Exception):
    pass


def well() -> None:
    return None


def away() -> None:
    raise BankAway("dsn with a password")


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[HealthServer] = []

    def make(checks: dict[str, Check] | None = None, **options: Any) -> HealthServer:
        server = HealthServer("127.0.0.1", 0, checks or {}, **options)
        server.start()
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.stop()


def get(server: HealthServer, path: str, **headers: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


def test_a_process_whose_loops_beat_is_alive(serve: Serve) -> None:
    status, body = get(serve(heartbeats=[Heartbeat("relay", max_age=60)]), "/healthz")
    assert (status, json.loads(body)) == (200, {"status": "alive", "loops": {"relay": "ok"}})


def test_a_loop_whose_thread_has_ended_makes_the_process_stalled_and_is_named(serve: Serve) -> None:
    relay, sweeper = Heartbeat("relay", max_age=60), Heartbeat("sweeper", max_age=60)
    sweeper.thread = threading.Thread(target=well)
    sweeper.thread.start()
    sweeper.thread.join()
    status, body = get(serve(heartbeats=[relay, sweeper]), "/healthz?verbose")
    assert status == 503
    assert json.loads(body) == {"status": "stalled", "loops": {"relay": "ok", "sweeper": "ended"}}


def test_a_loop_that_is_slow_is_alive_and_told_of_where_progress_is_asked_for(serve: Serve) -> None:
    slow = Heartbeat("due:archive", max_age=0)
    slow.in_hand = time.monotonic() - 130
    server = serve(heartbeats=[slow, Heartbeat("relay", max_age=60)])
    assert get(server, "/healthz")[0] == 200
    status, body = get(server, "/readyz")
    assert status == 200
    assert json.loads(body)["progress"] == {"due:archive": "stale 0s, in hand 130s", "relay": "ok"}


def test_a_beat_makes_a_stale_heartbeat_fresh_again() -> None:
    heartbeat = Heartbeat("relay", max_age=0.05)
    eventually(lambda: not heartbeat.fresh)
    heartbeat.beat()
    assert heartbeat.fresh
    assert heartbeat.age < 0.05


def test_a_process_is_ready_when_every_check_passes(serve: Serve) -> None:
    status, body = get(serve({"database": well, "broker": well}), "/readyz")
    assert (status, json.loads(body)) == (
        200,
        {"status": "ready", "checks": {"database": "ok", "broker": "ok"}, "progress": {}},
    )


def test_a_process_is_not_ready_when_a_check_fails_and_says_which_but_no_details(serve: Serve) -> None:
    status, body = get(serve({"database": well, "bank": away}), "/readyz")
    assert status == 503
    assert json.loads(body) == {
        "status": "not_ready",
        "checks": {"database": "ok", "bank": "BankAway"},
        "progress": {},
    }


def test_a_check_that_hangs_is_given_up_in_time_and_never_started_twice(serve: Serve) -> None:
    release, started = threading.Event(), []

    def hang() -> None:
        started.append(1)
        release.wait(30)

    server = serve({"database": well, "broker": hang}, check_seconds=0.1, fresh_seconds=0)
    before = time.monotonic()
    for _ in range(3):
        status, body = get(server, "/readyz")
        assert (status, json.loads(body)["checks"]) == (503, {"database": "ok", "broker": "timeout"})
    assert time.monotonic() - before < 5
    assert len(started) == 1
    release.set()
    eventually(lambda: get(server, "/readyz")[0] == 200)


def test_checks_run_once_a_moment_however_often_they_are_asked(serve: Serve) -> None:
    ran: list[int] = []
    server = serve({"database": lambda: ran.append(1)}, fresh_seconds=60)
    assert [get(server, "/readyz")[0] for _ in range(5)] == [200] * 5
    assert len(ran) == 1


def test_readiness_returns_when_the_check_passes_again(serve: Serve) -> None:
    well_now = threading.Event()

    def check() -> None:
        if not well_now.is_set():
            raise BankAway

    server = serve({"bank": check}, fresh_seconds=0)
    assert get(server, "/readyz")[0] == 503
    well_now.set()
    assert get(server, "/readyz")[0] == 200


def test_metrics_are_served_as_prometheus_reads_them(serve: Serve) -> None:
    registry = CollectorRegistry()
    Counter("zhida_tries", "Tries.", registry=registry).inc(3)
    server = serve(registry=registry)
    assert "zhida_tries_total 3.0" in get(server, "/metrics")[1]
    assert get(server, "/metrics", Accept="application/openmetrics-text; version=1.0.0")[1].endswith("# EOF\n")


def metric_lines(body: str) -> dict[str, float]:
    lines = (line.rsplit(" ", 1) for line in body.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


def test_the_house_s_own_metrics_are_there_with_their_labels(serve: Serve) -> None:
    server = serve()
    # Compared, not expected: whatever else ran in this process has counted too.
    counted = (
        'zhida_commands_total{name="authorise_disbursement",outcome="ok",service="treasury"}',
        'zhida_batch_size_bucket{le="200.0",service="treasury"}',
    )
    before = metric_lines(get(server, "/metrics")[1])
    metrics.COMMANDS.labels("treasury", "authorise_disbursement", "ok").inc()
    metrics.BATCH_SIZE.labels("treasury").observe(200)
    body = get(server, "/metrics")[1]
    after = metric_lines(body)
    assert [after[name] - before.get(name, 0.0) for name in counted] == [1.0, 1.0]
    assert "zhida_outbox_pending" in after
    assert "process_resident_memory_bytes" in body


@pytest.mark.parametrize("path", ["/", "/healthz/", "/secret"])
def test_there_is_nothing_else_to_see(serve: Serve, path: str) -> None:
    assert get(serve(), path) == (404, "not found\n")


def test_a_client_that_says_nothing_keeps_nobody_else_waiting(serve: Serve) -> None:
    server = serve()
    with socket.create_connection(("127.0.0.1", server.port)):
        assert get(server, "/healthz")[0] == 200


def test_after_stop_the_port_is_free_and_a_second_stop_does_no_harm(serve: Serve) -> None:
    server = serve()
    port = server.port
    server.stop()
    server.stop()
    again = HealthServer("127.0.0.1", port, {})
    again.start()
    assert get(again, "/healthz")[0] == 200
    again.stop()


def test_a_port_that_is_taken_is_an_error_at_the_start(serve: Serve) -> None:
    with pytest.raises(OSError, match="in use"):
        HealthServer("127.0.0.1", serve().port, {}).start()


GREEN = """
import warnings; warnings.simplefilter("ignore")
import eventlet; eventlet.monkey_patch()
import time
from http.client import HTTPConnection
from chassis.observability.health import HealthServer, Heartbeat

def hang():
    with eventlet.Timeout(0.05):
        time.sleep(30)

server = HealthServer("127.0.0.1", 0, {"broker": lambda: time.sleep(0.05), "bank": hang,
    "database": lambda: time.sleep(30)}, heartbeats=[Heartbeat("relay", 60)], check_seconds=0.3)
server.start()
for path in ("/healthz", "/readyz", "/metrics"):
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", path)
    response = connection.getresponse()
    print(path, response.status, response.read().decode().splitlines()[0])
server.stop()
"""


def test_it_serves_from_a_process_of_green_threads_too() -> None:
    done = subprocess.run(
        [sys.executable, "-c", GREEN], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    answers = [line for line in done.stdout.splitlines() if line.startswith("/")]
    assert answers == [
        '/healthz 200 {"status": "alive", "loops": {"relay": "ok"}}',
        '/readyz 503 {"status": "not_ready", "checks": {"broker": "ok", "bank": "Timeout", "database": "timeout"}, "progress": {"relay": "ok"}}',
        "/metrics 200 # HELP process_virtual_memory_bytes Virtual memory size in bytes.",
    ], done.stderr
