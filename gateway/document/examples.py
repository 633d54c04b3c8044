"""An example of every request and answer, put together from the values of `examples.toml` along the schemas.

What is chosen for a class and field counts first, then what is chosen for the field's name, then the plainest value of its
type. tests/contract/test_every_operation_has_examples.py holds each against its schema and against the contract itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gateway.document.words import lineage, table

Json = dict[str, Any]
COMPONENT = "#/components/schemas/"
NOTHING = "∅"
PLAIN_TEXT = "示例"
DEEPEST = 12
MOMENTS = {"date": "2026-03-02", "date-time": "2026-03-02T01:30:00Z"}
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}
PERSON = "_by"


class NoExample(Exception):
    """No value is known of a field: it wants a line in examples.toml."""


class Examples:
    """Examples along the schemas of one document."""

    def __init__(self, schemas: Json) -> None:
        self._schemas = schemas
        self._fields: Mapping[str, Any] = table("examples")["fields"]
        self._types: Mapping[str, Mapping[str, Any]] = table("examples")["types"]

    def of_class(self, name: str, depth: int = 0) -> Any:
        """A value of this class. Raises NoExample."""
        return self._value(self._schemas[name], name, "", depth)

    def of_answer(self, operation: str, name: str) -> Any:
        """What this operation answers, of this class: a command is answered with what has become of the thing."""
        changed: Json = table("examples")["answers"].get(operation, {})
        return self.of_class(name) | {field: _meant(value) for field, value in changed.items()}

    def of_form(self, form: Json, contract: str) -> Json:
        """What a caller fills in of a contract: what has to be said, and what is chosen for it. Raises NoExample."""
        chosen = self._chosen(contract)
        needed = form.get("required", ())
        said = [name for name in form["properties"] if name in needed or chosen.get(name, NOTHING) != NOTHING]
        return {name: self.of_field(contract, name, form["properties"][name]) for name in said}

    def of_field(self, owner: str, name: str, schema: Json, depth: int = 0) -> Any:
        """A value of one field or parameter of the class. Raises NoExample."""
        chosen = self._chosen(owner)
        if name in chosen:
            return _meant(chosen[name])
        if name in self._fields and self._fits(self._fields[name], schema):
            return self._fields[name]
        if "default" in schema:
            return schema["default"]
        return self._value(schema, owner, name, depth)

    def of_file(self, media_type: str) -> str:
        """The beginning of a file of this type."""
        return str(table("examples")["files"][media_type])

    def _chosen(self, owner: str) -> Mapping[str, Any]:
        return {
            name: value for each in reversed([*lineage(owner)]) for name, value in self._types.get(each, {}).items()
        }

    def _value(self, schema: Json, owner: str, name: str, depth: int) -> Any:
        if depth > DEEPEST:
            raise NoExample(f"{owner}.{name} never ends")
        if "$ref" in schema:
            return self.of_class(schema["$ref"].removeprefix(COMPONENT), depth + 1)
        alternatives = schema.get("anyOf", schema.get("oneOf"))
        if alternatives is not None:
            absent = any(each.get("type") == "null" for each in alternatives)
            return None if absent else self._value(alternatives[0], owner, name, depth + 1)
        if "const" in schema:
            return schema["const"]
        return schema["enum"][0] if "enum" in schema else self._plain(schema, owner, name, depth)

    def _plain(self, schema: Json, owner: str, name: str, depth: int) -> Any:
        """The plainest value of the schema's type."""
        kind = schema.get("type")
        if kind == "object" and "properties" in schema:
            properties: Json = schema["properties"]
            return {field: self.of_field(owner, field, said, depth) for field, said in properties.items()}
        if kind == "object":
            return {}
        if kind == "array":
            return [self._value(schema["items"], owner, name, depth + 1)]
        if kind == "integer":
            return max(1, schema.get("minimum", 1))
        if kind == "boolean":
            return False
        return self._text(schema, owner, name)

    def _text(self, schema: Json, owner: str, name: str) -> str:
        if "format" in schema:
            return MOMENTS[schema["format"]]
        if name.endswith(PERSON):
            return "person-0001"
        if name.endswith("_id"):
            return f"{name.removesuffix('_id').replace('_', '-')}-0001"
        if not _fits_text(PLAIN_TEXT, schema):
            raise NoExample(f"{owner}.{name}")
        return PLAIN_TEXT

    def _fits(self, value: Any, schema: Json) -> bool:
        """Whether the value may stand there, as far as plain values go: what is chosen by name means the same everywhere."""
        if "$ref" in schema:
            return self._fits(value, self._schemas[schema["$ref"].removeprefix(COMPONENT)])
        if "anyOf" in schema:
            return any(self._fits(value, each) for each in schema["anyOf"])
        if "oneOf" in schema or "const" in schema or "properties" in schema:
            return False
        if not isinstance(value, TYPES.get(schema.get("type", "null"), ())):
            return False
        if isinstance(value, bool) and schema["type"] != "boolean":
            return False
        if isinstance(value, list):
            return all(self._fits(each, schema["items"]) for each in value)
        if isinstance(value, str):
            return _fits_text(value, schema)
        return not isinstance(value, int) or schema.get("minimum", value) <= value <= schema.get("maximum", value)


def _meant(value: Any) -> Any:
    """The value as it is chosen in a table that knows no null."""
    return None if value == NOTHING else value


def _fits_text(value: str, schema: Json) -> bool:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", len(value))
    if not shortest <= len(value) <= longest or value not in schema.get("enum", (value,)):
        return False
    return "format" not in schema and re.search(schema.get("pattern", ""), value) is not None


def problem_example(status: int) -> Json:
    """A problem document of this status, as `gateway.errors` writes them."""
    said = table("examples")["problems"][str(status)]
    code = said["code"]
    return {
        "type": f"urn:zhida:problem:{code}",
        "title": code,
        "status": status,
        "detail": said["detail"],
        "code": code,
        "retryable": said.get("retryable", False),
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "errors": said.get("errors", []),
    }
