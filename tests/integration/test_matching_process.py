"""Matching as a process of its own, at the other end of its line: asked, killed, ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from key_kit import key_environment
from matching_kit import ZHANGGONG, Catalogue, content_of, output

from chassis.edge.frame import Frame
from chassis.testing.waiting import eventually
from console.place import CHECKOUT
from console.servers.provision import Dsns
from services.catalog.matching.domain import MatchingWarmingUp
from services.catalog.matching.line import MatchingLine


@pytest.fixture
def catalogue(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Catalogue:
    dsns = service_database("catalog")
    return Catalogue(service_frame("catalog", dsns=dsns), dsns)


@pytest.fixture
def line(catalogue: Catalogue, tmp_path: Path) -> Iterator[MatchingLine]:
    assert catalogue.dsns is not None
    env = {
        **os.environ,
        "DATABASE_URL": catalogue.dsns.app,
        "FRAME_DATABASE_URL": catalogue.dsns.frame,
        "AMQP_URL": "amqp://nowhere",
        **key_environment("catalog"),
        "PYTHONPATH": str(CHECKOUT),
    }
    line = MatchingLine(tmp_path / "line", env)
    line.open()
    yield line
    line.close()


def reach(line: MatchingLine, item: str) -> tuple[int, int, int] | None:
    """The counts, once there are any."""
    try:
        answer = line.ask(ask="reach", tenant=ZHANGGONG, item=item)
    except MatchingWarmingUp:
        return None
    return (answer["met"], answer["not_met"], answer["undetermined"]) if "met" in answer else None


def test_what_is_written_is_answered_in_a_moment_and_after_a_kill_too(catalogue: Catalogue, line: MatchingLine) -> None:
    item = catalogue.publishes(content_of("NM-002"))
    enterprise = catalogue.registers(output("4"))
    assert eventually(lambda: reach(line, item)) == (0, 1, 0)
    catalogue.records(enterprise, output("6"))
    eventually(lambda: reach(line, item) == (1, 0, 0), within=5.0)
    process = line._process
    assert process is not None
    process.kill()
    process.wait(10)
    catalogue.registers(output("7"))
    eventually(lambda: reach(line, item) == (2, 0, 0))
    told = "SELECT enterprise_ids FROM match_chunk ORDER BY number"
    eventually(lambda: len([id for (ids,) in catalogue.reads(told) for id in ids]) == 2)


def test_the_process_ends_when_the_one_that_asks_it_does(catalogue: Catalogue, line: MatchingLine) -> None:
    item = catalogue.publishes(content_of("NM-002"))
    eventually(lambda: reach(line, item) is not None)
    line.close()
    assert line._process is not None and line._process.returncode == 0
    with pytest.raises(MatchingWarmingUp):
        line.ask(ask="reach", tenant=ZHANGGONG, item="x")


def test_the_process_ends_with_the_one_that_asks_it_while_it_waits_for_the_database(
    tmp_path: Path,
) -> None:
    """The catalogue may be taken down with its database a moment after it was started."""
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:9/nothing"
    env = {
        **os.environ,
        "DATABASE_URL": nowhere,
        "FRAME_DATABASE_URL": nowhere,
        "AMQP_URL": "amqp://nowhere",
        **key_environment("catalog"),
        "PYTHONPATH": str(CHECKOUT),
    }
    arguments = [sys.executable, "-m", "services.catalog.matching.process", str(tmp_path / "line")]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env) as process:
        assert process.stdin is not None and process.stdout is not None
        said = iter(process.stdout.readline, b"")
        assert any(b"waiting for the database" in line for line in said)
        process.stdin.close()
        assert process.wait(10) == 0
