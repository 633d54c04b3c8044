"""The whole system as real processes, one for all journeys and faults of a test session.

It has a home, a database server and a broker of its own, so that a test may kill any of them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import amqp
import httpx
import psutil
import psycopg
from otlp_kit import OtlpReceiver

from chassis.events.broker import connect
from chassis.events.consumer import delivered
from chassis.testing.waiting import eventually
from console.cluster.caretaker import Caretaker
from console.cluster.cluster import Cluster
from console.cluster.roster import platform_token, without_ours
from console.demo.actors import cast, play
from console.demo.board import Board
from console.demo.door import ASK_AGAIN, DemoDoor
from console.demo.preparation import Stage, prepare
from console.demo.scene import Scene
from console.machine.ports import LOOPBACK, Ports
from console.machine.quarters import quarters_for
from console.operating.checks.addresses import Addresses
from console.operating.checks.bank_book import BankBook, read_bank_book
from console.operating.checks.report import Report
from console.operating.verify import verify
from console.progress import Silent

NOT_OURS = ("GATEWAY_PORT", "ZHIDA_HOME", "OTEL_EXPORTER_OTLP_ENDPOINT", "ZHIDA_CRASH_AT", "ZHIDA_CRASH_ONCE")


class House:
    """The running system: its cluster, and a few ways to use it that several tests share."""

    def __init__(self, cluster: Cluster, receiver: OtlpReceiver, environ: Mapping[str, str]) -> None:
        self.cluster = cluster
        self.receiver = receiver
        self.environ = environ
        self._doors: list[DemoDoor] = []

    @property
    def url(self) -> str:
        assert self.cluster.url is not None, "the house is up"
        return self.cluster.url

    @property
    def platform_token(self) -> str:
        return platform_token(self.cluster.home)

    @property
    def addresses(self) -> Addresses:
        return Addresses.of(self.cluster)

    def stand_up(self) -> None:
        """Everything runs and is ready."""
        if any(status.state != "ready" for status in self.cluster.status()):
            self.cluster.up()

    def client(self) -> httpx.Client:
        """A plain client of the gateway, for a test that looks at statuses and headers itself."""
        return httpx.Client(base_url=self.url, timeout=15, trust_env=False)

    def prepare(self, scene: Scene) -> Stage:
        """Everything that the scene needs is in place."""
        self._doors.append(DemoDoor(self.url))
        return prepare(scene, self._doors[-1], self.platform_token, Silent())

    def close(self) -> None:
        """Lets go of what was opened in the tests' own process."""
        while self._doors:
            self._doors.pop().close()

    def looked_after(self) -> Caretaker:
        """A context in which whoever dies is started again."""
        return Caretaker(self.cluster.home, Silent(), self.environ)

    def play(self, stage: Stage, *, within: float = 90.0) -> Board:
        """Plays the scene to its end, with nobody looking after the processes but the test."""
        with self.playing(stage) as board:
            eventually(lambda: board.finished, within=within, every=0.2)
        return board

    @contextmanager
    def playing(self, stage: Stage) -> Iterator[Board]:
        """The scene goes on by itself while the block runs."""
        closing = threading.Event()
        said: list[str] = []
        board = Board(stage.scene, said.append)
        threads = play(cast(stage, board, closing))
        try:
            yield board
        finally:
            closing.set()
            for thread in threads:
                thread.join(timeout=30)

    def verify(self, *, settle_s: float = 45.0) -> Report:
        return verify(self.addresses, settle_s=settle_s)

    def must_hold(self, *, settle_s: float = 45.0) -> Report:
        """Every invariant holds, or the test fails with what does not."""
        report = self.verify(settle_s=settle_s)
        assert report.holds, "\n".join(f"{each.invariant} {each.tenant}: {each.text}" for each in report.findings)
        return report

    def bank_book(self) -> BankBook:
        return read_bank_book(self.addresses.bank_url)

    @contextmanager
    def database(self, name: str) -> Iterator[psycopg.Connection[Any]]:
        """One database as its owner, whom row security does not bind; commits when the block ends well."""
        url = self.addresses.databases[name].owner.replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            yield connection

    def count(self, name: str, statement: str, parameters: Sequence[Any] = ()) -> int:
        with self.database(name) as connection:
            row = connection.execute(statement, parameters).fetchone()  # type: ignore[arg-type]
        assert row is not None
        return int(row[0])

    def metric(self, process: str, line: str) -> float:
        """The sum of what a process's /metrics says in lines that begin with `line`; 0 while it was never
        counted."""
        address = f"http://{LOOPBACK}:{Ports(self.cluster.home).known(process)}/metrics"
        text = httpx.get(address, trust_env=False, timeout=5).text
        return sum(float(each.rsplit(" ", 1)[1]) for each in text.splitlines() if each.startswith(line))

    def restart(self, armed: Mapping[str, Mapping[str, str]]) -> None:
        """Starts these processes anew, all at once, each with something added to its environment for this
        run."""
        with ThreadPoolExecutor(len(armed)) as pool:
            list(pool.map(lambda name: self.cluster.restart(name, armed[name]), armed))

    def environment(self, name: str) -> dict[str, str]:
        """What a running process was given when it was started."""
        running = self.cluster.crew().process(name)
        assert running is not None, f"{name} runs"
        return psutil.Process(running.pid).environ()

    def stop(self, *names: str) -> None:
        """In order, and not to be started again by whoever looks after the house."""
        for name in names:
            self.cluster.crew().stop(name)

    # -- the bus, seen from outside -----------------------------------------------------------------------

    def post(self, queue: str, *messages: bytes, **properties: Any) -> None:
        """Puts messages into a queue, confirmed."""
        with connect(self.amqp_url) as connection:
            channel = connection.channel()
            for body in messages:
                message = amqp.Message(body, delivery_mode=2, **properties)
                channel.basic_publish_confirm(message, "", queue, mandatory=True)

    def take_all(self, queue: str) -> list[bytes]:
        """Takes every event that waits in a queue whose consumer is stopped, alone or in a bundle."""
        taken: list[amqp.Message] = []
        with connect(self.amqp_url) as connection:
            channel = connection.channel()
            # Not basic_get, which quorum queues with a single active consumer do not know.
            channel.basic_consume(queue, callback=taken.append)
            with suppress(TimeoutError):
                while True:
                    connection.drain_events(timeout=1.0)
            channel.basic_ack(taken[-1].delivery_tag, multiple=True)
        return [part.body for each in taken for part in delivered(each).parts]

    def waiting_in(self, queue: str) -> int:
        """How many messages are ready in a queue."""
        with connect(self.amqp_url) as connection:
            count: int = connection.channel().queue_declare(queue, passive=True).message_count
        return count

    @property
    def amqp_url(self) -> str:
        return self.cluster.rabbitmq.address().url


