"""What a type of the contracts asks of a person: words, parts, one of several kinds, or a list of such.

Read from the types themselves (fields, unions, patterns, limits), never written down for a single one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from contracts.rule.facts import Code, FactName, FactValue, NumberText, PeriodRef, UnitText
from contracts.rule.shares import FractionText

WordKind = Literal[
    "text", "number", "unit", "whole", "yes_no", "choice", "day", "period", "fraction", "code",
    "fact", "parameter", "named", "value", "mixed",
]  # fmt: skip
"""How something is written that is no further divided. `fact`, `parameter`, `named`: one of those that the item declares;
`value`: what a condition compares with; `mixed`: one of a few words, or else a number or a list."""

NAMED: Mapping[str, WordKind] = {"fact": "fact", "parameter": "parameter", "value": "named"}
"""Fields that name something declared elsewhere in the item."""

LONG_FROM = 250
"""Characters from which on a text has several lines."""


@dataclass(frozen=True)
class Words:
    """Something written in one field. `several`: a list of them; `choices`: the words that it is one of."""

    kind: WordKind
    choices: tuple[Any, ...] = ()
    choices_of: str = ""
    longest: int | None = None
    several: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Part:
    """Something with fields of its own."""

    model: type[BaseModel]


@dataclass(frozen=True)
class Kinds:
    """One of several kinds of node, told apart by what stands in its field `tag`."""

    tag: str
    models: tuple[tuple[str, type[BaseModel]], ...]

    def model(self, tag: object) -> type[BaseModel] | None:
        return dict(self.models).get(tag) if isinstance(tag, str) else None


@dataclass(frozen=True)
class Many:
    """A list of parts or nodes."""

    of: Part | Kinds
    least: int = 0
    most: int | None = None


Shape = Words | Part | Kinds | Many


@dataclass(frozen=True)
class ModelField:
    """One field of a model. `default` is what its absence means, as JSON; None: nothing."""

    name: str
    shape: Shape
    required: bool
    nullable: bool
    default: Any = None


class ShapeUnknown(TypeError):
    """A type that nobody has said yet how a person would write it."""


@cache
def members(model: type[BaseModel]) -> tuple[ModelField, ...]:
    """The fields that a person fills in, in their order. Raises ShapeUnknown."""
    model.model_rebuild()
    found = []
    for name, field in model.model_fields.items():
        if constant(field) is None:
            shape, nullable = _shape(field.annotation, field.metadata, name)
            found.append(ModelField(name, shape, field.is_required(), nullable, _default(field)))
    return tuple(found)


def member(model: type[BaseModel], name: str) -> ModelField | None:
    return next((each for each in members(model) if each.name == name), None)


@cache
def constants(model: type[BaseModel]) -> dict[str, Any]:
    """What stands in every value of the model and is nobody's to fill in: `node`, `kind`, `version`."""
    found = {name: constant(field) for name, field in model.model_fields.items()}
    return {name: value for name, value in found.items() if value is not None}


def constant(field: FieldInfo) -> Any:
    """The one value that the field may have, if it has only one."""
    values = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    return values[0] if len(values) == 1 and field.default == values[0] else None


@cache
def flat(model: type[BaseModel]) -> bool:
    """Whether all of it can be written in fields that stand side by side."""
    return all(isinstance(each.shape, Words) or beside(each) for each in members(model))


def beside(each: ModelField) -> bool:
    """Whether the part's fields stand among those of what it belongs to: a limit's number and unit.

    A part that may be missing says by a field that it must have whether it is there.
    """
    if not isinstance(each.shape, Part) or not flat(each.shape.model):
        return False
    return not each.nullable or any(inner.required for inner in members(each.shape.model))


def models_below(shape: Shape) -> Iterable[type[BaseModel]]:
    """The models that a value of this shape is of, without those inside them."""
    if isinstance(shape, Many):
        return models_below(shape.of)
    if isinstance(shape, Kinds):
        return [model for _tag, model in shape.models]
    return [shape.model] if isinstance(shape, Part) else []


