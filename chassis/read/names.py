"""Part of a name, looked for in a column of names as people read them (`contracts.names`): whatever brackets, dots and blanks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func

from contracts.names import folded

WRITTEN = "（）［］【】〔〕[]•‧・“”\"'‘’ \u3000\u00a0"
READ = '()()()()()···""""""'
"""Sign by sign what stands in a column and how it is compared; the blanks, which have no sign in READ, are left out."""


def has_in_name(column: Any, about: str) -> ColumnElement[bool]:
    """Whether the name has `about` in it. All of the column's names are read for it: from an index of names."""
    return func.strpos(func.lower(func.translate(column, WRITTEN, READ)), folded(about)) > 0
