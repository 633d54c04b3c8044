"""/readyz: honest about the database and the bus, and never hanging with them."""

from __future__ import annotations

import asyncio
import threading
import time

import httpx
import pytest
from fastapi import FastAPI

from gateway import readiness
from gateway.app import probes
from gateway.bus import Bus
from gateway.bus_connection import Connection
from gateway.readiness import Readiness


def answers() -> None:
    """A database that is there."""


@pytest.mark.parametrize(("ended", "status", "said"), [([], 200, "ok"), (["relay"], 503, "relay")])
def test_the_gateway_is_alive_while_all_that_has_to_run_in_it_does(ended: list[str], status: int, said: str) -> None:
    app = FastAPI()
    app.include_router(probes(Readiness(lambda: True, answers), lambda: ended))

    async def probed() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as client:
            return await client.get("/healthz")

    answer = asyncio.run(probed())
    assert (answer.status_code, answer.text) == (status, said)


def test_a_bus_whose_connector_has_ended_says_so_unless_it_was_closed() -> None:
    async def looked() -> list[list[str]]:
        bus = Bus("amqp://nowhere", connect=never)
        found = [bus.ended_loops()]
        await bus.start()
        found.append(bus.ended_loops())
        assert bus._connector is not None
        bus._connector.cancel()
        await asyncio.wait({bus._connector})
        found.append(bus.ended_loops())
        await bus.close()
        return [*found, bus.ended_loops()]

    assert asyncio.run(looked()) == [[], [], ["bus connector"], []]


async def never(*_: object) -> Connection:
    await asyncio.Event().wait()
    raise AssertionError


def refuses() -> None:
    raise ConnectionError("nobody listens")


def test_it_is_ready_when_both_are_there() -> None:
    assert asyncio.run(Readiness(lambda: True, answers).missing()) == []


def test_it_names_all_that_is_missing() -> None:
    assert asyncio.run(Readiness(lambda: False, refuses).missing()) == [
        "database: ConnectionError",
        "bus not connected",
    ]


def test_a_database_that_hangs_is_asked_once_and_keeps_no_probe_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "PATIENCE_S", 0.05)
    let_go, asked = threading.Event(), []

    def hangs() -> None:
        asked.append(1)
        let_go.wait(10)

    async def probed() -> list[list[str]]:
        ready = Readiness(lambda: True, hangs)
        found = list(await asyncio.gather(*(ready.missing() for _ in range(5))))
        let_go.set()
        found.append(await ready.missing())
        found.append(await ready.missing())
        return found

    began = time.monotonic()
    *hanging, _as_it_wakes, after = asyncio.run(probed())
    assert time.monotonic() - began < 5
    assert all(each == ["database does not answer within 0.05 s"] for each in hanging)
    assert after == []
    assert len(asked) <= 3
