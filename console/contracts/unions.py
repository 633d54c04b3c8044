"""Unions that the contracts give a name to (`AmountRule = Annotated[A | B | …, Field(discriminator="node")]`) keep it.

pydantic writes such a union out again wherever it is used: the amounts' 31 nodes 61 times over. Here each stands once,
under its name, and the others refer to it.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic.fields import FieldInfo

import contracts

Json = dict[str, Any]


class SameNameTwice(Exception):
    """Two types that cross a border have one name: whoever reads the schemas could not tell them apart."""


def name_unions(types: dict[str, Json], prefix: str = "#/$defs/") -> dict[str, Json]:
    """The same types, with each named union as one more of them. `prefix` begins their references.

    Raises SameNameTwice.
    """
    used: dict[str, Json] = {}
    named = {name: _named(schema, prefix, used) for name, schema in types.items()}
    if twice := set(named) & set(used):
        raise SameNameTwice(f"a type and a union are called {'、'.join(sorted(twice))}")
    return {**named, **used}


@cache
def names_of_unions() -> dict[frozenset[str], str]:
    """Names of the members → the union's name in `contracts`."""
    for module in pkgutil.walk_packages(contracts.__path__, "contracts."):
        importlib.import_module(module.name)
    found: dict[frozenset[str], str] = {}
    for module_name in sorted(name for name in sys.modules if name.startswith("contracts.")):
        for name, value in vars(sys.modules[module_name]).items():
            if not name.startswith("_") and get_origin(value) is Annotated and _discriminated(value):
                members = frozenset(member.__name__ for member in get_args(get_args(value)[0]))
                found.setdefault(members, name)
    return found


def _discriminated(annotated: Any) -> bool:
    notes = get_args(annotated)[1:]
    return any(isinstance(note, FieldInfo) and note.discriminator is not None for note in notes)


def _named(schema: Any, prefix: str, used: dict[str, Json]) -> Any:
    """`schema` with references in the place of named unions, which are added to `used`."""
    if isinstance(schema, list):
        return [_named(each, prefix, used) for each in schema]
    if not isinstance(schema, dict):
        return schema
    name = names_of_unions().get(_members(schema, prefix))
    if name is None:
        return {key: _named(each, prefix, used) for key, each in schema.items()}
    union = {key: schema[key] for key in ("oneOf", "discriminator") if key in schema}
    used[name] = union
    # What else is said here, such as a default, is said of this one use.
    return {"$ref": prefix + name, **{key: each for key, each in schema.items() if key not in union}}


def _members(schema: Json, prefix: str) -> frozenset[str]:
    parts = schema.get("oneOf", ())
    return frozenset(part["$ref"].removeprefix(prefix) for part in parts if isinstance(part, dict) and "$ref" in part)
