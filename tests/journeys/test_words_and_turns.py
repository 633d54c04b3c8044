"""What plans' words mean is said once, a case waits for it; and whoever's turn it is finds it in the inbox of the duty."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.foundation.ids import new_id, random_code
from chassis.testing.waiting import eventually
from console.demo.actors import application_form
from console.demo.door import DemoDoor, RequestRefused
from console.demo.people import CHECKER, officer_of
from console.demo.preparation import Stage
from console.demo.scene import HERE, Claimed


@pytest.fixture(scope="module")
def stage(standing_house: House) -> Stage:
    standing_house.stand_up()
    return standing_house.prepare(small_scene("turns", [INSTANT]))


@pytest.fixture
def door(stage: Stage) -> DemoDoor:
    return stage.door


def claim_of(stage: Stage) -> Claimed:
    return stage.scene.claims[0]


def owner(stage: Stage) -> str:
    return stage.people.token(officer_of(stage.scene.department_of(claim_of(stage).item)))


def published_with(stage: Stage, approver: str) -> dict[str, Any]:
    """The scene's item once more under another code, approved by somebody whom nobody here has heard of."""
    content = copy.deepcopy(dict(stage.scene.items[claim_of(stage).item]))
    content["code"] = f"T-{random_code(6)}"
    for step in content["rules"]["plan"]["steps"]:
        if step["kind"] == "approval":
            step["duties"] = [approver]
    return stage.door.order("/policies", token=owner(stage), key=f"turns/{new_id()}", body={"content": content})


def applies(stage: Stage, item_id: str) -> str:
    """The enterprise applies; → the receipt number."""
    form = {**application_form(stage, claim_of(stage)), "item_id": item_id}
    token = stage.enterprise_token(claim_of(stage).enterprise)

    def filed() -> dict[str, Any] | None:
        try:
            return stage.door.order("/applications", token=token, key=f"turns/{new_id()}", body=form)
        except RequestRefused:  # intake has not heard of the item yet
            return None

    return str(eventually(filed, within=60)["receipt"])  # type: ignore[index]


def case_of(stage: Stage, receipt: str) -> dict[str, Any] | None:
    cases = stage.door.everything("/cases", token=owner(stage), state="accepted")
    return next((each for each in cases if each["claim"]["receipt"] == receipt), None)


def messages(door: DemoDoor, token: str, kind: str) -> list[dict[str, Any]]:
    return [each for each in door.everything("/my/duty-messages", token=token) if each["kind"] == kind]


def test_a_published_plan_that_is_unmapped_holds_its_cases_until_somebody_has_said_what_it_means(
    stage: Stage, door: DemoDoor, standing_house: House
) -> None:
    approver = f"从未听说的审批岗{random_code(4)}"
    item = published_with(stage, approver)
    assert [each["term"] for each in item["unmapped"] if each["use"] == "approver"] == [approver]
    listed = door.everything("/plan-terms/unmapped", token=owner(stage))
    assert [each["items"][0]["item_id"] for each in listed if each["term"] == approver] == [item["item_id"]]
    platform = door.everything("/plan-terms/unmapped", token=standing_house.platform_token, tenant=HERE)
    assert approver in [each["term"] for each in platform]
    with pytest.raises(RequestRefused, match="tenant_not_yours"):
        door.ask("/plan-terms/unmapped", token=owner(stage), tenant="ganzhou")
    receipt = applies(stage, item["item_id"])
    case = eventually(lambda: case_of(stage, receipt), within=60)
    assert case is not None
    assert [each["code"] for each in case["obstacles"]] == ["plan_term_unmapped"]
    meaning = {"use": "approver", "term": approver, "meaning": {"to": "duty", "kind": "leader"}}
    door.order("/plan-terms", token=owner(stage), key=f"turns/{new_id()}", body=meaning)
    eventually(lambda: (case_of(stage, receipt) or {}).get("obstacles") == [], within=60)
    assert approver not in [each["term"] for each in door.everything("/plan-terms/unmapped", token=owner(stage))]


def test_whoever_holds_the_duty_finds_the_work_in_the_inbox_and_reads_it_alone(
    stage: Stage, door: DemoDoor, standing_house: House
) -> None:
    standing_house.play(stage)
    officer, checker = owner(stage), stage.people.token(CHECKER)
    cases = eventually(lambda: messages(door, officer, "case_to_review"), within=60)
    assert cases[0]["text"].endswith("件新办件待审核")
    assert cases[0]["subjects"][0]["subject_type"] == "case"
    assert messages(door, checker, "case_to_review") == []
    (first, *_) = eventually(lambda: messages(door, checker, "payment_to_release"), within=60)
    assert first["department_id"] is not None, "the approval bureau is in the register"
    unread = int(door.ask("/my/duty-messages/count", token=checker)["unread"])
    read = door.order(f"/my/duty-messages/{first['message_id']}/read", token=checker, key=f"turns/{new_id()}")
    assert (read["message_id"], read["unread"]) == (first["message_id"], False)
    assert int(door.ask("/my/duty-messages/count", token=checker)["unread"]) == unread - 1


def test_an_enterprises_people_count_and_read_their_own_messages(stage: Stage, door: DemoDoor) -> None:
    token = stage.enterprise_token(claim_of(stage).enterprise)

    def unread() -> int:
        return int(door.ask("/my/messages/count", token=token)["unread"])

    assert eventually(unread, within=60)
    inbox = [each for each in door.everything("/my/messages", token=token) if each["unread"]]
    before = unread()
    door.order(f"/my/messages/{inbox[0]['message_id']}/read", token=token, key=f"turns/{new_id()}")
    assert unread() == before - 1


def test_tracking_says_whose_turn_it_is(stage: Stage, door: DemoDoor, standing_house: House) -> None:
    item = published_with(stage, "政策主管部门审批岗")
    receipt = applies(stage, item["item_id"])
    token = stage.enterprise_token(claim_of(stage).enterprise)

    def tracked() -> dict[str, Any] | None:
        own = door.everything("/my/cases", token=token)
        return next((each for each in own if (each["receipt"], each["state"]) == (receipt, "accepted")), None)

    case = eventually(tracked, within=60)
    assert case is not None
    assert case["turn"] == stage.scene.department_of(claim_of(stage).item)