def answered(send: Callable[[], httpx.Response], *, within: float = 60.0) -> httpx.Response:
    """What comes of a call that is made again, under the same key, while nobody takes it or its outcome is unknown.

    A busy machine answers late and a process may be dying: 503, 504 and "in progress" ask for just that.
    """

    def settled() -> httpx.Response | None:
        answer = send()
        status = answer.status_code
        again = status >= 500 or (status >= 400 and answer.json().get("code") in ASK_AGAIN)
        return None if again else answer

    return eventually(settled, within=within, every=0.2)


@contextmanager
def running_house(test_home: Path) -> Iterator[House]:
    """Starts everything in a home of its own, and takes it down with all its data.

    With ZHIDA_TEST_REUSE the house of an earlier run is used and left standing, for whoever writes such
    tests.
    """
    reuse = bool(os.environ.get("ZHIDA_TEST_REUSE"))
    home = test_home / f"system-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    environ = {name: value for name, value in without_ours(os.environ).items() if name not in NOT_OURS}
    environ["ZHIDA_PROGRAMS"] = str(quarters_for(test_home).programs(os.environ))
    if home.exists() and not reuse:
        Cluster(home, asked={}, environ=environ).down(wipe=True)
    with OtlpReceiver() as receiver:
        environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.url
        cluster = Cluster(home, asked={}, environ=environ)
        if reuse:
            for name in cluster.crew().names if cluster.url else ():
                cluster.crew().stop(name)
        try:
            cluster.up()
            house = House(cluster, receiver, environ)
            yield house
            house.close()
        finally:
            if not reuse:
                cluster.down(wipe=True)
