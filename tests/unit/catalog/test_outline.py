"""Rules that are still being written are said place by place, whatever is missing beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rules import guide_sentences, sentences
from services.catalog.policies.outline import outline
from tests.unit.rules.sample_files import ITEMS

OUTPUT = {"name": "output", "label": "产值", "kind": "number", "unit": "亿元"}
ENOUGH = {"node": "condition", "fact": "output", "period": "Y-1", "operator": "ge", "value": "1", "unit": "亿元"}


def nodes(part: Any, where: str = "") -> Iterator[str]:
    if isinstance(part, dict):
        if "node" in part and where:
            yield where
        for name, each in part.items():
            yield from nodes(each, f"{where}/{name}")
    elif isinstance(part, list):
        for index, each in enumerate(part):
            yield from nodes(each, f"{where}/{index}")


@pytest.mark.parametrize("code", ITEMS)
def test_every_node_of_a_sample_is_said(code: str) -> None:
    rules = ITEMS[code].rules
    text, said = rules.model_dump(mode="json", exclude_none=True), outline(rules.model_dump(mode="json"))
    inside = ("/order", "/split", "/shares/otherwise")
    assert [where for where in nodes(text) if where not in said and not where.endswith(inside)] == []
    whole = sentences(rules)
    assert f"{said['/eligibility']}。" == whole.eligibility
    assert said["/plan"] == whole.plan
    assert said["/shares"] == whole.shares


def test_what_is_sound_is_said_while_its_neighbour_is_not() -> None:
    rules = {
        "fact_types": [OUTPUT, {"name": "broken"}],
        "eligibility": {"node": "all", "of": [ENOUGH, {"node": "condition", "fact": "output"}, "?"]},
        "amount": {"node": "rate", "base": {"node": "fact", "fact": "output"}},
        "stacking": [{"node": "once_per"}, {"node": "unheard"}],
    }
    assert outline(rules) == {
        "/eligibility/of/0": "上年度产值在 1 亿元以上（含）",
        "/amount/base": "产值",
        "/stacking/0": "每家企业累计最多享受 1 次。",
    }


def test_a_year_that_is_written_down_is_said() -> None:
    rules = {"fact_types": [OUTPUT], "reference_year": 2025, "eligibility": ENOUGH}
    assert outline(rules)["/eligibility"] == "2024年度产值在 1 亿元以上（含）"


@pytest.mark.parametrize("rules", [{}, {"eligibility": [], "plan": "x", "stacking": 3, "quotas": [None]}])
def test_what_is_no_rule_is_not_said(rules: dict[str, Any]) -> None:
    assert outline(rules) == {}


def test_a_tree_without_end_is_looked_at_as_far_as_it_can_be() -> None:
    deep: dict[str, Any] = ENOUGH
    for _ in range(3000):
        deep = {"node": "not", "of": deep}
    assert "/eligibility/of/of" not in outline({"eligibility": deep})


@pytest.mark.parametrize("code", sorted(set(ITEMS) - {"SC-018"}))
def test_the_guides_of_the_samples_are_what_is_written_from_their_rules(code: str) -> None:
    guide = ITEMS[code].guide
    assert {name: getattr(guide, name) for name in guide_sentences(ITEMS[code].rules)} == guide_sentences(
        ITEMS[code].rules
    )
