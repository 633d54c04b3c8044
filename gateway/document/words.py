"""What every field means, in Chinese: said once by its name, and by class where the meaning differs there.

`fields.toml`: name → sentence. `meanings.toml`: class → name → sentence; what is said of a class holds for those that
extend it. tests/contract/test_everything_is_described.py refuses a field without a sentence and a sentence without a field.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

Json = dict[str, Any]
HERE = Path(__file__).parent
ROOTS = ("object", "BaseModel", "Generic", "ABC")


class FieldNotDescribed(Exception):
    """A field stands in the document and in neither table."""


@cache
def table(name: str) -> Mapping[str, Any]:
    """One of the tables beside this module."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def classes() -> Mapping[str, type[BaseModel]]:
    """Every class that messages are made of, by its name; names are unique in the tree (tests/architecture)."""
    found: dict[str, type[BaseModel]] = {}
    todo = list(BaseModel.__subclasses__())
    while todo:
        here = todo.pop()
        found.setdefault(here.__name__, here)
        todo += here.__subclasses__()
    return found


def lineage(owner: str) -> Iterator[str]:
    """The class and those that it extends, the nearest first."""
    known = classes().get(owner)
    yield from (each.__name__ for each in known.__mro__ if each.__name__ not in ROOTS) if known else (owner,)


def meaning(owner: str, field: str) -> str | None:
    """What `field` means in the class `owner`; None where nobody has said."""
    meanings = table("meanings")
    for name in lineage(owner):
        if field in meanings.get(name, {}):
            return str(meanings[name][field])
    said = table("fields")["fields"].get(field)
    return None if said is None else str(said)


def describe(schemas: Json) -> None:
    """Puts the sentence beside every property of every schema. One that is missing is left out: the test names it."""
    for owner, schema in schemas.items():
        for field, said in schema.get("properties", {}).items():
            sentence = meaning(owner, field)
            if sentence is not None:
                said["description"] = sentence


def operation_said(name: str, written: str) -> str:
    """What the operation does, Chinese first: as its function is written, or by the table where that is English alone."""
    zh = table("operations")["operations"].get(name)
    return written if zh is None else f"{zh}。\n\n{written}"


def parameter_meaning(contract: str, name: str) -> str:
    """What a parameter of a route means that describes itself. Raises FieldNotDescribed: no route starts unexplained."""
    sentence = meaning(contract, name)
    if sentence is None:
        raise FieldNotDescribed(f"{contract}.{name}")
    return sentence
