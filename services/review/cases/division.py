"""An amount divided in two ways at once: what each row and each column gets is met to the fen. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

R = TypeVar("R", bound=Hashable)
C = TypeVar("C", bound=Hashable)


def divided(rows: Mapping[R, int], columns: Mapping[C, int]) -> dict[tuple[R, C], int]:
    """What of each row falls to each column, in proportion. Rows and columns come to the same sum; each cell is rounded down,
    and what is left of a row goes to the columns that still lack something, in the order of their names.

    It depends on names and sums alone, not on the order in which they are given. Raises ValueError for what does not add up.
    """
    total = sum(columns.values())
    if sum(rows.values()) != total or min([*rows.values(), *columns.values()], default=0) < 0:
        raise ValueError("rows and columns of one amount come to the same sum, none of them below nothing")
    names, heads = sorted(rows, key=_order), sorted(columns, key=_order)
    cells = {(row, column): rows[row] * columns[column] // total if total else 0 for row in names for column in heads}
    lacking = {column: columns[column] - sum(cells[row, column] for row in names) for column in heads}
    for row in names:
        left = rows[row] - sum(cells[row, column] for column in heads)
        for column in heads:
            more = min(left, lacking[column])
            cells[row, column] += more
            left, lacking[column] = left - more, lacking[column] - more
    return cells


def _order(name: Any) -> tuple[bool, Any]:
    """Numbers as numbers, before words."""
    return isinstance(name, str), name
