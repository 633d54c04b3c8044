"""Numbers of rows, as they stand in the names of a form and in pointers. Pure."""

from __future__ import annotations

from contracts.typed import is_digits


def is_index(name: str) -> bool:
    """Whether a name in a form or a pointer is the number of a row."""
    return is_digits(name, 6)
