"""Every process of ours, from empty databases, and beside them those that they are measured against."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import environ

import psycopg

from bench.surroundings import Surroundings
from chassis.events.broker import connect
from chassis.foundation.secrecy import Cipher
from console.cluster.cluster import Cluster
from console.cluster.crew import Crew, Member
from console.cluster.roster import without_ours
from console.machine.ports import LOOPBACK, Ports
from console.place import CHECKOUT, GATEWAY, database_names
from console.progress import Progress
from console.refusal import CommandRefusal
from console.servers.provision import Dsns, drop, dsns_of, provision
from contracts.flow import QUEUES

SINK = "trace_sink"
PEERS = {
    SINK: ("bench.sink",),
    "bare": ("bench.minimal", "bare"),
    "minimal": ("bench.minimal", "minimal"),
    "stock_gateway": ("bench.stock_nameko", "gateway"),
    "stock_service": ("bench.stock_nameko", "service"),
}
"""What else runs: its module and what it is told. Each takes its port as the last argument."""

QUIET_S = 1.0


@dataclass(frozen=True)
class House:
    """Where everything is. `dsns` by database name; `cipher` of a service."""

    ports: Ports
    dsns: dict[str, Dsns]
    amqp_url: str
    cipher: Callable[[str], Cipher]

    def port(self, name: str) -> int:
        """The port of `gateway` or of one of PEERS."""
        port = self.ports.known(name)
        assert port is not None, f"{name} has never been started"
        return port

    def look(self, database: str, question: str) -> int:
        """One number, as the database's owner sees it: all tenants'."""
        with psycopg.connect(self.dsns[database].owner.replace("+psycopg", "")) as connection:
            row = connection.execute(question.encode()).fetchone()
        assert row is not None
        return int(row[0])

    def settle(self, within: float = 900.0) -> None:
        """Wait until everything that was said has been heard, papers that are made minutes later too. Raises TimeoutError."""
        deadline = time.monotonic() + within
        heard = -1
        while time.monotonic() < deadline:
            unsaid = sum(
                self.look(name, "SELECT count(*) FROM outbox WHERE published_at IS NULL") for name in self.dsns
            )
            before, heard = heard, sum(self.look(name, "SELECT count(*) FROM inbox") for name in self.dsns)
            if unsaid == 0 and heard == before:
                return
            time.sleep(QUIET_S)
        raise TimeoutError(f"events are still on their way after {within} s")


@contextmanager
def house(place: Surroundings, progress: Progress) -> Iterator[House]:
    """Started from nothing, traces on; stopped at the end, whatever happened."""
    ports = Ports(place.home)
    for name in (*PEERS, GATEWAY):  # the gateway's, too, or it would take the port that a demo prefers
        ports.claim(name)
    cluster = Cluster(place.home, asked={}, progress=progress, environ=_environment(ports))
    try:
        _clear(place, cluster, ports)
        peers = _peers(place, ports)
        _start(peers, [SINK])
        cluster.up()
        _start(peers, peers.names)
        dsns = {name: dsns_of(place.admin, name) for name in database_names()}
        yield House(ports, dsns, place.amqp_url, place.cipher)
    finally:
        _peers(place, ports).stop_all()
        cluster.crew().stop_all()


def _environment(ports: Ports) -> dict[str, str]:
    """What our processes are told beyond the usual: where traces go, and to log what goes wrong."""
    endpoint = f"http://{LOOPBACK}:{ports.known(SINK)}"
    return {**environ, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "ZHIDA_LOG_LEVEL": "WARNING"}


def _clear(place: Surroundings, cluster: Cluster, ports: Ports) -> None:
    """End what an interrupted run has left, and forget its rows and messages."""
    _peers(place, ports).stop_all()
    cluster.crew().stop_all()
    for name in (*database_names(), "minimal"):
        drop(place.admin, f"zhida_{name}")
    provision(place.admin, "minimal")
    with connect(place.amqp_url) as connection:
        channel = connection.channel()
        for queue in QUEUES.values():
            if channel.queue_declare(queue, passive=True).consumer_count:
                raise CommandRefusal(
                    f"AMQP_URL 指定的消息服务正由其他进程使用(队列 {queue}),不能在上面做性能测试。",
                    f"Other processes consume {queue} on the broker that AMQP_URL names; measure on another one.",
                )
            channel.queue_purge(queue)


def _peers(place: Surroundings, ports: Ports) -> Crew:
    oversight = dsns_of(place.admin, "oversight").app
    databases = {
        "minimal": dsns_of(place.admin, "minimal").owner,
        "stock_service": f"{oversight}?options=-czhida.tenants%3D360702",
    }
    members = []
    for name, (module, *told) in PEERS.items():
        port = ports.known(name)
        probed = ports.known("stock_gateway") if name == "stock_service" else port
        own = {"AMQP_URL": place.amqp_url, "DATABASE_URL": databases.get(name, "")}
        members.append(
            Member(
                name,
                [sys.executable, "-W", "ignore", "-m", module, *told, str(port)],
                {**without_ours(environ), **own},
                f"http://{LOOPBACK}:{probed}/ready",
                CHECKOUT,
                "stock_gateway" if name == "stock_service" else None,
            )
        )
    return Crew(place.home, members)


def _start(crew: Crew, names: Sequence[str]) -> None:
    for name in names:
        crew.start(name)
    crew.await_ready(names)
