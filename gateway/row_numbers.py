"""Numbers of rows, as they stand in the names of a form and in pointers. Pure."""

from __future__ import annotations


def is_index(name: str) -> bool:
    """Whether a name in a form or a pointer is the number of a row. Python reads no number of thousands of digits."""
    return name.isdecimal() and len(name) <= 6