def every_model(root: type[BaseModel]) -> list[type[BaseModel]]:
    """The model and everything inside it, each once."""
    found = [root]
    for model in found:
        inner = [below for each in members(model) for below in models_below(each.shape)]
        found += [each for each in dict.fromkeys(inner) if each not in found]
    return found


# -- from a type to its shape -----------------------------------------------------------------------------


def _shape(annotation: Any, limits: Iterable[Any], name: str) -> tuple[Shape, bool]:
    """The shape of a type, and whether it may be null."""
    limits = list(limits)
    if annotation == FactValue or annotation == FactValue | None:
        return Words("value", longest=64), annotation != FactValue
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        limits += [each for one in more for each in (one.metadata if isinstance(one, FieldInfo) else [one])]
    if get_origin(annotation) in (Union, UnionType):
        kinds = [each for each in get_args(annotation) if each is not NoneType]
        nullable = len(kinds) < len(get_args(annotation))
        if len(kinds) == 1:
            return _shape(kinds[0], limits, name)[0], nullable
        return _one_of(kinds, name), nullable
    return _single(annotation, limits, name), False


def _one_of(kinds: list[Any], name: str) -> Shape:
    if all(isinstance(each, type) and issubclass(each, BaseModel) for each in kinds):
        return _kinds(tuple(kinds))
    words = [value for each in kinds if get_origin(each) is Literal for value in get_args(each)]
    others = [_shape(each, (), name)[0] for each in kinds if get_origin(each) is not Literal]
    if words and len(others) == 1 and isinstance(others[0], Words):
        other = others[0]
        return Words("mixed", tuple(words), several=other.several, whole=other.kind == "whole")
    raise ShapeUnknown(f"{name}: {kinds}")


def _kinds(models: tuple[type[BaseModel], ...]) -> Kinds:
    tags = set.intersection(*(set(constants(each)) for each in models))
    (tag,) = tags
    return Kinds(tag, tuple((constants(each)[tag], each) for each in models))


def _single(annotation: Any, limits: list[Any], name: str) -> Shape:
    if get_origin(annotation) is tuple:
        inner, _ = _shape(get_args(annotation)[0], (), name)
        if isinstance(inner, Words):
            return Words(**{**vars(inner), "several": True})
        assert isinstance(inner, Part | Kinds), name
        return Many(inner, _limit(limits, "min_length") or 0, _limit(limits, "max_length"))
    if get_origin(annotation) is Literal:
        return Words("choice", get_args(annotation))
    if not isinstance(annotation, type):
        raise ShapeUnknown(f"{name}: {annotation}")
    if issubclass(annotation, BaseModel):
        return Part(annotation)
    if issubclass(annotation, Enum):
        return Words("choice", tuple(each.value for each in annotation), annotation.__name__)
    return _words(annotation, limits, name)


def _words(kind: type, limits: list[Any], name: str) -> Words:
    if kind is bool:
        return Words("yes_no")
    if kind is int:
        return Words("whole")
    if kind is date:
        return Words("day")
    if kind is not str:
        raise ShapeUnknown(f"{name}: {kind}")
    pattern = _limit(limits, "pattern")
    if name in NAMED and pattern == _pattern(FactName):
        return Words(NAMED[name])
    return Words(_PATTERNS.get(pattern, "text"), longest=_limit(limits, "max_length"))


def _limit(limits: Iterable[Any], name: str) -> Any:
    return next((value for each in limits if (value := getattr(each, name, None)) is not None), None)


def _pattern(alias: Any) -> str:
    return str(_limit([each for one in get_args(alias)[1:] for each in one.metadata], "pattern"))


_PATTERNS: Mapping[Any, WordKind] = {
    _pattern(NumberText): "number",
    _pattern(UnitText): "unit",
    _pattern(PeriodRef): "period",
    _pattern(FractionText): "fraction",
    _pattern(Code): "code",
}


def _default(field: FieldInfo) -> Any:
    """What the field's absence means, as JSON."""
    return None if field.is_required() else as_json(field.get_default(call_default_factory=True))


def as_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, tuple):
        return [as_json(each) for each in value]
    return value.value if isinstance(value, Enum) else value
