"""Short ways to write plans and answers in tests, and strategies that make them up."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import strategies as st

from console.place import CHECKOUT
from contracts.rule import Plan
from rules.plan_run import PlannedStep, SlotAnswer, SlotPlace, planned_steps
from tests.unit.rules.rule_writing import item_rules

PAPERS: dict[str, Any] = {"kind": "material_check"}
APPROVAL: dict[str, Any] = {"kind": "approval"}
NOTICE: dict[str, Any] = {
    "kind": "public_notice",
    "period": {"limit": 5, "unit": "working_days"},
    "first_day_counts": False,
}
GUIDE = (CHECKOUT / "docs" / "rules.md").read_text(encoding="utf-8")
(_EXAMPLE,) = re.findall(r"```json plan\n(.*?)```", GUIDE, re.DOTALL)
GUIDE_PLAN: dict[str, Any] = json.loads(_EXAMPLE)
"""The example of the guide: a plan with all that a plan may have."""

PROJECT_AWARD: dict[str, Any] = {
    "node": "decided",
    "decision": "project_award",
    "by": "评审专家组",
    "max": {"node": "fixed", "value": "500", "unit": "万元"},
}
"""The amount whose figure the panel of that plan sets."""

PEOPLE = tuple("甲乙丙丁戊")
DEPARTMENTS = ("信用", "统计", "公安", "税务")
DUTIES = ("初审岗", "复核岗", "分管领导")


def checks(*departments: str, **more: Any) -> dict[str, Any]:
    return {"kind": "joint_check", "departments": departments or DEPARTMENTS[:2], **more}


def approved_by(*duties: str, **more: Any) -> dict[str, Any]:
    return {**APPROVAL, "duties": duties, **more}


def beside(step: dict[str, Any]) -> dict[str, Any]:
    return {**step, "beside_previous": True}


def plan_of(*steps: dict[str, Any], **more: Any) -> Plan:
    return item_rules(plan={"steps": steps, **more}).plan


def steps_of(*steps: dict[str, Any], instalment: int = 1) -> tuple[PlannedStep, ...]:
    return planned_steps(plan_of(*steps), instalment)


def yes(step: int, slot: str = "", by: str = "甲") -> SlotAnswer:
    return SlotAnswer(step, slot, "passed", by)


def no(step: int, slot: str = "", by: str = "甲") -> SlotAnswer:
    return SlotAnswer(step, slot, "failed", by)


def back(step: int, slot: str = "", by: str = "甲") -> SlotAnswer:
    return SlotAnswer(step, slot, "withdrawn", by)


def _several(names: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), min_size=1, max_size=len(names), unique=True).map(tuple)


@st.composite
def _with_quorum(draw: st.DrawFn, kind: str, field: str, names: tuple[str, ...]) -> dict[str, Any]:
    asked = draw(_several(names))
    quorum = draw(st.sampled_from(["all", "any"]) | st.integers(1, len(asked)))
    return {"kind": kind, field: asked, "passes_when": quorum}


@st.composite
def _steps(draw: st.DrawFn) -> list[dict[str, Any]]:
    one = st.one_of(
        st.sampled_from([PAPERS, NOTICE, {"kind": "panel"}, {"kind": "site_inspection"}]),
        _with_quorum("joint_check", "departments", DEPARTMENTS),
        _with_quorum("approval", "duties", DUTIES),
    )
    drawn = draw(st.lists(one, min_size=0, max_size=6))
    drawn.insert(draw(st.integers(0, len(drawn))), draw(_with_quorum("approval", "duties", DUTIES)))
    apart = st.sampled_from(["steps", "approvals"])
    return [
        {**step, "beside_previous": draw(st.booleans()), **({"apart_from": draw(apart)} if "duties" in step else {})}
        for step in drawn
    ]


plans = _steps().map(lambda steps: plan_of(*steps))
"""Any plan with an approval, also such as publication refuses: the engine gets on with all of them."""


def places_of(steps: tuple[PlannedStep, ...]) -> list[SlotPlace]:
    return [SlotPlace(step.number, slot) for step in steps for slot in step.slots]


@st.composite
def answers_to(draw: st.DrawFn, steps: tuple[PlannedStep, ...], *, most: int = 25) -> list[SlotAnswer]:
    """Any answers, in any order, whether or not anybody was asked; half of the time after everybody has agreed."""
    verdicts = st.sampled_from(["passed", "passed", "passed", "failed", "withdrawn"])
    one = st.builds(
        lambda place, verdict, by: SlotAnswer(place.step, place.slot, verdict, by),
        st.sampled_from(places_of(steps)),
        verdicts,
        st.sampled_from(PEOPLE),
    )
    agreed = (
        [yes(*place, by=draw(st.sampled_from(PEOPLE))) for place in places_of(steps)] if draw(st.booleans()) else []
    )
    return [*agreed, *draw(st.lists(one, max_size=most))]
