"""Before the first case: tenants, offices, items, money, enterprises with their files and accounts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from chassis.time.clock import CHINA
from console.demo.door import DemoDoor, RequestRefused
from console.demo.people import (
    ACCOUNTS,
    FINANCE,
    PARTNER,
    STANDING,
    WINDOW,
    DemoPeople,
    enterprise_office,
    leader_of,
    officer_of,
    second_officer_of,
)
from console.demo.plan_terms import map_terms
from console.demo.scene import PLACES, Scene, SceneEnterprise, ScenePlace, digest
from console.progress import Progress

AT_ONCE = 6
"""Calls side by side: enough to keep two cores busy."""

STEP_FEN = 10_000_000
"""Budget lines are rounded up to 100,000 yuan."""

DEPARTMENT_HEARD_TRIES = 20
"""Seconds until treasury has heard of a department at the latest."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass
class Stage:
    """Everything is in place: ids by the scene's own names."""

    scene: Scene
    door: DemoDoor
    people: DemoPeople
    items: dict[str, str] = field(default_factory=dict)
    enterprises: dict[str, str] = field(default_factory=dict)

    def enterprise_token(self, enterprise: SceneEnterprise) -> str:
        return self.people.token(enterprise_office(enterprise.uscc, enterprise.name, self.enterprises[enterprise.uscc]))


def prepare(scene: Scene, door: DemoDoor, platform_token: str, progress: Progress) -> Stage:
    """Brings about what the scene needs; what is there already is left as it is. Raises Refused, NoAnswer."""
    stage = Stage(scene, door, DemoPeople(door, platform_token))
    with progress.step("开通地区：赣州、兴国、章贡"):
        for place in PLACES:
            _onboard(place, door, platform_token)
    with progress.step("发放凭证"):
        own = [
            make(department) for department in scene.departments for make in (officer_of, second_officer_of, leader_of)
        ]
        _each((*STANDING, *own), stage.people.appoint)
    with progress.step(f"发布事项 {len(scene.items)} 项（示例）"):
        stage.items.update(zip(scene.items, _each(scene.items, lambda code: _publish(stage, code)), strict=True))
    with progress.step("对应计划用语：谁审批、向谁核验"):
        map_terms(door, stage.people, platform_token)
    with progress.step("下达预算指标（示例文号）"):
        _each(enumerate(scene.items, start=1), lambda numbered: _appropriate(stage, *numbered))
    with progress.step(f"登记企业 {len(scene.enterprises)} 家，归集数据，复核账户"):
        _each(scene.enterprises, lambda enterprise: _register(stage, enterprise))
    return stage


def _each(things: Iterable[T], act: Callable[[T], R]) -> list[R]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(act, things))


def _onboard(place: ScenePlace, door: DemoDoor, platform_token: str) -> None:
    body = {
        "id": place.id,
        "parent_id": place.parent_id,
        "level": place.level,
        "division_code": place.division_code,
        "name": place.name,
        "settings": place.settings,
    }
    door.order("/tenants", token=platform_token, key=f"demo/tenant/{place.id}", body=body)


def _publish(stage: Stage, code: str) -> str:
    """The item's id. Another text of the same item is another command, which makes its next version."""
    content = stage.scene.items[code]
    officer = officer_of(stage.scene.department_of(code))
    view = stage.door.order(
        "/policies",
        token=stage.people.token(officer),
        key=f"demo/item/{code}/{digest(content)}",
        body={"content": content},
    )
    return str(view["item_id"])


def _appropriate(stage: Stage, number: int, code: str) -> None:
    """One line per item, as much as the scene's claims come to, rounded up; the document's number is a sample's.

    Treasury hears of departments by event: one that was registered a moment ago may not be known there yet, and an order that
    was refused stays refused.
    """
    claims = (*stage.scene.claims, *filter(None, (stage.scene.to_try,)))
    needed = sum(claim.expected_fen for claim in claims if claim.item == code)
    year = datetime.now(CHINA).year
    body = {
        "year": year,
        "department": stage.scene.department_of(code),
        "item_id": stage.items[code],
        "amount_fen": -(-needed // STEP_FEN) * STEP_FEN,
    }
    mark = digest({**body, "scene": stage.scene.name})
    body["document_number"] = f"章财示例〔{year}〕{number}号（{mark[:6]}）"
    for attempt in range(DEPARTMENT_HEARD_TRIES):
        try:
            key = f"demo/budget/{stage.scene.name}/{mark}/{attempt}"
            stage.door.order("/budgets", token=stage.people.token(FINANCE), key=key, body=body)
            return
        except RequestRefused as refused:
            if "department_unknown" not in refused.reasons or attempt == DEPARTMENT_HEARD_TRIES - 1:
                raise
            time.sleep(1.0)


def _register(stage: Stage, enterprise: SceneEnterprise) -> None:
    """The window opens the file, the data exchange fills it, the enterprise names its account, the bureau confirms
    it."""
    door, people = stage.door, stage.people
    body = {
        "uscc": enterprise.uscc,
        "name": enterprise.name,
        "industry": enterprise.industry,
        "contact_mobile": enterprise.contact_mobile,
    }
    file = door.order("/enterprises", token=people.token(WINDOW), key=f"demo/enterprise/{enterprise.uscc}", body=body)
    enterprise_id = str(file["enterprise_id"])
    token = people.appoint(enterprise_office(enterprise.uscc, enterprise.name, enterprise_id))
    door.order(
        f"/enterprises/{enterprise_id}/facts",
        token=people.token(PARTNER),
        key=f"demo/facts/{enterprise.uscc}/{digest(enterprise.file_facts)}",
        body={"facts": enterprise.file_facts},
    )
    account = door.order(
        f"/enterprises/{enterprise_id}/payee-accounts",
        token=token,
        key=f"demo/account/{enterprise.uscc}/{digest(enterprise.account)}",
        body=enterprise.account,
    )
    door.order(
        f"/payee-accounts/{account['account_id']}/confirm",
        token=people.token(ACCOUNTS),
        key=f"demo/account-confirmed/{account['account_id']}",
        version=account["version"],
    )
    stage.enterprises[enterprise.uscc] = enterprise_id
