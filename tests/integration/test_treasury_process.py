"""Treasury as a process of its own, with a real broker and the sandbox's bank: run, killed, and run again."""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import amqp
import httpx
import orjson
import psycopg
import pytest
from frame_kit import psycopg_url
from key_kit import key_environment, key_ring
from treasury_database import onboarded, registered

from chassis.events.broker import ConfirmedPublisher, Outgoing, connect
from chassis.events.topology import RPC_EXCHANGE
from chassis.foundation.ids import new_id
from chassis.testing.fakes import received
from chassis.testing.waiting import eventually
from console.servers.provision import Dsns
from console.servers.rabbitmq import AmqpAddress, RabbitMQ
from contracts.flow import FLOW, QUEUES, routing_key
from contracts.message import Actor, Command, Event, snake_case
from contracts.rule import Level
from contracts.treasury import AppropriateBudget, AuthoriseDisbursement
from gateway.bus import Bus
from sandbox.testing import REPOSITORY, RunningProgram
from tests.unit.treasury.treasury_kit import CHECKER, DEPARTMENT, FINANCE, LAKH, approved, payee


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RunningProgram]:
    with RunningProgram("sandbox.bank", tmp_path / "bank.sqlite") as bank:
        yield bank


class Process:
    """`python -m chassis.edge.runner treasury`, as it runs in production."""

    def __init__(self, dsns: Dsns, urls: Mapping[str, str], bank: RunningProgram, folder: Path) -> None:
        self.dsns = dsns
        self.urls = urls
        self._folder = folder
        self._env = {
            **os.environ,
            "DATABASE_URL": dsns.app,
            "FRAME_DATABASE_URL": dsns.frame,
            "AMQP_URL": urls["treasury"],
            **key_environment("treasury"),
            "BANK_URL": str(bank.client.base_url),
            "BANK_RETURNS_SECONDS": "0.3",
            "PAYEE_ACCOUNTS_SECONDS": "0.3",
            "PYTHONPATH": str(REPOSITORY),
        }
        self.running: subprocess.Popen[bytes] | None = None

    def start(self, **more: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with (self._folder / "treasury.log").open("ab") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "chassis.edge.runner", "treasury"],
                cwd=REPOSITORY,
                env={**self._env, "HEALTH_PORT": str(port), **more},
                stdout=log,
                stderr=log,
            )
        eventually(lambda: self._is_ready(port), within=60)

    def stop(self) -> None:
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()
            self.running.wait(timeout=30)

    def is_dead(self) -> bool:
        return self.running is not None and self.running.poll() == -9

    def hears(self, *events: Event) -> None:
        """Each is published by its own producer, who alone may."""
        for event in events:
            with connect(self.urls[FLOW[type(event)].producer]) as connection:
                message = Outgoing(routing_key(type(event)), received(event).body.encode(), new_id())
                ConfirmedPublisher(connection).publish([message])

    def ordered(self, order: Command, actor: Actor) -> dict[str, Any]:
        return asyncio.run(self._call(envelope_of(order, actor)))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            return connection.execute(statement).fetchall()

    def leases_run_out(self) -> None:
        """What the dead process had claimed is free at once, instead of after half a minute."""
        with psycopg.connect(psycopg_url(self.dsns.owner)) as connection:
            connection.execute("UPDATE job SET lease_until = NULL")

    async def _call(self, envelope: dict[str, Any]) -> dict[str, Any]:
        bus = Bus(self.urls["gateway"])
        await bus.start()
        try:
            while not bus.ready():
                await asyncio.sleep(0.02)
            return await bus.call("treasury", envelope["name"], envelope, timeout=10)
        finally:
            await bus.close()

    def _is_ready(self, port: int) -> bool:
        assert self.running is not None
        assert self.running.poll() is None, (self._folder / "treasury.log").read_text()[-3000:]
        return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200


@pytest.fixture
def process(
    service_database: Callable[[str], Dsns], rabbitmq: RabbitMQ, amqp_url: str, bank: RunningProgram, tmp_path: Path
) -> Iterator[Process]:
    with connect(amqp_url) as connection:
        channel = connection.channel()
        for queue in QUEUES.values():
            channel.queue_purge(queue)
    urls = rabbitmq.identities(AmqpAddress(amqp_url))
    process = Process(service_database("treasury"), urls, bank, tmp_path)
    yield process
    process.stop()


