"""FAULTS 8: what cannot be read is quarantined at once; the process lives, and nobody else notices."""

from __future__ import annotations

import time

import orjson
from scene_kit import INSTANT, NOMINATED, small_scene
from system_kit import House

from chassis.testing import eventually
from console.demo.board import Story
from contracts.flow import QUEUES

READS = 60
POISON = (
    b"{bad json",
    b'{"specversion": "1.0"}',
    b"\xff\xfe\x00",
    b"",
    orjson.dumps({
        "specversion": "1.0", "id": "poison-1", "source": "/zhida/review", "type": "zhida.review.CaseApproved",
        "subject": "poison", "time": "2026-03-10T04:00:00Z", "tenant": "zhanggong", "origin": "zhanggong",
        "aggregatetype": "case", "sequence": 1, "data": {"case_id": "poison", "amount_fen": "plenty"},
    }),
)
UNREADABLE_BY = {name: len(POISON) - (name not in ("treasury", "notify", "oversight")) for name in QUEUES}
"""The last one is a well-formed envelope: only those that use what is in it find it wrong."""

RPC_POISON = (b"{bad json", b"[]", orjson.dumps({"args": [{}], "kwargs": {}}))


def quarantined(house: House, name: str) -> int:
    return house.count(name, "SELECT count(*) FROM quarantine")


def p99(house: House, story: Story) -> float:
    """Seconds of the slowest of a hundred tracking reads but one."""
    took = []
    with house.client() as client:
        for _ in range(READS):
            asked = time.perf_counter()
            answer = client.get(f"/api/v1/track/{story.receipt}", params={"code": str(story.query_code)})
            took.append(time.perf_counter() - asked)
            assert answer.status_code == 200
    return sorted(took)[int(READS * 0.99) - 1]


def test_poison_is_quarantined_and_harms_nobody(house: House) -> None:
    followed = house.play(house.prepare(small_scene("before", [NOMINATED]))).stories[1]
    usual = p99(house, followed)
    alive = {status.name: status.pid for status in house.cluster.status()}
    before = {name: quarantined(house, name) for name in QUEUES}
    poison_everybody(house)
    with_poison = p99(house, followed)
    for name in QUEUES:
        wanted = before[name] + UNREADABLE_BY[name] + len(RPC_POISON)
        eventually(lambda name=name, wanted=wanted: quarantined(house, name) == wanted)  # type: ignore[misc]
    house.play(house.prepare(small_scene("after", [INSTANT, NOMINATED])))
    assert {status.name: status.pid for status in house.cluster.status()} == alive
    assert with_poison < max(4 * usual, 0.5)
    notices = house.must_hold().notices
    assert len([each for each in notices if "隔离" in each.text and each.command.startswith("./zhida work show")]) >= sum(
        UNREADABLE_BY.values()
    )


def poison_everybody(house: House) -> None:
    """Every queue gets one of each, some with headers that no database would take."""
    for name, queue in QUEUES.items():
        house.post(queue, *POISON, application_headers={"note": "\x00"})
        house.post(f"rpc-{name}", *RPC_POISON, content_type="application/json", content_encoding="utf-8")


def test_a_content_type_that_nobody_decodes_does_not_kill_a_service(house: House) -> None:
    alive = {status.name: status.pid for status in house.cluster.status()}
    for name, queue in QUEUES.items():
        for properties in (
            {"content_type": "application/x-python-serialize", "content_encoding": "binary"},
            {"content_type": "application/json", "content_encoding": "no-such-encoding"},
        ):
            house.post(queue, b"\x80\x04.", **properties)
            house.post(f"rpc-{name}", b"\x80\x04.", reply_to="nobody", **properties)
    for name in QUEUES:
        eventually(lambda name=name: house.waiting_in(f"rpc-{name}") == 0)  # type: ignore[misc]
    house.play(house.prepare(small_scene("coded", [INSTANT])))
    assert {status.name: status.pid for status in house.cluster.status()} == alive
    house.must_hold()
