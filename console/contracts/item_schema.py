"""The JSON Schema of an item's file, for the editor in which an officer writes it: it completes and underlines.

The same types as in `schemas.json`, told the way an editor needs them: each kind of node with its Chinese name and what
it is for, each field with its name, its hint and its meaning, each choice with its label. A union is asked by its tag
first, so that what is underlined is the field that is wrong and not the whole tree. Titles come from the texts of the
item editor (`gateway/portal/texts/zh/rule.toml`), meanings from the OpenAPI document's: nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from console.contracts.schemas import DIALECT, NOTE, REFERENCE, Types, types_of, within
from contracts.item import PolicyItemContent
from contracts.rule import ItemRules
from gateway.document.words import meaning
from gateway.portal.department.authoring.editor.called import (
    choices,
    field_hint,
    field_label,
    kind_hint,
    kind_label,
)
from gateway.portal.department.authoring.editor.offered import PERIODS, UNITS
from gateway.portal.department.authoring.editor.shapes import (
    ModelField,
    Words,
    constants,
    every_model,
    members,
)

Json = dict[str, Any]
FILE = "contracts/generated/item.schema.json"
ITEM_ID = "urn:zhida:item"
TAGGED = ("node", "kind")
"""The fields that tell the kinds of a union apart."""

CONSTANTS = {"version": "规则写法的版本"}

FORMS: Mapping[str, tuple[str, Sequence[str]]] = {
    "number": ('数字写成文本，例如 "1.5"；不写逗号和单位', ("0", "100", "1.5")),
    "unit": ("单位写成中文，不带数字，例如 万元、%、元/亩", UNITS),
    "period": ("期间写成 Y、Y-1、2025、YQ1 或 2025M02", PERIODS),
    "fraction": ('比例写成 "1"、"0" 或分数，例如 "1/2"', ("1", "1/2", "1/3")),
    "code": ("代码不含空格，最长 64 个字", ()),
    "fact": ("数据名用小写字母、数字、下划线，并在 fact_types 里声明", ()),
    "parameter": ("参数名用小写字母、数字、下划线，并在 parameters 里声明", ()),
}
"""How what is no further divided is written, said where it is not, and examples to choose from."""

MARK: Json = {"type": "string", "title": "模式", "description": "编辑器据以提示和检查的模式文件；程序不看。"}


def item_schema() -> Json:
    """A whole item, or its `rules` alone: both can be checked and tried by `./zhida rules`."""
    found = within(types_of([PolicyItemContent]), PolicyItemContent.__name__)
    for model in every_model(PolicyItemContent):
        found[model.__name__] = _of_model(model, found[model.__name__])
        for field in members(model):
            if isinstance(field.shape, Words) and field.shape.choices_of in found:
                listed = found[field.shape.choices_of]
                labels = [label for _value, label in choices(model, field.name)]
                found[field.shape.choices_of] = {**_without_prose(listed), "enumDescriptions": labels}
    types = {name: _asked_by_tag(schema, found) for name, schema in sorted(found.items())}
    for root in (PolicyItemContent, ItemRules):
        types[root.__name__]["properties"]["$schema"] = MARK
    return {
        "$comment": NOTE,
        "$schema": DIALECT,
        "$id": ITEM_ID,
        "title": "政策事项文件",
        "description": "一个政策事项（有 rules 字段），或者只有规则那一段。写法见 docs/rules.md。",
        "type": "object",
        "if": {"required": ["rules"]},
        "then": {"$ref": REFERENCE + PolicyItemContent.__name__},
        "else": {"$ref": REFERENCE + ItemRules.__name__},
        "$defs": types,
    }


def _of_model(model: type[BaseModel], schema: Json) -> Json:
    """The type with its Chinese name, its fields' names and meanings, and its tag among what it must have."""
    fields = {each.name: each for each in members(model)}
    fixed = [name for name in constants(model) if name in TAGGED]
    properties = {
        name: {"title": CONSTANTS.get(name, "节点"), **_without_prose(said)}
        if name not in fields
        else _of_field(model, fields[name], _without_prose(said))
        for name, said in schema["properties"].items()
    }
    told = {key: each for key, each in schema.items() if key != "description"}
    required = [*fixed, *(name for name in schema.get("required", ()) if name not in fixed)]
    told |= {"title": kind_label(model), "properties": properties}
    if hint := kind_hint(model):
        told["description"] = hint
    return {**told, "required": required} if required else told


def _of_field(model: type[BaseModel], field: ModelField, schema: Json) -> Json:
    said = "".join(dict.fromkeys(filter(None, (field_hint(model, field.name), meaning(model.__name__, field.name)))))
    told = {**schema, "title": field_label(model, field.name), "description": said}
    shape = field.shape
    if not isinstance(shape, Words):
        return told
    if shape.kind == "choice" and "enum" in schema:
        told["enumDescriptions"] = [label for _value, label in choices(model, field.name)]
    if shape.kind in FORMS and not shape.several:
        told["patternErrorMessage"], told["examples"] = FORMS[shape.kind]
    return told


def _without_prose(schema: Json) -> Json:
    return {key: each for key, each in schema.items() if key not in ("title", "description")}


def _asked_by_tag(schema: Any, found: Types) -> Any:
    """Every union of tagged kinds as a choice by its tag; what is no such union stays as it is."""
    if isinstance(schema, list):
        return [_asked_by_tag(each, found) for each in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: _asked_by_tag(each, found) for key, each in schema.items() if key not in ("oneOf", "discriminator")}
    if "discriminator" not in schema:
        return {**told, **({"oneOf": schema["oneOf"]} if "oneOf" in schema else {})}
    tag, kinds = schema["discriminator"]["propertyName"], dict(_kinds(schema))
    labels = [str(found[name].get("title", name)) for name in kinds.values()]
    choice: Json = {"title": "节点", "enum": list(kinds), "enumDescriptions": labels}
    return {
        **told,
        "type": "object",
        "required": [tag],
        "properties": {tag: choice},
        "allOf": [
            {
                "if": {"required": [tag], "properties": {tag: {"const": value}}},
                "then": {"$ref": REFERENCE + name},
            }
            for value, name in kinds.items()
        ],
    }


def _kinds(schema: Json) -> Iterator[tuple[str, str]]:
    for value, reference in schema["discriminator"]["mapping"].items():
        yield value, reference.removeprefix(REFERENCE)
