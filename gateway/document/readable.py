"""What programs that make clients of the document stumble over, said in a way that all of them read.

The meaning stays: tests/contract/test_clients_are_generated.py makes whole clients of it, in Python and TypeScript.
"""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]


def make_readable(schemas: Json) -> None:
    """Changes all schemas in place."""
    for owner, schema in schemas.items():
        for name, said in schema.get("properties", {}).items():
            _name_its_values(said, owner, name, set(schemas))
            _say_default(said)


def _name_its_values(said: Json, owner: str, name: str, taken: set[str]) -> None:
    """A list of values inside a property is called by class and property; that may be another type's name."""
    title = name.title().replace("_", "")
    if "enum" in said and owner + title in taken:
        said["title"] = f"{title} Of {owner}"


def _say_default(said: Json) -> None:
    """What is taken where an object is left out stands in the sentence: makers of clients have no way to write one down."""
    if isinstance(said.get("default"), dict):
        default = json.dumps(said.pop("default"), ensure_ascii=False)
        said["description"] = f"{said.get('description', '')}不填时为 {default}。"


def never_null(schema: Json) -> Json:
    """The schema of a value that stands in a path: it is always there."""
    alternatives = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(alternatives) != len(schema.get("anyOf", ())) and len(alternatives) == 1:
        rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
        return {**alternatives[0], **rest}
    return schema


def heading(tag: str) -> tuple[str, str]:
    """A heading of ours, `企业自助 own affairs`, as the name that clients call a module by (own_affairs), and for people."""
    zh, _, name = tag.partition(" ")
    return name.replace(" ", "_") or zh, zh
