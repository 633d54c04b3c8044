"""A policy's whole life over HTTP: written, consulted on with one bureau silent, published, revised, suspended, resumed,
expired; and what enterprises are told on the way."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.foundation.ids import new_id, random_code
from chassis.testing.waiting import eventually
from chassis.time.clock import CHINA
from console.demo.actors import application_form
from console.demo.people import CHECKER, FINANCE, officer_of
from console.demo.preparation import Stage
from console.demo.scene import Claimed, item_content

REFORM = officer_of("章贡区发展和改革委员会")
PARTIES = [
    {"party": "development_reform", "department": "章贡区发展和改革委员会"},
    {"party": "finance", "department": "章贡区财政局"},
    {"party": "approval_bureau", "department": "章贡区行政审批局"},
]
MINOR = {"kind": "minor_change", "text": "仅更正表述，不涉及权利义务调整"}


@pytest.fixture(scope="module")
def stage(standing_house: House) -> Stage:
    """One enterprise with a file and an account, that has not applied yet."""
    standing_house.stand_up()
    stage = standing_house.prepare(small_scene("life", [INSTANT]))
    stage.people.appoint(REFORM)
    return stage


@dataclass
class Desk:
    """The department's desk, and everybody else's, at the gateway."""

    client: httpx.Client
    stage: Stage

    @property
    def claim(self) -> Claimed:
        return self.stage.scene.claims[0]

    @property
    def owner(self) -> str:
        return self.stage.people.token(officer_of(self.stage.scene.department_of(self.claim.item)))

    def send(
        self, way: str, body: Mapping[str, Any], *, by: str, version: int | None = None, method: str = "POST"
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {by}", "Idempotency-Key": f"test/{new_id()}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.client.request(method, f"/api/v1{way}", json=body, headers=headers)

    def done(self, way: str, body: Mapping[str, Any], **how: Any) -> dict[str, Any]:
        answer = self.send(way, body, **how)
        assert answer.is_success, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def read(self, way: str, by: str | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {by}"} if by else {}
        answer = self.client.get(f"/api/v1{way}", headers=headers)
        assert answer.is_success, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def applies(self, item_id: str, **changes: Any) -> tuple[int, set[str]]:
        """What comes of the enterprise's application: the status, and the codes of everything against it."""
        body = {**application_form(self.stage, self.claim), "item_id": item_id, **changes}
        answer = self.send("/applications", body, by=self.stage.enterprise_token(self.claim.enterprise))
        return answer.status_code, {each["code"] for each in answer.json().get("errors", ())}

    def heard_of(self, item_id: str) -> set[str]:
        """What intake has heard of the item, asked by an application that is wrong anyway: none is taken by it."""
        pledges = [*application_form(self.stage, self.claim).get("commitments", ()), "never_heard_of"]
        return self.applies(item_id, commitments=pledges)[1] - {"commitment_unknown"}


@pytest.fixture
def desk(house: House, stage: Stage) -> Iterator[Desk]:
    with house.client() as client:
        yield Desk(client, stage)


def new_text(desk: Desk) -> dict[str, Any]:
    """The sample's text as a new item's, in force until the end of next year."""
    content = copy.deepcopy(item_content(desk.claim.item))
    content["code"] = f"T-LIFE-{random_code(6)}"
    content["valid_to"] = f"{datetime.now(CHINA).year + 1}-12-31"
    return content


def days_pass(house: House, statement: str, subject: str) -> None:
    """Move a last day into the past, and what is due after it with it: tests cannot wait for days."""
    yesterday = (datetime.now(CHINA) - timedelta(days=1)).date()
    with house.database("catalog") as connection:
        connection.execute(statement, {"day": yesterday, "quoted": f'"{yesterday}"', "id": subject})  # type: ignore[arg-type]
        connection.execute("UPDATE job SET due_at = now() - interval '1 second' WHERE subject = %s", (subject,))


