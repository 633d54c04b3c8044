"""Files in parts on a real database: rows decide who was first, and another process goes on."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from files_kit import pdf
from tus_kit import PersonIsToken, TusSender, cut_off

from chassis.edge.frame import Frame
from chassis.files.objects import Objects
from gateway.app import create_app
from gateway.bus import Bus

PAPER = pdf(b"a long contract" * 40_000)
HASH = hashlib.sha256(PAPER).hexdigest()


@pytest.fixture
def processes(service_frame: Callable[..., Frame], tmp_path: Path) -> list[FastAPI]:
    """Two of the gateway's, on one database and one store."""
    frame = service_frame("gateway")
    made = []
    for _each in range(2):
        app = create_app(frame, Bus("amqp://nowhere"), None, Objects.in_folder(tmp_path / "objects"))
        app.state.directory = PersonIsToken()
        made.append(app)
    return made


def test_a_file_that_is_cut_off_at_one_process_is_ended_at_the_other(processes: list[FastAPI], tmp_path: Path) -> None:
    first, second = (TusSender(each) for each in processes)
    place = first.begins(len(PAPER)).headers["Location"]
    cut_off(processes[0], place, PAPER[:123_456], 0)
    assert second.offset(place) == 123_456
    done = second.sends(place, PAPER[123_456:], 123_456)
    assert (done.status_code, done.headers["Zhida-File"]) == (204, HASH)
    kept = [str(each.relative_to(tmp_path / "objects")) for each in tmp_path.rglob("*") if each.is_file()]
    assert kept == [f"zhanggong/{HASH[:2]}/{HASH}"]
    assert first.asks("HEAD", place).headers["Zhida-File"] == HASH


def test_of_two_processes_that_are_sent_the_same_part_one_counts(processes: list[FastAPI]) -> None:
    first, second = (TusSender(each) for each in processes)
    place = first.begins(len(PAPER)).headers["Location"]

    async def both() -> list[int]:
        sent = [each.sending(place, PAPER, 0) for each in (first, second)]
        return sorted(each.status_code for each in await asyncio.gather(*sent))

    assert asyncio.run(both()) == [204, 409]
    assert first.asks("HEAD", place).headers["Zhida-File"] == HASH


def test_another_person_s_upload_is_nobody_s_else(processes: list[FastAPI]) -> None:
    place = TusSender(processes[0]).begins(len(PAPER)).headers["Location"]
    assert TusSender(processes[1], "enterprise:other").sends(place, PAPER, 0).status_code == 404
    assert TusSender(processes[1]).offset(place) == 0
