"""What has changed in a type since an earlier version of it, and whether what was promised is still kept.

Pure. Types are compared by their names, each once: where a field is of a type of the same name before and after, that
type's own comparison says the rest. It knows the keywords that pydantic writes; a schema that says anything else is
reported, not guessed at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Types = Mapping[str, Json]
"""Name → schema; references are `#/$defs/<name>`."""

Use = Literal["taken", "given"]
"""Taken: what we accept; it must go on accepting all that it did. Given: what we say; a reader must go on finding all
that it did, and nothing that it could not read."""

Uses = tuple[Use, ...]

REFERENCE = "#/$defs/"
PROSE = {"$schema", "$id", "$comment", "title", "description", "examples"}
SAYING_NOTHING = PROSE | {"$defs", "default", "discriminator"}
LOWER_BOUNDS = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
UPPER_BOUNDS = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
FORMS = ("pattern", "format", "uniqueItems")
STRUCTURE = {"type", "enum", "const", "properties", "required", "additionalProperties", "propertyNames", "items"}
UNDERSTOOD = SAYING_NOTHING | STRUCTURE | {*FORMS, *LOWER_BOUNDS, *UPPER_BOUNDS}

Alternatives = dict[str, Json]
"""What a value may be: a type's reference, or the JSON type, → schema."""


@dataclass(frozen=True, slots=True)
class ContractChange:
    """One difference. `where` is the path inside the type, such as `lines[].amount_fen`; empty: the type itself."""

    where: str
    zh: str
    en: str
    breaks: bool = False


def type_changes(name: str, old: Types, new: Types, uses: Uses = ("taken",)) -> list[ContractChange]:
    """Everything that is different in the type `name`, which both have, used in these ways."""
    return compare(old[name], new[name], old, new, uses)


def compare(before: Json, now: Json, old: Types, new: Types, uses: Uses = ("taken",)) -> list[ContractChange]:
    """The same of two schemas of any names, such as what a command was answered with and what it is."""
    return list(_Comparison(old, new, "taken" in uses, "given" in uses).schemas("", before, now))


@dataclass
class _Comparison:
    old_types: Types
    new_types: Types
    taken: bool
    given: bool
    compared: set[tuple[str, str]] = field(default_factory=set)

    def schemas(self, where: str, old: Any, new: Any) -> Iterator[ContractChange]:
        """Each alternative of the one side must have its like on the other."""
        same = _direct_references(old) & _direct_references(new)
        olds, news = self._alternatives(old, self.old_types, same), self._alternatives(new, self.new_types, same)
        if not news:
            if olds:
                yield ContractChange(where, "不再限制内容", "anything is possible now", breaks=self.given)
            return
        if not olds:
            yield ContractChange(where, "曾不限内容，现在受限", "anything was possible, no longer", breaks=True)
            return
        met = set(same)
        for name in olds:
            if name not in same:
                findings, like = self._best(where, name, olds, news, same)
                met |= like
                yield from findings
        for name in news:
            if name not in met:
                unknown = not any(_alike(news[name], each) for each in olds.values())
                yield ContractChange(
                    where, f"还可以是 {_said(name)}", f"may also be {_said(name)}", self.given and unknown
                )

    def _best(
        self, where: str, name: str, olds: Alternatives, news: Alternatives, same: set[str]
    ) -> tuple[list[ContractChange], set[str]]:
        """What is different between an old alternative and the new one that is most like it, and which that is."""
        if name.startswith(REFERENCE) and name in news:
            return [], {name}  # compared by its name
        candidates = [each for each in news if _alike(olds[name], news[each])]
        pairs = {each: list(self._pair(where, (name, olds[name]), (each, news[each]))) for each in candidates}
        best = min(candidates, key=lambda each: (_breaks(pairs[each]), len(pairs[each])), default=None)
        if best is None or (best in same and _breaks(pairs[best])):
            gone = ContractChange(where, f"不再可以是 {_said(name)}", f"can no longer be {_said(name)}", breaks=True)
            return [gone], set()
        return pairs[best], {best}

    def _alternatives(self, schema: Any, types: Types, same: set[str]) -> Alternatives:
        """Two may be of one JSON type, such as two kinds of text: the later ones are numbered."""
        named: Alternatives = {}
        for name, each in _alternatives(schema, types, same):
            named[name if name not in named else f"{name} {len(named)}"] = each
        return named

    def _pair(self, where: str, old: tuple[str, Json], new: tuple[str, Json]) -> Iterator[ContractChange]:
        names = (old[0], new[0])
        if names[0].startswith(REFERENCE) and names[1].startswith(REFERENCE):
            if names in self.compared:  # trees refer to themselves
                return
            self.compared.add(names)
        for strange in sorted((set(old[1]) | set(new[1])) - UNDERSTOOD):
            yield ContractChange(where, f"不认识的关键字 {strange}", f"keyword not understood: {strange}", breaks=True)
        if (kinds := (old[1].get("type"), new[1].get("type"))) == ("integer", "number"):
            yield ContractChange(where, f"由 {kinds[0]} 放宽为 {kinds[1]}", f"{kinds[0]} widened to {kinds[1]}")
        yield from _values(where, old[1], new[1])
        yield from _limits(where, old[1], new[1], self.taken)
        yield from self._fields(where, old[1], new[1])
        if "propertyNames" in old[1] or "propertyNames" in new[1]:
            yield from self.schemas(f"{where}{{}}", old[1].get("propertyNames", {}), new[1].get("propertyNames", {}))
        if "items" in old[1] or "items" in new[1]:
            yield from self.schemas(f"{where}[]", old[1].get("items", {}), new[1].get("items", {}))

    def _fields(self, where: str, old: Json, new: Json) -> Iterator[ContractChange]:
        before, now = old.get("properties", {}), new.get("properties", {})
        must, must_now = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            here = f"{where}.{name}" if where else name
            if name not in now:
                yield ContractChange(here, "消失", "is gone", breaks=True)
                continue
            yield from self.schemas(here, before[name], now[name])
            if name in must_now - must:
                yield ContractChange(here, "变为必填", "is required now", breaks=self.taken)
            elif name in must - must_now:
                yield ContractChange(
                    here, "变为可选（可能缺失）", "is optional now: it may be absent", breaks=self.given
                )
            elif before[name].get("default") != now[name].get("default"):
                values = before[name].get("default"), now[name].get("default")
                yield ContractChange(
                    here, f"默认值由 {values[0]} 变为 {values[1]}", f"default {values[0]} is {values[1]} now"
                )
        for name in now:
            if name not in before:
                here = f"{where}.{name}" if where else name
                if name in must_now:
                    yield ContractChange(here, "为新增，必填", "is new and required", breaks=self.taken)
                else:
                    yield ContractChange(here, "为新增，可选", "is new and optional")
        yield from self._other_fields(
            where, old.get("additionalProperties", True), new.get("additionalProperties", True)
        )

    def _other_fields(self, where: str, before: Any, now: Any) -> Iterator[ContractChange]:
        if isinstance(before, dict) and isinstance(now, dict):
            yield from self.schemas(f"{where}.*", before, now)
        elif before is True and now is not True:
            yield ContractChange(
                where, "不再容忍任意的其他字段", "not any other field is accepted now", breaks=self.taken
            )
        elif before is not True and now is True:
            yield ContractChange(where, "容忍任意的其他字段", "any other field is accepted now")


