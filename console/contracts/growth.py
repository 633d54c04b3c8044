"""Whether a JSON Schema has only grown since an earlier version of it: what was promised is still kept.

Pure. It knows the keywords that pydantic writes; a schema that says anything else is reported, not guessed at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Use = Literal["taken", "given"]
"""Taken: what we accept (commands, queries, events); it must go on accepting all that it did.
Given: what we answer; a reader must go on finding all that it did, and nothing that it could not read."""

SAYING_NOTHING = {"$schema", "$id", "$defs", "title", "description", "default", "discriminator", "examples"}
LOWER_BOUNDS = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
UPPER_BOUNDS = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
STRUCTURE = {"type", "enum", "const", "properties", "required", "additionalProperties", "items", "uniqueItems"}
UNDERSTOOD = SAYING_NOTHING | STRUCTURE | {"pattern", "format", *LOWER_BOUNDS, *UPPER_BOUNDS}


def shrinkage(old: Json, new: Json, use: Use = "taken") -> list[str]:
    """Everything that `new` no longer keeps of what `old` promised; nothing at all when it has only grown.

    A removed field, a newly required field, a removed value of an enumeration, a narrower type or limit; for an
    answer also a field that may now be absent, and a type that its readers do not know.
    """
    return list(_Comparison(old, new, use).schemas("", old, new))


@dataclass
class _Comparison:
    old_root: Json
    new_root: Json
    use: Use
    compared: set[tuple[str, str]] = field(default_factory=set)

    def schemas(self, where: str, old: Any, new: Any) -> Iterator[str]:
        """Each alternative of the one side must have its like on the other."""
        olds, news = _by_name(alternatives(old, self.old_root)), _by_name(alternatives(new, self.new_root))
        if not news:
            return  # anything goes
        if not olds:
            yield f"{where}: 曾不限内容，现在受限 (anything was accepted)"
            return
        for name, each in olds.items():
            yield from self._best(where, (name, each), news)
        if self.use == "given":
            for name, each in news.items():
                if not any(_alike((name, each), other) for other in olds.items()):
                    yield f"{where}: 可能出现新的类型 {name} (readers do not know it)"

    def _best(self, where: str, old: tuple[str, Json], news: dict[str, Json]) -> Iterator[str]:
        same = old[0].startswith("#") and old[0] in news
        candidates = [old[0]] if same else [name for name, each in news.items() if _alike(old, (name, each))]
        if not candidates:
            yield f"{where}: 不再有 {old[0]} (no longer possible)"
            return
        findings = [list(self._pair(where, old, (name, news[name]))) for name in candidates]
        yield from min(findings, key=len)

    def _pair(self, where: str, old: tuple[str, Json], new: tuple[str, Json]) -> Iterator[str]:
        if old[0].startswith("#"):
            if (old[0], new[0]) in self.compared:  # trees refer to themselves
                return
            self.compared.add((old[0], new[0]))
        for strange in sorted((set(old[1]) | set(new[1])) - UNDERSTOOD):
            yield f"{where}: 不认识的关键字 {strange} (keyword not understood)"
        yield from _values(where, old[1], new[1])
        if self.use == "taken":
            yield from _limits(where, old[1], new[1])
        yield from self._fields(where, old[1], new[1])
        if "items" in old[1] or "items" in new[1]:
            yield from self.schemas(f"{where}/[]", old[1].get("items", {}), new[1].get("items", {}))

    def _fields(self, where: str, old: Json, new: Json) -> Iterator[str]:
        before, now = old.get("properties", {}), new.get("properties", {})
        for name in before:
            if name in now:
                yield from self.schemas(f"{where}/{name}", before[name], now[name])
            else:
                yield f"{where}/{name}: 字段消失 (field removed)"
        needed_before, needed_now = set(old.get("required", ())), set(new.get("required", ()))
        if self.use == "taken":
            for name in sorted(needed_now - needed_before):
                yield f"{where}/{name}: 变为必填 (newly required)"
        else:
            for name in sorted((needed_before - needed_now) & set(now)):
                yield f"{where}/{name}: 可能缺失 (may now be absent)"
        more_before, more_now = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if isinstance(more_before, dict) and isinstance(more_now, dict):
            yield from self.schemas(f"{where}/*", more_before, more_now)
        elif more_now is not True and more_before is True and self.use == "taken":
            yield f"{where}: 不再容忍任意的其他字段 (not any other field is accepted now)"


def alternatives(schema: Any, root: Json, name: str = "") -> Iterator[tuple[str, Json]]:
    """(name, schema) of each thing that a value may be, references and unions resolved; none: anything at all."""
    if "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        yield from alternatives(target, root, schema["$ref"])
    elif "anyOf" in schema or "oneOf" in schema:
        for each in schema.get("anyOf", ()) or schema["oneOf"]:
            yield from alternatives(each, root)
    elif set(schema) - SAYING_NOTHING:
        yield name or f"{schema.get('type', 'value')}", schema


def _by_name(found: Iterator[tuple[str, Json]]) -> dict[str, Json]:
    """Two alternatives may be of one type, such as two kinds of text: the later ones are numbered."""
    named: dict[str, Json] = {}
    for name, schema in found:
        named[name if name not in named else f"{name} {len(named)}"] = schema
    return named


def _alike(one: tuple[str, Json], other: tuple[str, Json]) -> bool:
    """The same named thing, or of the same JSON type (an integer is a number)."""
    kinds = one[1].get("type"), other[1].get("type")
    return one[0] == other[0] or kinds[0] == kinds[1] or kinds == ("integer", "number")


def _values(where: str, old: Json, new: Json) -> Iterator[str]:
    if "enum" not in new and "const" not in new:
        return
    if "enum" not in old and "const" not in old:
        yield f"{where}: 曾可任意取值，现在只能取列出的值 (any value was accepted)"
        return
    left = [each for each in _listed(old) if each not in _listed(new)]
    if left:
        yield f"{where}: 取值消失 {left} (values removed)"


def _listed(schema: Json) -> list[Any]:
    return list(schema["enum"]) if "enum" in schema else [schema["const"]]


def _limits(where: str, old: Json, new: Json) -> Iterator[str]:
    tighter: tuple[tuple[tuple[str, ...], Callable[[Any, Any], bool]], ...] = (
        (LOWER_BOUNDS, lambda before, now: now > before),
        (UPPER_BOUNDS, lambda before, now: now < before),
    )
    for names, is_tighter in tighter:
        for name in names:
            if name in new and (name not in old or is_tighter(old[name], new[name])):
                yield f"{where}: {name} 收紧为 {new[name]} (tighter)"
    for name in ("pattern", "format", "uniqueItems"):
        # Whether one pattern admits all that another does cannot be told: another pattern counts as narrower.
        if new.get(name) and new.get(name) != old.get(name):
            yield f"{where}: {name} 变为 {new[name]} (may be narrower)"
