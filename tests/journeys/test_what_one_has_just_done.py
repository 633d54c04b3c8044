"""A consumer is held while people go on: whoever has just done something finds it, or is told that it is on its way."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.foundation.ids import new_id, random_code
from console.demo.actors import application_form
from console.demo.people import officer_of
from console.demo.preparation import Stage
from console.demo.scene import Claimed
from gateway.own_writes import BEHIND_HEADER, HEADER

SHORT, LONG = 1.2, 6.0
"""Seconds: less, and more, than the door waits."""


@pytest.fixture(scope="module")
def stage(standing_house: House) -> Stage:
    standing_house.stand_up()
    return standing_house.prepare(small_scene("written", [INSTANT]))


@pytest.fixture
def claim(stage: Stage) -> Claimed:
    return stage.scene.claims[0]


@contextmanager
def held(house: House, service: str, seconds: float) -> Iterator[threading.Event]:
    """Nothing that the service hears takes effect for so long: its positions can be read and not moved."""
    taken, free = threading.Event(), threading.Event()

    def hold() -> None:
        with house.database(service) as connection:
            connection.execute("LOCK TABLE position IN EXCLUSIVE MODE")
            taken.set()
            free.wait(seconds)

    holder = threading.Thread(target=hold)
    holder.start()
    assert taken.wait(20)
    try:
        yield free
    finally:
        free.set()
        holder.join(20)


def posts(client: httpx.Client, token: str, path: str, body: dict[str, Any]) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"test/{new_id()}"}
    return client.post(f"/api/v1{path}", json=body, headers=headers)


def published(client: httpx.Client, stage: Stage, claim: Claimed) -> str:
    """The scene's item once more, under another code: the enterprise has claimed nothing under it."""
    content = copy.deepcopy(dict(stage.scene.items[claim.item]))
    content["code"] = f"T-{random_code(6)}"
    owner = stage.people.token(officer_of(stage.scene.department_of(claim.item)))
    answer = posts(client, owner, "/policies", {"content": content, "guide_confirmed": True})
    assert answer.is_success, answer.text
    return str(answer.json()["item_id"])


def applies(client: httpx.Client, stage: Stage, claim: Claimed, item: str) -> httpx.Response:
    body = {**application_form(stage, claim), "item_id": item}
    return posts(client, stage.enterprise_token(claim.enterprise), "/applications", body)


def own_cases(client: httpx.Client, stage: Stage, claim: Claimed, **headers: str) -> httpx.Response:
    token = stage.enterprise_token(claim.enterprise)
    return client.get("/api/v1/my/cases", headers={"Authorization": f"Bearer {token}", **headers})


def receipts(answer: httpx.Response) -> set[str]:
    return {each["receipt"] for each in answer.json()["items"]}


def test_what_is_published_is_applied_for_at_once_though_the_news_of_it_is_late(
    house: House, stage: Stage, claim: Claimed
) -> None:
    with house.client() as client, held(house, "intake", SHORT):
        answer = applies(client, stage, claim, published(client, stage, claim))
    assert answer.status_code == 201, answer.text


def test_whoever_has_applied_finds_the_case_at_once(house: House, stage: Stage, claim: Claimed) -> None:
    with house.client() as client:
        item = published(client, stage, claim)
        with held(house, "oversight", SHORT):
            filed = applies(client, stage, claim, item)
            shown = own_cases(client, stage, claim)
    assert filed.json()["receipt"] in receipts(shown)
    assert BEHIND_HEADER not in shown.headers
    assert filed.headers[HEADER]


def test_where_the_news_does_not_come_the_answer_says_so(house: House, stage: Stage, claim: Claimed) -> None:
    with house.client() as client:
        item = published(client, stage, claim)
        with held(house, "oversight", LONG):
            filed = applies(client, stage, claim, item)
            shown = own_cases(client, stage, claim)
    assert filed.json()["receipt"] not in receipts(shown)
    assert shown.headers[BEHIND_HEADER] == "oversight"
