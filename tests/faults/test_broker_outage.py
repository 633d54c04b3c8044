"""FAULTS 3: the broker dies under load; a consumer dies again and again with hundreds of messages in its
hands."""

from __future__ import annotations

import time
from itertools import cycle, islice

import httpx
from faults_kit import CRASHES, IN_HAND, set_aside
from scene_kit import COMMITTED, INSTANT, NOMINATED, small_scene
from system_kit import House

from chassis.testing.waiting import eventually
from console.demo.board import BANK, REVIEW
from contracts.flow import QUEUES

OUTAGE_S = 30.0
HANGING_S = 12.0
"""A caller may wait as long as a command's deadline, and no longer."""


def test_a_broker_killed_for_half_a_minute_loses_nothing_that_was_answered(house: House) -> None:
    before = set_aside(house)
    stage = house.prepare(small_scene("outage", [NOMINATED, INSTANT, INSTANT, INSTANT, COMMITTED, COMMITTED]))
    with house.playing(stage) as board:
        eventually(lambda: [story for story in board.stories.values() if story.stage >= REVIEW])
        house.cluster.kill("rabbitmq")
        answered = {story.receipt for story in board.stories.values() if story.query_code}
        slowest, statuses = knock(
            house, board.stories[1].receipt or "ZG-20260101-00000000", until=time.monotonic() + OUTAGE_S
        )
        house.cluster.start("rabbitmq")
        eventually(lambda: board.finished, within=120, every=0.2)
    assert statuses <= {503, 504, 200}
    assert 503 in statuses
    assert slowest < HANGING_S
    assert answered <= {story.receipt for story in board.paid}
    assert not [story for story in board.stories.values() if story.stage < BANK]
    house.must_hold()
    assert set_aside(house) == before


def knock(house: House, receipt: str, *, until: float) -> tuple[float, set[int]]:
    """Asks the gateway something all the time; the slowest answer in seconds, and the statuses seen."""
    slowest, statuses = 0.0, set()
    with house.client() as client:
        while time.monotonic() < until:
            asked = time.monotonic()
            answer = client.get(f"/api/v1/track/{receipt}", params={"code": "00000000"})
            slowest = max(slowest, time.monotonic() - asked)
            if answer.status_code == 503:
                assert int(answer.headers["Retry-After"]) >= 1
            if answer.status_code != 404:  # the broker is just back, and nobody has this code
                statuses.add(answer.status_code)
            time.sleep(0.05)
    return slowest, statuses


def test_a_crash_loop_with_hundreds_of_messages_in_hand_quarantines_no_innocent(house: House) -> None:
    before = set_aside(house)
    house.stop("oversight")
    stage = house.prepare(small_scene("loop", [NOMINATED, INSTANT, COMMITTED, COMMITTED]))
    board = house.play(stage)
    house.post(QUEUES["oversight"], *said_before(house, IN_HAND))
    crew = house.cluster.crew()
    for _ in range(CRASHES):
        crew.start("oversight", {"ZHIDA_CRASH_AT": "oversight.events.before_commit"})
        eventually(lambda: crew.process("oversight") is None, within=30)
    house.cluster.start("oversight")
    house.must_hold()
    assert set_aside(house) == before
    with house.client() as client:
        for story in board.paid:
            view = tracked(client, str(story.receipt), str(story.query_code))
            assert view["state"] == "settled"


def said_before(house: House, count: int) -> list[bytes]:
    """So many messages as oversight has had before, over and over: innocent, every one of them."""
    with house.database("treasury") as connection:
        bodies = connection.execute("SELECT body FROM outbox ORDER BY position").fetchall()
    return [body.encode() for (body,) in islice(cycle(bodies), count)]


def tracked(client: httpx.Client, receipt: str, code: str) -> dict[str, object]:
    answer = client.get(f"/api/v1/track/{receipt}", params={"code": code})
    assert answer.status_code == 200, answer.text
    view: dict[str, object] = answer.json()
    return view
