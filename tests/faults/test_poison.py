"""FAULTS 8: what cannot be read is quarantined at once; the process lives, and nobody else notices."""

from __future__ import annotations

import time

import orjson
from scene_kit import INSTANT, NOMINATED, small_scene
from system_kit import House

from chassis.foundation.ids import new_id
from chassis.testing.waiting import eventually
from console.demo.board import Story
from contracts.flow import QUEUES

READS = 60
USE_APPROVALS = ("treasury", "notify", "oversight")


def poison() -> list[bytes]:
    """What an event queue may be poisoned with. The last one is a well-formed envelope with a wrong approval
    in it: only those that use approvals find it wrong."""
    wrong_inside = {
        "specversion": "1.0",
        "id": new_id(),
        "source": "/zhida/review",
        "type": "zhida.review.CaseApproved",
        "subject": new_id(),
        "time": "2026-03-10T04:00:00Z",
        "tenant": "zhanggong",
        "origin": "zhanggong",
        "aggregatetype": "case",
        "sequence": 1,
        "data": {"case_id": "poison", "amount_fen": "plenty"},
    }
    wrong_shape = {"specversion": "1.0", "id": new_id()}
    return [
        b"{bad json " + new_id().encode(),
        orjson.dumps(wrong_shape),
        b"\xff\xfe\x00" + new_id().encode(),
        orjson.dumps(wrong_inside),
    ]


def rpc_poison() -> list[bytes]:
    """What an RPC queue may be poisoned with: none says where to answer, and two are no calls at all."""
    mark = new_id()
    return [
        b"{bad json " + mark.encode(),
        orjson.dumps([mark]),
        orjson.dumps({"args": [{"mark": mark}], "kwargs": {}}),
    ]


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
        wanted = before[name] + len(poison()) - (name not in USE_APPROVALS) + len(rpc_poison())
        eventually(lambda name=name, wanted=wanted: quarantined(house, name) == wanted)  # type: ignore[misc]
    house.play(house.prepare(small_scene("after", [INSTANT, NOMINATED])))
    assert {status.name: status.pid for status in house.cluster.status()} == alive
    assert with_poison < max(4 * usual, 0.5)
    notices = house.must_hold().notices
    named = [each for each in notices if "隔离" in each.text and each.command.startswith("./zhida work show")]
    assert len(named) >= len(QUEUES) * len(rpc_poison())


def poison_everybody(house: House) -> None:
    """Every queue gets one of each, some with headers that no database would take."""
    for name, queue in QUEUES.items():
        house.post(queue, *poison(), application_headers={"note": "\x00"})
        house.post(f"rpc-{name}", *rpc_poison(), content_type="application/json", content_encoding="utf-8")


def test_a_content_type_that_nobody_decodes_does_not_kill_a_service(house: House) -> None:
    alive = {status.name: status.pid for status in house.cluster.status()}
    before = {name: quarantined(house, name) for name in QUEUES}
    for name in QUEUES:
        pickled = f"\x80\x04{new_id()}.".encode("latin-1")
        house.post(f"rpc-{name}", pickled, content_type="application/x-python-serialize", content_encoding="binary")
        house.post(f"rpc-{name}", new_id().encode(), content_type="text/plain", content_encoding="no-such-encoding")
    for name in QUEUES:
        eventually(lambda name=name: quarantined(house, name) == before[name] + 2)  # type: ignore[misc]
    house.play(house.prepare(small_scene("coded", [INSTANT])))
    assert {status.name: status.pid for status in house.cluster.status()} == alive
    house.must_hold()
