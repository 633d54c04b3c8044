"""An outside figure over HTTP: entered by the bureau, read by everybody, and what it changes for an enterprise on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.foundation.ids import new_id, random_code
from chassis.testing.waiting import eventually
from console.demo.people import CHECKER, PARTNER, officer_of
from console.demo.preparation import Stage
from console.demo.scene import HERE
from console.place import CHECKOUT

SUBSIDY = 6_000_000
"""Fen: what the worked case of CN-001 comes to at an LPR of 3.1 %."""

COUNTY_PAYS = {"node": "split", "parts": [{"payer": "county", "fraction": "1"}], "remainder_to": "county"}


@dataclass
class Desk:
    client: httpx.Client
    stage: Stage

    @property
    def enterprise(self) -> str:
        return self.stage.enterprise_token(self.stage.scene.claims[0].enterprise)

    @property
    def enterprise_id(self) -> str:
        return self.stage.enterprises[self.stage.scene.claims[0].enterprise.uscc]

    def send(self, way: str, body: Mapping[str, Any], *, by: str, key: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {by}", "Idempotency-Key": key or f"test/{new_id()}"}
        return self.client.post(f"/api/v1{way}", json=body, headers=headers)

    def read(self, way: str, by: str | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {by}"} if by else {}
        answer = self.client.get(f"/api/v1{way}", headers=headers)
        assert answer.is_success, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def listed(self, item: str, state: str) -> int | str | None:
        """The estimate in fen with which the enterprise's own list shows the item in this state; `no` if it does not."""
        page = self.read(f"/my/entitlements?state={state}&limit=50", self.enterprise)
        found = [each["amount"]["money"] for each in page["items"] if each["item_id"] == item]
        return found[0] if found else "no"

    def applies(self, item: str, *expected: str) -> bool:
        """Whether the enterprise's application is taken, or refused with exactly these reasons."""
        body = {"item_id": item}
        answer = self.send("/applications", body, by=self.enterprise)
        told = (answer.status_code, {each["code"] for each in answer.json().get("errors", ())})
        assert told == (422 if expected else 201, set(expected))
        return True


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    """An enterprise with an account and with the loan of the worked case in its file."""
    stage = house.prepare(small_scene("lpr", [INSTANT]))
    with house.client() as client:
        desk = Desk(client, stage)
        worked = json.loads((CHECKOUT / "sample" / "cases" / "CN-001.json").read_bytes())[-1]
        partner = stage.people.token(PARTNER)
        assert desk.send(f"/enterprises/{desk.enterprise_id}/facts", {"facts": worked["facts"]}, by=partner).is_success
        yield desk


def published(desk: Desk, figure: str) -> tuple[str, str]:
    """CN-001 on a figure of its own name, paid by the county to the enterprise itself; → item id, its officer's token."""
    text = (CHECKOUT / "sample" / "items" / "CN-001.json").read_text("utf-8").replace("lpr_one_year", figure)
    content = json.loads(text)
    content["code"] = f"T-{figure.upper().replace('_', '-')}"
    content["rules"]["shares"] = COUNTY_PAYS
    del content["rules"]["payees"]
    owner = desk.stage.people.appoint(officer_of(content["rules"]["plan"]["department"]))
    answer = desk.send("/policies", {"content": content}, by=owner)
    assert answer.is_success, answer.text
    return str(answer.json()["item_id"]), owner


def test_a_figure_makes_an_item_payable_and_its_withdrawal_undoes_it_for_whoever_comes_later(desk: Desk) -> None:
    name = f"lpr_{random_code(8).lower()}"
    item, owner = published(desk, name)
    eventually(lambda: desk.listed(item, "met") is None, every=0.3)
    eventually(lambda: desk.applies(item, "outside_figure_missing"), every=0.3)

    lpr = {"name": name, "value": "3.1", "unit": "%", "source": "同业拆借中心", "as_of": "2024-10-21"}
    bureau = desk.stage.people.token(CHECKER)
    undated = desk.send("/outside-figures", {"figures": [lpr]}, by=bureau)
    assert (undated.status_code, [each["code"] for each in undated.json()["errors"]]) == (422, ["figure_undated"])
    lpr["valid_from"] = "2024-10-21"
    assert desk.send("/outside-figures", {"figures": [lpr]}, by=desk.enterprise).status_code == 403
    entered = desk.send("/outside-figures", {"figures": [lpr]}, by=bureau, key=f"key/{name}")
    assert entered.status_code == 201, entered.text
    again = desk.send("/outside-figures", {"figures": [lpr]}, by=bureau, key=f"key/{name}")
    assert again.json() == entered.json(), "the same order has the same answer"

    eventually(lambda: desk.listed(item, "met") == SUBSIDY, every=0.3)
    eventually(lambda: desk.applies(item), every=0.3)
    cases = eventually(
        lambda: [each for each in desk.read("/cases?limit=200", owner)["items"] if each["claim"]["item_id"] == item],
        every=0.3,
    )
    assert [(each["verdict"], each["amount_fen"], each["obstacles"]) for each in cases] == [("met", SUBSIDY, [])]

    (figure,) = desk.read(f"/outside-figures?name={name}")["items"]
    assert (figure["figure"]["value"], figure["withdrawn_at"]) == ("3.1", None)
    way = f"/outside-figures/{figure['figure_id']}/withdraw"
    assert desk.send(way, {"reason": "录入有误"}, by=bureau).is_success
    eventually(lambda: desk.listed(item, "met") is None, every=0.3)
    eventually(lambda: desk.applies(item, "outside_figure_missing", "duplicate_application"), every=0.3)
    (figure,) = desk.read(f"/outside-figures?name={name}&tenant={HERE}")["items"]
    assert figure["withdrawn_why"] == "录入有误"
