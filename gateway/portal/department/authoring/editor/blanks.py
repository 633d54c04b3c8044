"""What a new part begins as: its kind, what its absence would mean anyway, and nothing that only a person knows."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from contracts.item import PolicyItemContent
from gateway.portal.department.authoring.editor.shapes import Kinds, Many, Part, Words, constants, member, members

NAMES: Mapping[tuple[str, str], str] = {
    ("FactType", "name"): "data",
    ("ParameterType", "name"): "figure",
    ("Material", "code"): "material",
    ("Decided", "decision"): "decision",
    ("DecidedOpen", "decision"): "decision",
}
"""Names that programs need and nobody thinks of: a new one is numbered, so that it stands alone in its item."""


def blank(model: type[BaseModel]) -> dict[str, Any]:
    """A new value of the model. Where something is needed and cannot be guessed, nothing stands."""
    made: dict[str, Any] = {}
    fixed, fields = constants(model), {each.name: each for each in members(model)}
    for name in model.model_fields:
        if name in fixed:
            made[name] = fixed[name]
            continue
        each = fields[name]
        if not each.required:
            if each.default is not None:
                made[name] = copy.deepcopy(each.default)
        elif isinstance(each.shape, Many) or (isinstance(each.shape, Words) and each.shape.several):
            made[name] = []
        elif isinstance(each.shape, Part):
            made[name] = blank(each.shape.model)
    return made


def new_text(code: str, title: str) -> dict[str, Any]:
    """The first text of a new item: what everything begins as, no sample."""
    return {**blank(PolicyItemContent), "code": code, "title": title, "sample": False}


def named(model: type[BaseModel], made: dict[str, Any], document: Any) -> dict[str, Any]:
    """The same with the names that programs need, which nothing in the document has yet."""
    for (kind, field), stem in NAMES.items():
        if kind == model.__name__ and field not in made:
            taken = set(_texts(document))
            number = next(count for count in range(1, 100_000) if f"{stem}_{count}" not in taken)
            made = {field: f"{stem}_{number}", **made}
    return made


def turned(model: type[BaseModel], was: Mapping[str, Any], kinds: Kinds) -> dict[str, Any]:
    """Another kind of node with what both kinds have: 满足其一 with the conditions of 同时满足."""
    made, before = blank(model), kinds.model(was.get(kinds.tag))
    for each in members(model):
        former = member(before, each.name) if before is not None else None
        if each.name in was and former is not None and former.shape == each.shape:
            made[each.name] = copy.deepcopy(was[each.name])
    return made


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for each in part.values():
            yield from _texts(each)
    elif isinstance(part, list):
        for each in part:
            yield from _texts(each)
