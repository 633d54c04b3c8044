"""The smallest value that a JSON Schema accepts: a good body for a form, without anybody having written one."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st

Json = dict[str, Any]

MOMENTS = {"date": "2026-03-10", "date-time": "2026-03-10T04:00:00Z"}


def sample(schema: Json, root: Json) -> Any:
    """What is required and nothing more; of several alternatives the first, of a range its lower end."""
    if "$ref" in schema:
        return sample(_resolved(schema["$ref"], root), root)
    for alternatives in ("anyOf", "oneOf"):
        if alternatives in schema:
            return sample(schema[alternatives][0], root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {name: sample(schema["properties"][name], root) for name in schema.get("required", ())}
    if schema.get("type") == "array":
        return [sample(schema["items"], root)] * schema.get("minItems", 0)
    if schema.get("type") == "string":
        return _text(schema)
    if schema.get("type") in ("integer", "number"):
        return schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    assert schema.get("type") == "boolean", f"no sample is known of {schema}"
    return True


def _resolved(reference: str, root: Json) -> Json:
    here: Any = root
    for step in reference.removeprefix("#/").split("/"):
        here = here[step]
    found: Json = here
    return found


def _text(schema: Json) -> str:
    if "pattern" in schema:
        return _matching(schema["pattern"])
    return MOMENTS.get(schema.get("format", ""), "字" * schema.get("minLength", 1))


@cache
def _matching(pattern: str) -> str:
    # The first one will do: to look for the shortest takes seconds.
    first = settings(database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    return find(st.from_regex(pattern, fullmatch=True, alphabet=st.characters(codec="ascii")), bool, settings=first)
