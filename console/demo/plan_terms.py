"""What the words of the scene's plans mean, said once as a county's own people would say it: who approves, who is asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from console.demo.door import DemoDoor, NoAnswer
from console.demo.people import DemoPeople
from console.demo.scene import HERE, digest

PATIENCE_S = 120.0
"""As long as any call of the scene is tried: whoever has to hear of a meaning may be killed and started again."""

PAUSE_S = 0.2

SOURCES: Mapping[str, str] = {
    "税务": "tax",
    "社保": "social_security",
    "统计": "statistics",
    "信用": "credit_platform",
    "失信": "credit_platform",
    "经营异常": "market_regulation",
    "环保": "ecology",
}
"""A part of what plans call a source → the source, where it holds records that we know. All others are departments."""


def map_terms(door: DemoDoor, people: DemoPeople, platform_token: str) -> int:
    """Says what every word means that an item on offer here uses and nobody has said the meaning of; → how many.

    Raises NoAnswer if the catalogue does not come to hear of it.
    """
    said: set[tuple[str, str]] = set()
    deadline = time.monotonic() + PATIENCE_S
    while terms := door.everything("/plan-terms/unmapped", token=platform_token, tenant=HERE):
        if time.monotonic() > deadline:
            raise NoAnswer(f"plan terms without a meaning: {[each['term'] for each in terms]}")
        for each in terms:
            if (each["use"], each["term"]) not in said:
                _map(each["use"], each["term"], door, people.department, platform_token)
                said.add((each["use"], each["term"]))
        time.sleep(PAUSE_S)
    return len(said)


def meaning_of(use: str, term: str, department: Callable[[str], str]) -> dict[str, Any]:
    """An approver is the leader of the item's own department; a check is a source, or the department of that name."""
    if use == "approver":
        return {"to": "duty", "kind": "leader"}
    source = next((source for part, source in SOURCES.items() if part in term), None)
    if use == "check" and source is not None:
        return {"to": "source", "source": source}
    return {"to": "department", "department_id": department(term)}


def _map(use: str, term: str, door: DemoDoor, department: Callable[[str], str], platform_token: str) -> None:
    body = {"tenant": HERE, "use": use, "term": term, "meaning": meaning_of(use, term, department)}
    door.order("/plan-terms", token=platform_token, key=f"demo/plan-term/{digest(body)}", body=body)
