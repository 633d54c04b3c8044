"""Real items with pieces of one another put in random places: refused with reasons, or evaluated without a fault."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from console.place import CHECKOUT
from contracts.money import Money
from contracts.rule import AwardHistory, Fact, FactSheet, FactType, ItemRules, ParameterValue
from rules import assess, check, sentences
from tests.unit.rules.rule_writing import AS_OF, TODAY

PARTS = (
    "eligibility",
    "amount",
    "instalments",
    "payees",
    "shares",
    "quotas",
    "stacking",
    "rounding",
    "values",
    "bounds",
)
FOLDERS = ("sample/items", "tests/unit/rules/unseen", "tests/unit/rules/unseen_forty")
WRITTEN = [
    json.loads(file.read_text("utf-8")) for folder in FOLDERS for file in sorted((CHECKOUT / folder).glob("*.json"))
]
ITEMS = [each["rules"] for each in WRITTEN if "rules" in each]


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything below."""
    yield path
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, each in steps:
        yield from places(each, (*path, step))


def at(tree: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        tree = tree[step]
    return tree


DAYS = st.sampled_from(["2023-02-28", "2024-12-31", "2026-03-16"])
CONDITIONS = {"condition", "compare", "compare_dates", "compound_growth", "all", "any", "n_of", "not"}
OTHERS = {
    "day",
    "date_fact",
    "start_of",
    "end_of",
    "today",
    "shifted",
    "earliest",
    "latest",
    "same_choice",
    "split",
    "split_by",
    "payees",
    "quota",
}


def kind_of(piece: Any) -> str:
    """What a piece may stand for: a condition, an amount, a node of another kind, or whatever else."""
    if not isinstance(piece, dict) or not isinstance(piece.get("node"), str):
        return type(piece).__name__
    if piece["node"] in CONDITIONS:
        return "condition"
    return str(piece["node"]) if piece["node"] in OTHERS else "amount"


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """An item with one to three of its pieces replaced by pieces of this one or another, mostly of their kind."""
    rules = copy.deepcopy(draw(st.sampled_from(ITEMS)))
    donor = draw(st.sampled_from([rules, *ITEMS]))
    for declared in ("fact_types", "parameters", "values"):
        both = copy.deepcopy([*donor.get(declared, ()), *rules.get(declared, ())])
        rules[declared] = [*{each["name"]: each for each in both}.values()]
    for _ in range(draw(st.integers(1, 3))):
        part = draw(st.sampled_from([name for name in PARTS if rules.get(name)]))
        nodes = [path for path in places(rules[part]) if kind_of(at(rules[part], path)) in ("amount", "condition")]
        anywhere = not nodes or draw(st.integers(0, 4)) == 0
        path = draw(st.sampled_from([*places(rules[part])] if anywhere else nodes))
        pieces = [at(donor[name], each) for name in PARTS if donor.get(name) for each in places(donor[name])]
        alike = [piece for piece in pieces if kind_of(piece) == kind_of(at(rules[part], path))]
        wild = not alike or draw(st.integers(0, 9)) == 0
        piece = copy.deepcopy(draw(st.sampled_from(pieces if wild else alike)))
        if path:
            at(rules[part], path[:-1])[path[-1]] = piece
        else:
            rules[part] = piece
    _keep_used(rules)
    return rules


def _keep_used(rules: dict[str, Any]) -> None:
    """Values that the mixed item does not use would keep it from being looked at."""
    if not isinstance(rules["values"], list):
        return
    for each in reversed(rules["values"].copy()):
        rest = {**rules, "values": [other for other in rules["values"] if other is not each]}
        if isinstance(each, dict) and f'"value": "{each.get("name")}"' not in json.dumps(rest):
            rules["values"] = rest["values"]


@st.composite
def known(draw: st.DrawFn, declared: FactType) -> Fact | None:
    """A fact of this type, or none."""
    if draw(st.integers(0, 4)) == 0:
        return None
    code = st.sampled_from([entry.code for entry in declared.codes] or ["x"])
    value = {
        "number": st.integers(-10, 10**6).map(str),
        "flag": st.booleans(),
        "code": code,
        "codes": st.lists(code, max_size=3).map(tuple),
        "numbers": st.lists(st.integers(-10, 10**6).map(str), max_size=3).map(tuple),
        "date": DAYS,
        "dates": st.lists(DAYS, max_size=3).map(tuple),
    }[declared.kind.value]
    said = {
        "name": declared.name,
        "kind": declared.kind,
        "unit": declared.unit,
        "source": "统计局",
        "as_of": AS_OF,
    }
    return Fact(**said, value=draw(value), period=draw(st.sampled_from([None, "2025", "2024"])))


@st.composite
def sheets_for(draw: st.DrawFn, rules: ItemRules) -> FactSheet:
    facts = [draw(known(declared)) for declared in rules.fact_types]
    figures = tuple(
        ParameterValue(
            name=each.name,
            unit=each.unit,
            value=draw(st.sampled_from(["0", "3.1", "7"])),
            source="央行",
            as_of=AS_OF,
        )
        for each in rules.parameters
        if draw(st.booleans())
    )
    return FactSheet(facts=tuple(fact for fact in facts if fact), parameters=figures, reference_year=2025)


@settings(max_examples=120)
@given(st.data())
def test_what_the_check_lets_through_can_be_evaluated_and_said(data: st.DataObject) -> None:
    try:
        rules = ItemRules.model_validate(data.draw(mutated()))
    except ValidationError:
        return
    if problems := check(rules):
        assert all(problem.code and problem.text_zh and problem.where.startswith("/") for problem in problems)
        return
    assert all(isinstance(text, str) for text in sentences(rules).model_dump().values())
    facts = data.draw(sheets_for(rules))
    for awards in (None, AwardHistory(family="A")):
        found = assess(rules, facts, TODAY, awards=awards)
        if found.amount.money is not None:
            assert found.amount.money >= Money(0)
            assert Money.total(line.value for line in found.amount.working) == found.amount.money
        if found.shares:
            assert Money.total(line.money for line in found.shares) == found.amount.money
        if found.payees:
            assert Money.total(line.money for line in found.payees) == found.amount.money
