"""FAULTS 18: one key, one execution: fifty copies at once, and the same key with another body."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
from scene_kit import DECLARED, new_uscc, small_scene
from system_kit import House

from chassis.foundation.ids import new_id
from console.demo.people import WINDOW

COPIES = 50


def test_the_same_order_fifty_times_at_once_is_carried_out_once(house: House) -> None:
    stage = house.prepare(small_scene("fifty", [DECLARED]))
    uscc = new_uscc()
    body = {"uscc": uscc, "name": "测试企业五十次", "contact_mobile": "19900000050"}
    headers = {"Authorization": f"Bearer {stage.people.token(WINDOW)}", "Idempotency-Key": f"test/{new_id()}"}
    with house.client() as client, ThreadPoolExecutor(COPIES) as pool:
        answers = list(
            pool.map(lambda _: client.post("/api/v1/enterprises", json=body, headers=headers), range(COPIES))
        )
        last = client.post("/api/v1/enterprises", json=body, headers=headers)
    done = [answer for answer in answers if answer.status_code == 201]
    told_to_wait = [answer for answer in answers if answer.status_code != 201]
    assert done
    assert all(answer.json() == done[0].json() for answer in [*done, last])
    assert {(answer.status_code, answer.json()["code"]) for answer in told_to_wait} <= {
        (409, "command_in_progress"),
        (503, "busy"),
        (504, "outcome_unknown"),
    }
    assert house.count("catalog", "SELECT count(*) FROM enterprise WHERE uscc = %s", [uscc]) == 1
    house.must_hold()


def test_the_same_key_with_another_body_is_refused(house: House) -> None:
    stage = house.prepare(small_scene("other", [DECLARED]))
    headers = {"Authorization": f"Bearer {stage.people.token(WINDOW)}", "Idempotency-Key": f"test/{new_id()}"}
    first = {"uscc": new_uscc(), "name": "测试企业甲", "contact_mobile": "19900000051"}
    second = {**first, "uscc": new_uscc()}
    with house.client() as client:
        kept = client.post("/api/v1/enterprises", json=first, headers=headers)
        refused: httpx.Response = client.post("/api/v1/enterprises", json=second, headers=headers)
    assert (kept.status_code, refused.status_code) == (201, 409)
    assert refused.json()["code"] == "idempotency_key_reused"
    assert house.count("catalog", "SELECT count(*) FROM enterprise WHERE uscc = %s", [second["uscc"]]) == 0
