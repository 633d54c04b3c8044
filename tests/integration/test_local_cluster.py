"""The local cluster for real: its processes come up together, are noticed when killed, and go down together.

It lives in a home of its own, so that killing it harms no other test; web servers stand in for the services.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.testing.waiting import eventually
from console.cluster import cluster as cluster_module
from console.cluster import migrations
from console.cluster.cluster import Cluster
from console.cluster.crew import Member
from console.machine.ports import LOOPBACK, Ports
from console.machine.processes import kill
from console.machine.quarters import leave_quarters, quarters_for
from console.refusal import CommandRefusal
from console.servers.postgres import Postgres
from console.servers.rabbitmq import RabbitMQ


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("installation") / "home"
    quarters_for(home)
    yield home
    Postgres(home).stop()
    RabbitMQ(home, private()).stop()
    leave_quarters(home)


def private() -> dict[str, str]:
    """The environment without a broker of somebody else's."""
    return {name: value for name, value in os.environ.items() if name != "AMQP_URL"}


WEB = """
import http.server, os, sys
class Door(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *arguments):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Door).serve_forever()
"""
NAMES = ["bank", "treasury", "gateway"]


@pytest.fixture
def cluster(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Two services with real databases, whose migrations and processes are stand-ins."""

    def crew(folder: Path, *_: object) -> list[Member]:
        ports = {name: Ports(folder).known(name) for name in NAMES}
        return [
            Member(
                name,
                [sys.executable, "-c", WEB, str(port)],
                dict(os.environ),
                f"http://{LOOPBACK}:{port}/readyz",
                folder,
            )
            for name, port in ports.items()
        ]

    monkeypatch.setattr(cluster_module, "process_names", lambda: NAMES)
    monkeypatch.setattr(cluster_module, "database_names", lambda: NAMES[1:])
    monkeypatch.setattr(cluster_module, "members", crew)
    monkeypatch.setattr(migrations, "_run", lambda *_: None)
    cluster = Cluster(home, environ=private())
    yield cluster
    cluster.crew().stop_all()


def states(cluster: Cluster) -> dict[str, str]:
    return {status.name: status.state for status in cluster.status()}


def test_the_cluster_comes_up_whole_and_a_second_up_starts_nothing(cluster: Cluster) -> None:
    assert cluster.up() == NAMES
    assert set(states(cluster).values()) == {"ready"}
    assert list(states(cluster)) == ["postgres", "rabbitmq", *NAMES]
    assert cluster.up() == []


def test_an_unchanged_checkout_is_migrated_once(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster.up()
    ran: list[str] = []
    monkeypatch.setattr(migrations, "_run", lambda home, name, *_: ran.append(name))
    cluster.up()
    assert ran == []
    monkeypatch.setattr(migrations, "_digest", lambda name: f"new source of {name}")
    cluster.up()
    assert sorted(ran) == sorted(NAMES[1:])


@pytest.mark.parametrize("name", ["postgres", "rabbitmq", "treasury", "gateway"])
def test_whatever_is_killed_is_noticed_and_started_again(cluster: Cluster, name: str) -> None:
    cluster.up()
    cluster.kill(name)
    assert states(cluster)[name] == "stopped"
    assert cluster.ensure() == [name]
    eventually(lambda: set(states(cluster).values()) == {"ready"})
    assert cluster.ensure() == []


def test_one_process_can_be_restarted_alone(cluster: Cluster) -> None:
    cluster.up()
    before = {name: cluster.crew().process(name) for name in NAMES}
    cluster.restart("treasury")
    after = {name: cluster.crew().process(name) for name in NAMES}
    assert [name for name in NAMES if before[name] != after[name]] == ["treasury"]


def test_only_the_named_processes_come_up(cluster: Cluster) -> None:
    assert cluster.up(["treasury"]) == ["treasury"]
    assert {name: states(cluster)[name] for name in NAMES} == {
        "bank": "stopped",
        "treasury": "ready",
        "gateway": "stopped",
    }


def test_a_port_that_was_asked_for_and_is_in_use_is_refused_before_anything_starts(
    cluster: Cluster, home: Path
) -> None:
    taken = Ports(home).known("postgres")
    assert taken is not None
    insisting = Cluster(home, asked={"gateway": taken}, environ=private())
    cluster.postgres.start()
    with pytest.raises(CommandRefusal, match=str(taken)):
        insisting.up()
    assert [name for name in NAMES if states(cluster)[name] != "stopped"] == []


def test_everything_can_be_taken_down_and_taken_down_again(cluster: Cluster) -> None:
    cluster.up()
    cluster.down()
    assert set(states(cluster).values()) == {"stopped"}
    cluster.down()


def test_a_wiped_cluster_leaves_nothing_behind_and_comes_up_new(cluster: Cluster, home: Path) -> None:
    cluster.up()
    folder = quarters_for(home).folder
    victim = cluster.crew().process("bank")
    cluster.down(wipe=True)
    assert not home.exists()
    assert not folder.exists()
    assert victim is not None
    kill(victim)
    home.mkdir(mode=0o711)
    assert cluster.up() == NAMES
