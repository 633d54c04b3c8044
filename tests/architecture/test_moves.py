"""Every table of transitions: each state is in it, each can be reached, and each edge names an event of its own house."""

from __future__ import annotations

import importlib
import typing
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any, Literal

import pytest

from console.place import CHECKOUT
from contracts.aggregate import Aggregate
from contracts.flow import FLOW
from contracts.message import Event
from tests.architecture.pure_modules import aggregate_modules, module_name
from tests.architecture.source_tree import modules, tree_of

TABLE = "MOVES"
Moves = Mapping[tuple[Any, Any], type[Event]]


def modules_with_moves() -> dict[str, ModuleType]:
    """Every module of a service or of identity that has a table of transitions."""
    found = {}
    for file in modules("services", "gateway"):
        if any(
            getattr(node, "target", None) is not None and node.target.id == TABLE  # type: ignore[attr-defined]
            for node in tree_of(file).body
            if type(node).__name__ == "AnnAssign"
        ):
            name = ".".join(file.relative_to(CHECKOUT).with_suffix("").parts)
            found[name] = importlib.import_module(name)
    return found


@cache
def modules_with_aggregates() -> list[str]:
    return [module_name(file) for file in aggregate_modules()]


def states_of(module: ModuleType) -> set[str]:
    """The states that the table's annotation allows: `Mapping[tuple[State, State], …]`."""
    keys = typing.get_args(typing.get_type_hints(module)[TABLE])[0]
    return {state for side in typing.get_args(keys) for state in _literals(side)}


def _literals(annotation: Any) -> set[str]:
    if typing.get_origin(annotation) is Literal:
        return set(typing.get_args(annotation))
    return {state for part in typing.get_args(annotation) for state in _literals(part)}


def faults(moves: Moves, states: set[str], producer: str) -> list[str]:
    """Everything that is wrong with a table of transitions."""
    named = {state for edge in moves for state in edge if state is not None}
    found = [f"{state} is in no edge" for state in sorted(states - named)]
    found += [f"{state} is no state" for state in sorted(named - states)]
    beginnings = {before for before, _ in moves} - {after for before, after in moves if before != after}
    if not beginnings:
        found.append("nothing can begin: every state comes from another")
    reached = set(beginnings)
    while more := {after for before, after in moves if before in reached} - reached:
        reached |= more
    found += [f"{state} cannot be reached" for state in sorted(named - reached)]
    for edge, event in moves.items():
        if event not in FLOW or FLOW[event].producer != producer:
            found.append(f"{edge}: {event.__name__} is not an event of {producer}")
    return found


MODULES = modules_with_moves()


@pytest.mark.parametrize("name", MODULES)
def test_a_table_of_transitions_is_whole(name: str) -> None:
    module = MODULES[name]
    producer = name.split(".")[1] if name.startswith("services.") else "gateway"
    assert faults(getattr(module, TABLE), states_of(module), producer) == []


@pytest.mark.parametrize("name", MODULES)
def test_an_aggregate_with_a_state_lives_beside_its_table(name: str) -> None:
    """The state's type is the aggregate's own: the two cannot drift apart."""
    room = name.rpartition(".")[0]
    for module in modules_with_aggregates():
        if module.rpartition(".")[0] == room:
            importlib.import_module(module)
    hints = [
        _literals(typing.get_type_hints(each)["state"])
        for each in Aggregate.__subclasses__()
        if each.__module__.startswith(f"{room}.") and "state" in typing.get_type_hints(each)
    ]
    assert states_of(MODULES[name]) in hints


def test_there_are_tables_to_look_at() -> None:
    assert {"services.review.cases.moves", "services.treasury.disbursements.moves"} <= set(MODULES)


def test_broken_tables_are_found() -> None:
    from contracts.review import CaseAccepted, CaseApproved, CaseRejected
    from contracts.treasury import DisbursementSettled

    whole: Moves = {(None, "a"): CaseAccepted, ("a", "b"): CaseApproved, ("a", "a"): CaseAccepted}
    assert faults(whole, {"a", "b"}, "review") == []
    assert faults(whole, {"a", "b", "c"}, "review") == ["c is in no edge"]
    assert faults(whole, {"a"}, "review") == ["b is no state"]
    island: Moves = {**whole, ("c", "d"): CaseRejected, ("d", "c"): CaseRejected}
    assert faults(island, {"a", "b", "c", "d"}, "review") == ["c cannot be reached", "d cannot be reached"]
    ring: Moves = {("a", "b"): CaseApproved, ("b", "a"): CaseRejected}
    assert "nothing can begin: every state comes from another" in faults(ring, {"a", "b"}, "review")
    foreign: Moves = {("a", "b"): DisbursementSettled}
    assert len(faults(foreign, {"a", "b"}, "review")) == 1