def without_prose(schema: Any) -> Any:
    """The schema without what this comparison does not look at."""
    if isinstance(schema, list):
        return [without_prose(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    fields = schema.get("properties")
    kept = {
        key: without_prose(each) for key, each in schema.items() if key not in PROSE | {"properties", "discriminator"}
    }
    return kept | ({"properties": {name: without_prose(each) for name, each in fields.items()}} if fields else {})


def _alternatives(schema: Any, types: Types, same: set[str], name: str = "") -> Iterator[tuple[str, Json]]:
    """(name, schema) of each thing that a value may be, references and unions resolved; none: anything at all.

    The unions inside of `same` are not: they are compared by their own names.
    """
    if "$ref" in schema:
        reference = schema["$ref"]
        target = types[reference.removeprefix(REFERENCE)]
        if reference in same:
            yield reference, target
        else:
            yield from _alternatives(target, types, same, reference)
    elif "anyOf" in schema or "oneOf" in schema:
        for each in schema.get("anyOf", ()) or schema["oneOf"]:
            yield from _alternatives(each, types, same)
    elif set(schema) - SAYING_NOTHING:
        yield name or f"{schema.get('type', 'value')}", schema


def _direct_references(schema: Any) -> set[str]:
    """The references that `schema` is, or that are alternatives of its own union."""
    parts = [schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return {part["$ref"] for part in parts if "$ref" in part}


def _alike(one: Json, other: Json) -> bool:
    """Of the same JSON type (an integer is a number)."""
    kinds = one.get("type"), other.get("type")
    return kinds[0] == kinds[1] or kinds == ("integer", "number")


def _breaks(changes: list[ContractChange]) -> int:
    return sum(change.breaks for change in changes)


def _said(name: str) -> str:
    return name.removeprefix(REFERENCE)


def _values(where: str, old: Json, new: Json) -> Iterator[ContractChange]:
    before, now = _listed(old), _listed(new)
    if now is None:
        if before is not None:
            yield ContractChange(where, "不再限于列出的取值", "no longer one of a list of values")
        return
    if before is None:
        yield ContractChange(
            where, "曾可任意取值，现在只能取列出的值", "any value was possible, now those of a list", True
        )
        return
    if left := [each for each in before if each not in now]:
        yield ContractChange(where, f"取值消失 {left}", f"values removed {left}", breaks=True)
    if added := [each for each in now if each not in before]:
        yield ContractChange(where, f"新增取值 {added}", f"new values {added}")


def _form(schema: Json, name: str) -> Any:
    """In a pattern of JSON Schema (ECMA-262) `\\d` has always been 0 to 9."""
    said = schema.get(name)
    return said.replace(r"\d", "[0-9]") if isinstance(said, str) else said  # any script: JSON Schema's has one


def _listed(schema: Json) -> list[Any] | None:
    if "enum" in schema:
        return list(schema["enum"])
    return [schema["const"]] if "const" in schema else None


def _limits(where: str, old: Json, new: Json, taken: bool) -> Iterator[ContractChange]:
    directions: tuple[tuple[tuple[str, ...], Callable[[Any, Any], bool]], ...] = (
        (LOWER_BOUNDS, lambda before, now: bool(now > before)),
        (UPPER_BOUNDS, lambda before, now: bool(now < before)),
    )
    for names, is_tighter in directions:
        for name in names:
            if old.get(name) == new.get(name):
                continue
            if name in new and (name not in old or is_tighter(old[name], new[name])):
                yield ContractChange(
                    where, f"{name} 收紧为 {new[name]}", f"{name} tightened to {new[name]}", breaks=taken
                )
            else:
                loose = new.get(name, "不限")
                yield ContractChange(where, f"{name} 放宽为 {loose}", f"{name} loosened to {new.get(name, 'no limit')}")
    for name in FORMS:
        # Whether one pattern admits all that another does cannot be told: another pattern counts as narrower.
        if _form(old, name) != _form(new, name):
            now = new.get(name)
            yield ContractChange(
                where, f"{name} 变为 {now or '不限'}", f"{name} is {now or 'no limit'} now", taken and bool(now)
            )
