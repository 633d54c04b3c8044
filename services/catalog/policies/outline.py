"""Rules that are still being written, said place by place: what can be read is said, whatever is missing beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from contracts.rule import (
    AmountRule,
    DateRef,
    Eligibility,
    FactType,
    Instalments,
    NamedValue,
    ParameterType,
    Payees,
    Plan,
    PlanStep,
    Quota,
    RoundingRule,
    Shares,
    Stacking,
)
from rules.text.definitions import definition_text
from rules.text.instalments import instalments_sentence
from rules.text.items import sentence, shares_sentence
from rules.text.layout import laid_out
from rules.text.phrases import Names, date_text
from rules.text.plans import plan_sentence, step_text
from rules.text.terms import payees_sentence, quotas_sentence, stacking_sentence
from rules.text.trees import amount_sentence, eligibility_sentence

Say = Callable[[Any, Names], str]
D = TypeVar("D", FactType, ParameterType, NamedValue)

DEEPEST = 40
"""Levels that are looked at: a tree that is deeper is not published."""

PARTS: Mapping[str, tuple[Any, Say]] = MappingProxyType(
    {
        "rounding": (RoundingRule, lambda part, _names: sentence(part)),
        "plan": (Plan, plan_sentence),
        "shares": (Shares, shares_sentence),
        "payees": (Payees, payees_sentence),
        "instalments": (Instalments, instalments_sentence),
    }
)
"""Parts that have one sentence; their own trees are looked at beside that."""

LISTED: Mapping[str, tuple[Any, Say]] = MappingProxyType(
    {
        "stacking": (Stacking, lambda part, names: stacking_sentence((part,), names)),
        "quotas": (Quota, lambda part, names: quotas_sentence((part,), names)),
        "values": (NamedValue, lambda part, names: definition_text(part, names)),
    }
)
NODES: tuple[tuple[Any, Say], ...] = (
    (AmountRule, lambda part, names: _without_end(amount_sentence(part, names))),
    (Eligibility, lambda part, names: _without_end(eligibility_sentence(part, names))),
    (DateRef, date_text),
)
"""The trees: whatever names a `node` is one of these, or is a part of its own."""


def outline(rules: Mapping[str, Any]) -> dict[str, str]:
    """JSON pointer into the rules → the sentence of what stands there, for every place that can be read by itself."""
    names = _names(rules)
    found: dict[str, str] = {}
    for name, (kind, say) in PARTS.items():
        _note(found, f"/{name}", kind, rules.get(name), say, names)
    for name, (kind, say) in LISTED.items():
        for index, each in enumerate(_listed(rules.get(name))):
            _note(found, f"/{name}/{index}", kind, each, say, names)
    plan = rules.get("plan")
    for index, each in enumerate(_listed(plan.get("steps") if isinstance(plan, Mapping) else None)):
        _note(found, f"/plan/steps/{index}", PlanStep, each, lambda step, _names: step_text(step), names)
    for where, node in _nodes("", rules):
        for kind, say in NODES:
            if where not in found and _note(found, where, kind, node, say, names):
                break
    return found


def _note(found: dict[str, str], where: str, kind: Any, part: Any, say: Say, names: Names) -> bool:
    """Says it, if it can be read. What has been read can be said, except where a number in it is beyond words."""
    if not isinstance(part, Mapping):
        return False
    try:
        found[where] = say(_reading(kind).validate_python(part), names)
    except (ValidationError, ValueError, RecursionError):
        return False
    return True


def _without_end(marked: str) -> str:
    """Laid out, with a full stop behind each of its sentences but the last: other words may follow."""
    return laid_out(marked).removesuffix("。")


@cache
def _reading(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _nodes(where: str, part: Any, depth: int = 0) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if depth > DEEPEST:
        return
    if isinstance(part, Mapping):
        if isinstance(part.get("node"), str):
            yield where, part
        for name, each in part.items():
            yield from _nodes(f"{where}/{str(name).replace('~', '~0').replace('/', '~1')}", each, depth + 1)
    elif isinstance(part, list | tuple):
        for index, each in enumerate(part):
            yield from _nodes(f"{where}/{index}", each, depth + 1)


def _names(rules: Mapping[str, Any]) -> Names:
    """What facts and outside figures are called, as far as they are declared soundly."""
    year = rules.get("reference_year")
    return Names(
        {each.name: each for each in _declared(FactType, rules.get("fact_types"))},
        year if isinstance(year, int) and not isinstance(year, bool) else None,
        {each.name: each for each in _declared(ParameterType, rules.get("parameters"))},
        {each.name: each for each in _declared(NamedValue, rules.get("values"))},
    )


def _declared(kind: type[D], texts: Any) -> Iterator[D]:
    for each in _listed(texts):
        try:
            yield kind.model_validate(each)
        except ValidationError:
            continue


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
