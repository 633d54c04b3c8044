"""One field of a draft as a page shows it: what stands in it, what may, and how it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from gateway.portal.department.authoring.editor.called import choices, field_hint, field_label
from gateway.portal.department.authoring.editor.declared import Declared, DeclaredName
from gateway.portal.department.authoring.editor.places import EditedPlace, effective, inside, operator_beside
from gateway.portal.department.authoring.editor.pointers import NOWHERE, Json, found, parent_of
from gateway.portal.department.authoring.editor.shapes import ModelField, Part, Words, constants, members
from gateway.portal.department.authoring.editor.writing import in_lines, mixed_options, shown

Look = Literal["line", "area", "select", "ticks"]
"""How it is asked for: one line, several lines, one of a list, some of a list."""

LISTS: Mapping[str, str] = {"period": "periods", "unit": "units"}
"""Words that are offered while one types, by what is written."""

OFFERED: Mapping[tuple[str, str], str] = {
    ("Plan", "department"): "departments",
    ("PolicyDocument", "document_id"): "documents",
}
"""Fields whose choices lie outside of the draft: whoever shows the page fills them in."""

SELDOM = frozenset({"name", "note"})
"""Fields of nodes that few need: they are asked for where something stands in them, or a node is opened."""

SHORT = frozenset({"number", "unit", "whole", "day", "period", "fraction", "code"})


@dataclass
class Field:
    """`name` is its name in the form; `values` what stands in it: one, but for boxes to tick."""

    at: str
    name: str
    label: str
    hint: str
    look: Look
    kind: str
    values: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()
    offered: str = ""
    required: bool = False
    longest: int | None = None
    group: str = ""
    quiet: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def short(self) -> bool:
        return self.kind in SHORT


def fields_of(
    document: Json, place: EditedPlace, model: type[BaseModel], each: ModelField, declared: Declared
) -> list[Field]:
    """The fields of a member: its own, or those of the part that stands beside it, under its name."""
    if isinstance(each.shape, Words):
        return [_field(document, place, model, each, declared)]
    assert isinstance(each.shape, Part)
    group = field_label(model, each.name)
    inner = [
        one
        for below in members(each.shape.model)
        for one in fields_of(document, inside(place, below.name), each.shape.model, below, declared)
    ]
    for one in inner:
        one.group = f"{group} · {one.group}" if one.group else group
        one.required = one.required and not each.nullable
    return inner


def _field(document: Json, place: EditedPlace, model: type[BaseModel], each: ModelField, declared: Declared) -> Field:
    words, at = each.shape, place.at
    assert isinstance(words, Words)
    standing = effective(place)
    value = shown(words, standing)
    made = Field(
        at=at,
        name=f"f.{at}",
        label=field_label(model, each.name),
        hint=field_hint(model, each.name),
        look="area" if in_lines(words) else "line",
        kind=words.kind,
        values=value if isinstance(value, tuple) else (value,) if value else (),
        offered=OFFERED.get((model.__name__, each.name), LISTS.get(words.kind, "")),
        required=each.required,
        longest=words.longest,
        quiet=each.name in SELDOM and not each.required and standing in (NOWHERE, None) and "node" in constants(model),
    )
    _choose(made, document, model, each, declared, standing)
    if made.look == "ticks":
        made.name += "[]"
    return made


def _choose(
    made: Field, document: Json, model: type[BaseModel], each: ModelField, declared: Declared, standing: Any
) -> None:
    """What there is to choose from."""
    words = each.shape
    assert isinstance(words, Words)
    if words.kind in ("choice", "yes_no"):
        made.look, made.options = "ticks" if words.several else "select", choices(model, each.name)
    elif words.kind in ("fact", "parameter", "named"):
        known = {"fact": declared.facts, "parameter": declared.parameters}.get(words.kind, declared.values)
        made.look, made.options = "select", tuple((name, each.called) for name, each in known.items())
    elif words.kind == "mixed":
        made.options = tuple((each, each) for each in mixed_options(words))
    elif words.kind == "code" and words.several:
        _codes(made, _fact_around(document, made.at, declared), standing, many=True)
    elif words.kind == "value":
        _compared(made, document, declared, standing)
    _keep_strangers(made)


def _codes(made: Field, fact: DeclaredName | None, standing: Any, *, many: bool) -> None:
    """Codes of a fact that lists them are chosen by their names."""
    if fact is None or not fact.codes:
        return
    made.look, made.options = "ticks" if many else "select", tuple(fact.codes.items())
    if many:
        made.values = tuple(str(each) for each in standing) if isinstance(standing, list) else made.values


def _compared(made: Field, document: Json, declared: Declared, standing: Any) -> None:
    """What a condition compares with, by its fact and its comparison."""
    fact, operator = _fact_around(document, made.at, declared), operator_beside(document, made.at)
    if fact is None:
        return
    if fact.kind in ("code", "codes"):
        _codes(made, fact, standing, many=operator in ("in", "not_in"))


def _fact_around(document: Json, at: str, declared: Declared) -> DeclaredName | None:
    """The fact that the nearest part around names."""
    while at:
        at, _name = parent_of(at)
        around = found(document, at)
        if isinstance(around, dict) and isinstance(around.get("fact"), str):
            return declared.facts.get(around["fact"])
    return None


def _keep_strangers(made: Field) -> None:
    """What stands there stays a choice, though nobody would choose it today."""
    if made.look in ("select", "ticks"):
        known = {value for value, _text in made.options}
        made.options += tuple((each, each) for each in made.values if each and each not in known)
