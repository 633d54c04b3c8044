"""How a generated JSON file is laid out: keys in order, and what fits on a line stands on one.

A field of a schema is then one line, and so is its change in a difference.
"""

from __future__ import annotations

import json
from typing import Any

WIDTH = 120


def text_of(document: Any) -> str:
    """The file's text."""
    return _laid_out(document, 0, 0) + "\n"


def one_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _laid_out(value: Any, indent: int, used: int) -> str:
    """`value`, to stand behind `used` other characters of a line that is indented so far."""
    line = one_line(value)
    if not isinstance(value, dict | list) or indent + used + len(line) < WIDTH:
        return line
    inner = " " * (indent + 2)
    if isinstance(value, list):
        parts = [inner + _laid_out(each, indent + 2, 0) for each in value]
        return "\n".join(["[", ",\n".join(parts), " " * indent + "]"])
    parts = []
    for key in sorted(value):
        name = f"{one_line(key)}: "
        parts.append(inner + name + _laid_out(value[key], indent + 2, len(name)))
    return "\n".join(["{", ",\n".join(parts), " " * indent + "}"])
