"""What parts of an item's rules use of what the item declares: facts, outside figures, named values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from contracts.rule import Eligibility, FactBound, FactType, NamedValue, ParameterType
from contracts.rule.facts import RulePart
from rules.named import values_in


class ConditionRules(Protocol):
    """The part of an item's rules that decides who is entitled."""

    @property
    def eligibility(self) -> Eligibility: ...
    @property
    def reference_year(self) -> int | None: ...
    @property
    def fact_types(self) -> tuple[FactType, ...]: ...
    @property
    def fact_types_by_name(self) -> Mapping[str, FactType]: ...
    @property
    def parameters(self) -> tuple[ParameterType, ...]: ...
    @property
    def values(self) -> tuple[NamedValue, ...]: ...
    @property
    def bounds(self) -> tuple[FactBound, ...]: ...


def declarations_for(parts: Sequence[RulePart], rules: ConditionRules) -> tuple[FactType, ...]:
    """The declared facts that these parts of the rules may read: those whose name occurs in them as a value."""
    words = _words(parts, rules)
    return tuple(declared for declared in rules.fact_types if declared.name in words)


def figures_for(parts: Sequence[RulePart], rules: ConditionRules) -> tuple[ParameterType, ...]:
    """The same for outside figures."""
    if not rules.parameters:
        return ()
    words = _words(parts, rules)
    return tuple(declared for declared in rules.parameters if declared.name in words)


def values_for(parts: Sequence[RulePart], rules: ConditionRules) -> tuple[NamedValue, ...]:
    """The named values that these parts use, in the order in which the item defines them."""
    return values_in(tuple(parts), {each.name: each for each in rules.values})


def _words(parts: Sequence[RulePart], rules: ConditionRules) -> set[str]:
    every = (*parts, *values_for(parts, rules))
    return {text for part in every for text in _strings(part.model_dump(mode="json"))}


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in _strings(each)]