def approved_and_authorised(process: Process) -> None:
    """A tenant, its budget and an approved case, over the bus."""
    now = datetime.now(UTC)
    process.hears(onboarded("zhanggong", None, Level.COUNTY, "360702"))
    appropriate = AppropriateBudget(
        year=now.year, department=DEPARTMENT, amount_fen=LAKH, document_number="虔财〔2026〕1号"
    )
    process.hears(registered("zhanggong-industry", DEPARTMENT))
    eventually(lambda: process.rows("SELECT count(*) FROM known_department") == [(1,)])
    assert "ok" in process.ordered(appropriate, FINANCE)
    sealed = key_ring("ACCOUNTS").seal("62220001", purpose="payee_account", tenant="zhanggong")
    process.hears(approved(at=now, payee=payee(sealed=sealed)))


def release(process: Process) -> None:
    ((id, version),) = eventually(lambda: process.rows("SELECT id, version FROM disbursement WHERE state = 'ready'"))
    answer = process.ordered(AuthoriseDisbursement(disbursement_id=id, expected_version=version), CHECKER)
    assert answer["ok"]["state"] == "authorised"


def state(process: Process) -> str:
    ((state,),) = process.rows("SELECT state FROM disbursement")
    return str(state)


def credits_of(bank: RunningProgram) -> list[tuple[str, int, str]]:
    found = bank.client.get("/credits").raise_for_status().json()["credits"]
    return [(each["creditor_account"], each["attempts_seen"], each["status"]) for each in found]


def test_the_process_pays_what_is_released_and_hears_what_comes_back(process: Process, bank: RunningProgram) -> None:
    process.start()
    approved_and_authorised(process)
    release(process)
    eventually(lambda: state(process) == "settled")
    assert credits_of(bank) == [("62220001", 1, "settled")]
    ((instruction,),) = process.rows("SELECT instruction_id FROM disbursement")
    bank.client.post(f"/control/return/{instruction}", json={"reason_code": "closed"}).raise_for_status()
    eventually(lambda: state(process) == "returned")
    eventually(lambda: process.rows("SELECT count(*) FROM outbox WHERE published_at IS NULL") == [(0,)])


@pytest.mark.parametrize("place", ["treasury.bank.before_call", "treasury.bank.answered_before_commit"])
def test_killed_around_the_bank_it_pays_exactly_once_after_a_restart(
    process: Process, bank: RunningProgram, tmp_path: Path, place: str
) -> None:
    process.start(ZHIDA_CRASH_AT=place, ZHIDA_CRASH_ONCE=str(tmp_path / "crashed"))
    approved_and_authorised(process)
    release(process)
    eventually(process.is_dead)
    assert state(process) == "sent"
    process.leases_run_out()
    process.start()
    eventually(lambda: state(process) == "settled")
    assert credits_of(bank) == [("62220001", 1, "settled")]
    assert process.rows("SELECT count(*) FROM ledger_entry WHERE kind = 'settle'") == [(1,)]


def test_a_copy_of_a_message_to_somebody_else_commands_nothing(process: Process) -> None:
    """RabbitMQ 3 lets whoever may write to an exchange name further keys (CC) that it may not use by themselves."""
    process.start()
    approved_and_authorised(process)
    ((id, version),) = eventually(lambda: process.rows("SELECT id, version FROM disbursement WHERE state = 'ready'"))
    order = AuthoriseDisbursement(disbursement_id=id, expected_version=version)
    body = orjson.dumps({"args": [envelope_of(order, CHECKER)], "kwargs": {}})
    reply = str(uuid.uuid4())
    with connect(process.urls["notify"]) as connection:
        channel = connection.channel()
        message = amqp.Message(
            body,
            content_type="application/json",
            content_encoding="utf-8",
            reply_to=f"{reply}.notify",
            application_headers={"CC": ["treasury.authorise_disbursement"]},
        )
        channel.basic_publish_confirm(message, RPC_EXCHANGE, f"{reply}.notify", confirm_timeout=10)
    eventually(lambda: process.rows("SELECT error FROM quarantine"))
    assert process.rows("SELECT error FROM quarantine") == [(f"RPC message that was sent to {reply}.notify",)]
    assert state(process) == "ready"


def envelope_of(order: Command, actor: Actor) -> dict[str, Any]:
    body = order.model_dump(mode="json")
    return {
        "idempotency_key": new_id(),
        "tenant": "zhanggong",
        "actor": actor.model_dump(mode="json"),
        "name": snake_case(type(order).__name__),
        "body_hash": hashlib.sha256(repr(body).encode()).hexdigest(),
        "body": body,
    }
