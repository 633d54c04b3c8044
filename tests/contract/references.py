"""What every JSON document with references must be: closed in itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def dangling(document: dict[str, Any]) -> list[str]:
    """The references that lead nowhere inside `document`."""
    return sorted({reference for reference in references(document) if not _leads_somewhere(document, reference)})


def references(part: Any) -> Iterator[str]:
    """Every `$ref` below `part`."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def _leads_somewhere(document: dict[str, Any], reference: str) -> bool:
    here: Any = document
    for step in reference.removeprefix("#/").split("/"):
        if not isinstance(here, dict) or step not in here:
            return False
        here = here[step]
    return reference.startswith("#/")
