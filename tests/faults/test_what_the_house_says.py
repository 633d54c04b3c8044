"""What the house says of itself while it works, and that whoever dies after `up` is started again."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.testing.waiting import eventually
from console.cluster.caretaker import post_caretaker
from console.cluster.standing import CARETAKER, dismiss_caretaker
from console.place import database_names

OURS = database_names()


def sizes(house: House) -> dict[str, int]:
    """How long each log is: others have killed processes in the middle of a line."""
    return {name: house.cluster.log(name).stat().st_size for name in OURS}


def lines_of(house: House, name: str, since: int) -> list[dict[str, object]]:
    """Every whole line of a process's log from there on. Fails at one that is no JSON."""
    said = house.cluster.log(name).read_bytes()[since:].decode()
    return [json.loads(line) for line in said[: said.rfind("\n") + 1].splitlines()]


@pytest.fixture
def house(standing_house: House) -> House:
    """Everything runs, whatever others have stopped or killed."""
    standing_house.stand_up()
    return standing_house


def test_every_line_of_every_log_is_json_and_the_lines_of_a_claim_name_its_receipt(house: House) -> None:
    crew = house.cluster.crew()
    for name in OURS:
        crew.stop(name)
    before = sizes(house)
    house.stand_up()
    board = house.play(house.prepare(small_scene("said", [INSTANT])))
    (receipt,) = [story.receipt for story in board.stories.values()]
    assert receipt is not None
    said = {name: lines_of(house, name, before[name]) for name in OURS}
    assert all(said.values())
    asked = [line for line in said["gateway"] if line["event"] == "request" and line.get("receipt") == receipt]
    assert asked, "the door's own lines name it, though it reads no body"
    assert all(line["route"] and line["status"] for line in asked)


def test_status_says_where_figures_are_read(house: House) -> None:
    for status in house.cluster.status():
        if status.name in OURS:
            answer = httpx.get(status.metrics, trust_env=False, timeout=5)
            assert "python_info" in answer.text, status.metrics


@pytest.fixture
def looked_after(house: House) -> Iterator[House]:
    post_caretaker(house.cluster.home, house.environ)
    yield house
    dismiss_caretaker(house.cluster.home)
    house.stand_up()


def test_after_up_whoever_dies_is_started_again_until_the_caretaker_is_dismissed(looked_after: House) -> None:
    cluster = looked_after.cluster
    assert {status.name: status.state for status in cluster.status()}[CARETAKER] == "ready"
    before = cluster.crew().process("notify")
    cluster.kill("notify")
    eventually(lambda: cluster.crew().process("notify") not in (None, before), within=30)
    cluster.crew().await_ready(["notify"])
    dismiss_caretaker(cluster.home)
    cluster.kill("notify")
    assert cluster.crew().missing() == ["notify"]
    assert CARETAKER not in {status.name for status in cluster.status()}
