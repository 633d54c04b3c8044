"""docs/rules.md: every example is one that the language takes, and every node has an example."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from console.place import CHECKOUT
from contracts.rule import (
    AmountRule,
    DateRef,
    Eligibility,
    FactType,
    Instalments,
    ParameterType,
    Payees,
    Plan,
    Quota,
    RoundingRule,
    Shares,
    Stacking,
)

GUIDE = (CHECKOUT / "docs" / "rules.md").read_text()
EXAMPLES = re.findall(r"```json (\w+)\n(.*?)```", GUIDE, re.DOTALL)
TREES: dict[str, TypeAdapter[Any]] = {
    "eligibility": TypeAdapter(Eligibility),
    "amount": TypeAdapter(AmountRule),
    "value": TypeAdapter(AmountRule),
    "date": TypeAdapter(DateRef),
    "shares": TypeAdapter(Shares),
    "payees": TypeAdapter(Payees),
    "plan": TypeAdapter(Plan),
    "instalments": TypeAdapter(Instalments),
    "stacking": TypeAdapter(Stacking),
    "quota": TypeAdapter(Quota),
    "parameter": TypeAdapter(ParameterType),
    "fact_types": TypeAdapter(tuple[FactType, ...]),
    "rounding": TypeAdapter(RoundingRule),
}
FILES = {"facts", "awards", "cohort"}
"""Whole files for `./zhida rules run`, which its own tests read."""


@pytest.mark.parametrize(("kind", "text"), [each for each in EXAMPLES if each[0] not in FILES])
def test_an_example_of_the_guide_is_understood(kind: str, text: str) -> None:
    TREES[kind].validate_json(text)


def nodes_in(schema: Any) -> Iterator[str]:
    """Every value that a `node` may have."""
    if isinstance(schema, dict):
        node = schema.get("properties", {}).get("node", {})
        if "const" in node:
            yield node["const"]
        for each in schema.values():
            yield from nodes_in(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from nodes_in(each)


def test_every_node_of_the_language_is_in_the_guide() -> None:
    known = {node for tree in TREES.values() for node in nodes_in(tree.json_schema())}
    told = {word for _kind, text in EXAMPLES for word in re.findall(r'"node": "(\w+)"', text)}
    assert known - told - {"first_come", "all", "any", "start_of"} == set()
    assert {name for name in ("first_come", "all", "any", "start_of") if name not in GUIDE} == set()


def test_the_examples_are_json() -> None:
    assert len(EXAMPLES) > 40
    for _kind, text in EXAMPLES:
        json.loads(text)
