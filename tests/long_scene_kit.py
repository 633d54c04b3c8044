"""A scene of long cases: the item with a plan that asks for nearly everything, and what must be in place for it.

A supplement, materials, two departments in a joint check, a public notice, a batch that two persons fix, an approval that can be
taken back, and a second instalment.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.testing.waiting import eventually
from console.demo.people import officer_of
from console.demo.preparation import Stage
from console.demo.scene import HERE, Scene
from contracts.authoring import GUIDE_PARTS
from contracts.item import PolicyItemContent
from services.catalog.policies.guides import written_anew

CODE = "ZJ-905"
ASKED = ("联审单位甲（示例）", "联审单位乙（示例）")
NOTICE = {"kind": "public_notice", "period": {"limit": 1, "unit": "calendar_days"}, "first_day_counts": False}
RANKED = {
    "places": 10_000,
    "order": {
        "node": "ranked",
        "keys": [{"by": {"node": "fact", "fact": "software_revenue_first_reach", "period": "Y"}}],
    },
}
HALVES = {
    "node": "instalments",
    "parts": [
        {"label": "首期", "fraction": "1/2"},
        {"label": "第二期", "fraction": "1/2", "due_on": {"node": "day", "day": "2026-01-01"}},
    ],
}
UNDO_MINUTES = 30


def long_scene(name: str, count: int, *, code: str = CODE, mode: str = "instant") -> Scene:
    """So many new enterprises that claim the item with the long plan; `mode` no_application: that are listed for it."""
    scene = small_scene(name, [INSTANT] * count)
    (content,) = scene.items.values()
    long: dict[str, Any] = copy.deepcopy(dict(content))
    long |= {"code": code, "title": f"{long['title']}（多步骤 {code}）"}
    plan = long["rules"]["plan"]
    check, approval = plan["steps"]
    plan["steps"] = [check, {"kind": "joint_check", "departments": list(ASKED)}, NOTICE, approval]
    plan["materials"][0].pop("commitment")  # somebody has to look at the original
    claims = tuple(replace(claim, item=code) for claim in scene.claims)
    if mode == "no_application":
        plan |= {"mode": mode, "form_fields": [], "review_limit": None, "materials": []}
        plan["steps"] = [plan["steps"][1], approval]
        # Nobody fills in a form: what the enterprise would have declared is in its file.
        claims = tuple(_listed(claim) for claim in claims)
    else:
        long["rules"] |= {"quotas": [RANKED], "instalments": HALVES}
    content = PolicyItemContent.model_validate(long)
    return Scene(scene.name, {code: written_anew(content, GUIDE_PARTS).model_dump(mode="json")}, claims)


def _listed(claim: Any) -> Any:
    told = [{**fact, "source": "章贡区工信局"} for fact in claim.declared_facts]
    return replace(
        claim,
        route="nomination",
        declared_facts=(),
        enterprise=replace(claim.enterprise, file_facts=(*claim.enterprise.file_facts, *told)),
    )


def prepared(house: House, scene: Scene) -> Stage:
    """Everything is in place, the people of the joint check included."""
    stage = house.prepare(scene)
    if (times := times_of(stage)) > 1:  # there is money for all of it; each time a part is due
        claims = tuple(replace(claim, expected_fen=claim.expected_fen // times) for claim in scene.claims)
        stage.scene = replace(scene, claims=claims)
    for department in ASKED:
        stage.people.appoint(officer_of(department))
    return stage


@contextmanager
def undo_window(house: House, minutes: int = UNDO_MINUTES) -> Iterator[None]:
    """Decisions can be taken back for so long in the county, while the block runs."""
    _change_window(house, minutes)
    try:
        yield
    finally:
        _change_window(house, 0)


def _change_window(house: House, minutes: int) -> None:
    with house.client() as client:
        own = {"Authorization": f"Bearer {house.platform_token}"}
        seen = client.get(f"/api/v1/tenants/{HERE}", headers=own)
        tenant = seen.json()
        body = {name: tenant[name] for name in ("parent_id", "division_code", "name")}
        body |= {"settings": tenant["settings"] | {"undo_minutes": minutes}, "why": "测试：撤回决定的时限"}
        key = f"test/undo/{minutes}/{tenant['version']}"
        answer = client.put(
            f"/api/v1/tenants/{HERE}",
            json=body,
            headers=own | {"Idempotency-Key": key, "If-Match": seen.headers["ETag"]},
        )
        assert answer.is_success, answer.text
    heard = "SELECT count(*) FROM tenant WHERE id = %s AND coalesce((settings ->> 'undo_minutes')::int, 0) = %s"
    eventually(lambda: house.count("review", heard, [HERE, minutes]) == 1)


def list_of(stage: Stage) -> dict[str, Any]:
    """The scene's claims as one list."""
    (code,) = stage.scene.items
    lines = [
        {"enterprise_id": stage.enterprises[each.enterprise.uscc], "amount_fen": each.expected_fen}
        for each in stage.scene.claims
    ]
    return {"item_id": stage.items[code], "lines": lines}


def times_of(stage: Stage) -> int:
    """How often the item pays each claim, each time as much as is expected."""
    (content,) = stage.scene.items.values()
    return len(content["rules"]["instalments"]["parts"]) if content["rules"].get("instalments") else 1
