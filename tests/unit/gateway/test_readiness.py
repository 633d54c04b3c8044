"""/readyz: honest about the database and the bus, and never hanging with them."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from gateway import readiness
from gateway.readiness import Readiness


def answers() -> None:
    """A database that is there."""


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