def consulted(house: House, desk: Desk, draft: Mapping[str, Any]) -> dict[str, Any]:
    """The three are asked; development and reform agrees, finance wishes for a change, the bureau says nothing."""
    way = f"/authoring/drafts/{draft['draft_id']}"
    until = str((datetime.now(CHINA) + timedelta(days=5)).date())
    desk.done(f"{way}/consultation", {"parties": PARTIES, "until": until}, by=desk.owner, version=draft["version"])
    finance = desk.stage.people.token(FINANCE)
    waiting = desk.read("/authoring/drafts?awaiting=true", finance)["drafts"]
    assert draft["draft_id"] in [each["draft_id"] for each in waiting]
    desk.done(f"{way}/answers", {"answer": "agree"}, by=desk.stage.people.token(REFORM))
    desk.done(f"{way}/answers", {"answer": "changes", "opinion": "写明资金来源"}, by=finance)
    statement = "UPDATE policy_draft SET rounds = jsonb_set(rounds, '{-1,until}', %(quoted)s::jsonb) WHERE id = %(id)s"
    days_pass(house, statement, draft["draft_id"])
    eventually(lambda: desk.read(way, desk.owner)["stage"] == "consulted", every=0.3)
    return desk.read(way, desk.owner)


def published_from_a_draft(house: House, desk: Desk, content: dict[str, Any]) -> str:
    """The item that a draft becomes after its consultation; → item id."""
    owner = desk.owner
    checked = desk.done("/authoring/check", {"content": {**content, "fair_competition": None}}, by=owner)
    assert [(each["where"], each["code"]) for each in checked["problems"]] == [
        ("/fair_competition", "fair_competition_missing")
    ]
    draft = desk.done("/authoring/drafts", {"content": content}, by=owner)
    assert desk.client.get(f"/api/v1/authoring/drafts/{draft['draft_id']}").status_code == 401

    closed = consulted(house, desk, draft)
    said = {each["party"]: each["answer"] for each in closed["rounds"][0]["answers"]}
    assert said == {"development_reform": "agree", "finance": "changes", "approval_bureau": "silent"}
    late = desk.send(
        f"/authoring/drafts/{draft['draft_id']}/answers", {"answer": "agree"}, by=desk.stage.people.token(CHECKER)
    )
    assert late.status_code == 409

    publish = {"reason": "新政策", "responses": [{"party": "finance", "text": "已写明"}]}
    way = f"/authoring/drafts/{draft['draft_id']}/publish"
    assert desk.send(way, publish, by=owner).status_code == 428
    assert desk.send(way, publish, by=owner, version=1).status_code == 412
    return str(desk.done(way, publish, by=owner, version=closed["version"])["item_id"])


def test_a_policy_lives_from_its_draft_to_its_end(house: House, desk: Desk) -> None:
    content, owner = new_text(desk), desk.owner
    item_id = published_from_a_draft(house, desk, content)
    assert desk.read(f"/policies/{item_id}")["state"] == "published"
    item = f"/authoring/items/{item_id}"
    revised = {"content": {**content, "title": "修订后的事项"}, "reason": "更正名称", "ground": MINOR}
    assert desk.done(f"{item}/revise", revised, by=owner, version=1)["item_version"] == 2
    assert desk.send(f"{item}/revise", revised, by=owner, version=1).status_code == 412
    assert desk.read(f"/policies/{item_id}?version=1")["content"]["title"] == content["title"]

    desk.done(f"{item}/suspend", {"reason": "年度资金用完"}, by=owner, version=2)
    eventually(lambda: desk.heard_of(item_id) == {"item_suspended"}, every=0.3)
    assert desk.applies(item_id) == (422, {"item_suspended"})
    desk.done(f"{item}/resume", {"reason": "资金已补充"}, by=owner, version=3)
    eventually(lambda: desk.heard_of(item_id) == set(), every=0.3)
    assert desk.applies(item_id) == (201, set())

    days_pass(house, "UPDATE policy_item SET expires_on = %(day)s WHERE id = %(id)s", item_id)
    eventually(lambda: desk.read(f"/policies/{item_id}")["state"] == "expired", every=0.3)
    eventually(lambda: desk.heard_of(item_id) == {"item_expired", "duplicate_application"}, every=0.3)

    told = desk.read(f"{item}/history", owner)["changes"]
    names = [each["action_name"] for each in told if each["subject"] == "item"]
    assert names == ["到期", "恢复", "暂停", "修订", "发布"]
    (retitled,) = next(each for each in told if each["action"] == "revised")["differences"]
    assert (retitled["label"], retitled["after"]) == ("事项名称", "修订后的事项")
    listed = desk.read("/authoring/items?state=expired", owner)["items"]
    assert item_id in [each["item_id"] for each in listed]
    house.must_hold()
