"""Cells that hold JSON: an object of numbers that a database can hold, no deeper than a rule can be."""

from __future__ import annotations

import json
from typing import Any

from services.catalog.workbooks.cells import Json

DEEPEST = 100
"""Levels; the deepest real rule has about ten."""


def json_object(text: str) -> Json:
    """Raises ValueError with a Chinese sentence."""
    try:
        found = json.loads(text, parse_int=_small_integer, parse_constant=_no_number)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    except ValueError:
        raise ValueError(NO_OBJECT) from None
    if not isinstance(found, dict):
        raise ValueError(NO_OBJECT)
    if _is_deeper(found, DEEPEST):
        raise ValueError(TOO_DEEP)
    return found


NO_OBJECT = "不是有效的 JSON 对象"
TOO_DEEP = f"嵌套太深（超过 {DEEPEST} 层）"


def _small_integer(text: str) -> int:
    number = int(text)
    if abs(number) >= 2**63:
        raise ValueError("no database holds it")
    return number


def _no_number(text: str) -> None:
    raise ValueError(text)


def _is_deeper(tree: Json, levels: int) -> bool:
    """Level by level, so that no depth is too much for looking."""
    level: list[Any] = [tree]
    for _ in range(levels):
        level = [
            part
            for each in level
            for part in (each.values() if isinstance(each, dict) else each)
            if isinstance(part, dict | list)
        ]
        if not level:
            return False
    return True


def facts_in(tree: Any) -> set[str]:
    """Names of the facts anywhere in a tree of the rule language."""
    if isinstance(tree, list):
        return {name for each in tree for name in facts_in(each)}
    if not isinstance(tree, dict):
        return set()
    own = {tree["fact"]} if isinstance(tree.get("fact"), str) else set()
    return own | {name for each in tree.values() for name in facts_in(each)}
