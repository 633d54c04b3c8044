"""FAULTS 6 and 7: every event three times; events shuffled, two relays, and one that is late with others
behind it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import orjson
from faults_kit import duplicates, outbox_empty, state_of
from scene_kit import COMMITTED, INSTANT, NOMINATED, small_scene
from system_kit import House

from chassis.testing.waiting import eventually
from console.cluster.roster import members, without_ours
from console.demo.board import RELEASE
from console.place import CHECKOUT
from contracts.flow import QUEUES


def test_every_event_delivered_three_times_changes_nothing(house: House) -> None:
    house.play(house.prepare(small_scene("thrice", [NOMINATED, INSTANT, COMMITTED])))
    house.must_hold()
    before, counted = state_of(house), duplicates(house)
    for _ in range(2):
        for name in ("gateway", *QUEUES):
            with house.database(name) as connection:
                connection.execute("UPDATE outbox SET published_at = NULL")
        house.must_hold()
    eventually(lambda: all(house.waiting_in(queue) == 0 for queue in QUEUES.values()))
    now = duplicates(house)
    assert all(now[name] > counted[name] for name in QUEUES)
    assert state_of(house) == before


@contextmanager
def second_relay(house: House, service: str) -> Iterator[None]:
    """Another process that empties the same outbox."""
    environ = without_ours(os.environ)
    crew = members(
        house.cluster.home,
        {name: house.addresses.databases[name] for name in house.addresses.databases},
        house.cluster.rabbitmq.identities(house.cluster.rabbitmq.address()),
        environ,
    )
    member = next(each for each in crew if each.name == service)
    command = [sys.executable, "-m", "chassis.edge.runner", service, "--roles", "relay"]
    log = house.cluster.home / "logs" / f"{service}-relay.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env={**member.env, "HEALTH_PORT": "0"},
            cwd=CHECKOUT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        eventually(lambda: "service started" in log.read_text(), within=30)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_shuffled_events_park_until_their_turn_and_none_overtakes(house: House) -> None:
    stage = house.prepare(small_scene("shuffled", [INSTANT, INSTANT, COMMITTED, NOMINATED]))
    with second_relay(house, "review"), house.playing(stage) as board:
        house.stop("treasury")
        enterprises = [claim.enterprise.uscc for claim in stage.scene.claims]
        eventually(lambda: approved(house, enterprises) == len(enterprises), within=60)
        eventually(lambda: outbox_empty(house, "review"))
        events = [orjson.loads(body) for body in house.take_all(QUEUES["treasury"])]
        late = next(each for each in events if each["aggregatetype"] == "case" and each["sequence"] == 1)
        rest = [each for each in events if each is not late] * 2
        random.Random(7).shuffle(rest)
        house.post(QUEUES["treasury"], *map(orjson.dumps, rest))
        house.cluster.start("treasury")
        eventually(lambda: house.waiting_in(QUEUES["treasury"]) == 0)
        successors = {each["sequence"] for each in rest if each["subject"] == late["subject"]}
        eventually(lambda: parked(house, late["subject"]) == {(number, "gap") for number in successors})
        assert board.stories[story_number(board, late)].stage < RELEASE
        house.post(QUEUES["treasury"], orjson.dumps(late))
        eventually(lambda: board.finished, within=90, every=0.2)
    house.must_hold()
    assert parked(house, late["subject"]) == set()


def approved(house: House, enterprises: list[str]) -> int:
    with house.database("review") as connection:
        row = connection.execute(
            "SELECT count(*) FROM review_case WHERE state = 'approved' AND claim ->> 'uscc' = ANY (%s)",
            [enterprises],
        ).fetchone()
    assert row is not None
    return int(row[0])


def parked(house: House, subject: str) -> set[tuple[int, str]]:
    with house.database("treasury") as connection:
        return {
            (row[0], row[1])
            for row in connection.execute("SELECT sequence, cause FROM parked WHERE aggregate_id = %s", [subject])
        }


def story_number(board: object, event: dict[str, object]) -> int:
    """Which of the scene's claims a case event is about."""
    uscc = event["data"]["claim"]["uscc"]  # type: ignore[index]
    return next(
        number
        for number, story in board.stories.items()
        if story.claim.enterprise.uscc == uscc  # type: ignore[attr-defined]
    )
