"""What a draft would cost, beside the budget of its department: two owners' answers in one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from fastapi import Request
from starlette.responses import Response

from chassis.time.clock import FixedClock
from console.policy.items import sample_item
from contracts.entitlements import CostedPreview, PreviewItem
from contracts.message import Actor
from gateway.api import entitlements
from gateway.bus import OutcomeUnknown
from gateway.door import Door
from gateway.identity.views import Principal

OFFICER = Principal("zhanggong", Actor(id="officer", roles=frozenset({"department"}), department="章贡区工信局"))
REACHED = {
    "met": 3, "not_met": 5, "undetermined": 2, "known_fen": 600, "valued": 3, "unvalued": 0, "lowest_fen": 600,
    "highest_fen": 600, "uncounted": 0, "matched_at": "2026-03-10T04:00:00Z",
}  # fmt: skip
LINE = {
    "line_id": "l-1", "year": 2027, "department": "章贡区工信局", "item_id": None, "mode": "quota",
    "appropriated_fen": 1000, "reserved_fen": 0, "settled_fen": 0, "returned_fen": 0, "swept_fen": 0,
    "available_fen": 1000, "version": 1,
}  # fmt: skip


class Bus:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers
        self.asked: dict[str, dict[str, Any]] = {}

    async def call(self, _service: str, method: str, payload: dict[str, Any], **_: Any) -> dict[str, Any]:
        self.asked[method] = payload["body"]
        answer = self._answers[method]
        if isinstance(answer, Exception):
            raise answer
        return cast("dict[str, Any]", answer)


def previewed(bus: Bus) -> Any:
    # Seven in the morning of the first of January in China.
    clock = FixedClock(datetime(2026, 12, 31, 23, tzinfo=UTC))
    state = SimpleNamespace(bus=bus, frame=SimpleNamespace(clock=clock))
    request = cast("Request", SimpleNamespace(app=SimpleNamespace(state=state), scope={}))
    query = PreviewItem(content=sample_item("NM-002"))

    async def asked() -> Response:
        return await entitlements.preview_item(Door(request, OFFICER), query)

    return asyncio.run(asked())


def test_the_departments_budget_of_the_year_in_china_stands_beside_the_cost() -> None:
    bus = Bus(preview_item={"ok": REACHED}, list_budget_lines={"ok": {"items": [LINE], "next_cursor": None}})
    shown = CostedPreview.model_validate_json(previewed(bus).body)
    assert shown.budget is not None
    assert (shown.known_fen, shown.budget[0].available_fen) == (600, 1000)
    asked = bus.asked["list_budget_lines"]
    assert (asked["year"], asked["department"]) == (2027, sample_item("NM-002").rules.plan.department)


@pytest.mark.parametrize("silence", [OutcomeUnknown("treasury is away"), {"fault": {"retryable": True}}])
def test_the_cost_is_told_while_treasury_does_not_answer(silence: Any) -> None:
    shown = orjson.loads(previewed(Bus(preview_item={"ok": REACHED}, list_budget_lines=silence)).body)
    assert (shown["known_fen"], shown["budget"]) == (600, None)


def test_a_refused_preview_asks_for_no_budget() -> None:
    refused = {"kind": "invalid", "code": "rule_invalid", "message": "规则有误。"}
    bus = Bus(preview_item={"refused": refused})
    assert previewed(bus).status_code == 422
    assert "list_budget_lines" not in bus.asked


def test_the_document_names_the_composed_answer() -> None:
    (declared,) = (each for each in entitlements.routes.declared if each.function is entitlements.preview_item)
    assert declared.answer is CostedPreview
