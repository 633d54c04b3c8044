"""What the outside can rely on, taken from the generated documents: the side of a comparison, and the baseline.

`contracts/baseline.json` is such a record, kept at a moment that was chosen: what it holds must still be kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from console.contracts.growth import Types, Use, without_prose
from console.contracts.layout import one_line
from console.contracts.schemas import NOTE, within

Json = dict[str, Any]

USES: dict[str, tuple[Use, ...]] = {
    "commands": ("taken",),
    "queries": ("taken",),
    "events": ("taken", "given"),
    "answers": ("given",),
    "envelopes": ("taken", "given"),
    "shared": ("taken", "given"),
}
"""Family → how its messages are used. Of an event both: an older service reads what a newer one says, and the other
way round."""

METHODS = ("get", "put", "post", "delete", "patch")


class NotComparable(Exception):
    """These documents are not laid out as they are today: there is nothing to compare with."""


@dataclass(frozen=True)
class Outside:
    """`messages`: family → name → what is said of it; `refusals`: code → kind; `routes`: "POST /path" → parameters
    that a caller must give, besides those in the path."""

    types: Types
    messages: Mapping[str, Mapping[str, Json]]
    refusals: Mapping[str, str]
    routes: Mapping[str, list[str]]

    def users_of(self) -> dict[str, list[tuple[str, str]]]:
        """Type → the (family, message) that it is, or is inside of."""
        users: dict[str, list[tuple[str, str]]] = {name: [] for name in self.types}
        for family, messages in self.messages.items():
            for message in messages:
                for name in within(dict(self.types), message):
                    users[name].append((family, message))
        return users


def outside_of(documents: Mapping[str, Json]) -> Outside:
    """What the generated documents (by file name) say to others. Raises NotComparable."""
    try:
        return Outside(
            types=without_prose_each(documents["schemas.json"]["$defs"]),
            messages={family: _messages(documents[f"{family}.json"]["$defs"]) for family in USES},
            refusals={code: entry["kind"] for code, entry in documents["refusals.json"]["codes"].items()},
            routes=dict(_routes(documents["openapi.json"])),
        )
    except KeyError as missing:
        raise NotComparable(str(missing)) from missing


def without_prose_each(types: Types) -> Types:
    return {name: without_prose(schema) for name, schema in types.items()}


def recorded_text(outside: Outside) -> str:
    """The baseline file: one line for each thing, so that a difference tells what was given up."""
    parts = []
    for part, entries in asdict(outside).items():
        if part == "messages":
            entries = {f"{family}/{name}": said for family, each in entries.items() for name, said in each.items()}
        lines = [f"    {one_line(name)}: {one_line(entries[name])}" for name in sorted(entries)]
        parts.append(f'  "{part}": {{\n' + ",\n".join(lines) + "\n  }")
    return f'{{\n  "$comment": {one_line(NOTE)},\n' + ",\n".join(parts) + "\n}\n"


def recorded(text: str) -> Outside:
    """What `recorded_text` wrote. Raises NotComparable."""
    try:
        record = json.loads(text)
        messages: dict[str, dict[str, Json]] = {family: {} for family in USES}
        for key, said in record["messages"].items():
            family, _, name = key.partition("/")
            messages[family][name] = said
        return Outside(record["types"], messages, record["refusals"], record["routes"])
    except (KeyError, ValueError) as wrong:
        raise NotComparable(str(wrong)) from wrong


def _messages(entries: Json) -> dict[str, Json]:
    """What is said of each message beside its type."""
    return {
        name: {key.removeprefix("x-"): value for key, value in entry.items() if key.startswith("x-")}
        for name, entry in entries.items()
    }


def _routes(openapi: Json) -> list[tuple[str, list[str]]]:
    """What a parameter in a path is called is nobody's business: callers fill it in."""
    return [
        (f"{method.upper()} {re.sub(r'{[^}]*}', '{}', path)}", sorted(_needed(operation, openapi)))
        for path, operations in openapi["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    ]


def _needed(operation: Json, openapi: Json) -> set[str]:
    described = [_resolved(each, openapi) for each in operation.get("parameters", ())]
    return {each["name"] for each in described if each.get("required") and each["in"] != "path"}


def _resolved(parameter: Json, openapi: Json) -> Json:
    if "$ref" not in parameter:
        return parameter
    target: Json = openapi["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
    return target
