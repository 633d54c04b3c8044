"""A place of a draft in words: 第 2 档 · 数值, so that nobody reads a pointer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.authoring import TextProblem
from gateway.portal.department.authoring.editor.called import field_label, kind_label, nth_label
from gateway.portal.department.authoring.editor.places import EditedPlace, inside, place_of
from gateway.portal.department.authoring.editor.pointers import PlaceGone, parts_of
from gateway.portal.department.authoring.editor.shapes import Many, Part

WRONG_FIELD = "field_"
"""Begins the codes of problems whose sentence does not say what they are about."""

SAID = 2
"""The last so many names of a place are said: the page says the others."""


def place_named(document: Any, pointer: str) -> str:
    """What people call the place, as far as it is known."""
    here, names = place_of(document, ""), []
    for part in parts_of(pointer):
        try:
            below = inside(here, part)
        except PlaceGone:
            break
        names.append(_name(here, below, part))
        here = below
    told = [name for name in names if name]
    return " · ".join(told[-SAID:])


def _name(above: EditedPlace, here: EditedPlace, part: str) -> str:
    if isinstance(above.shape, Many):
        if isinstance(above.shape.of, Part):
            return nth_label(above.shape.of.model, int(part) + 1)
        return f"第 {int(part) + 1} 项{kind_label(here.model) if here.model else ''}"
    return field_label(above.model, part) if above.model is not None else part


def named_problems(document: Any, problems: Sequence[TextProblem]) -> tuple[TextProblem, ...]:
    """The same problems, each saying what it is about."""
    return tuple(
        each.model_copy(update={"text": f"{place_named(document, each.where)}：{each.text}"})
        if each.code.startswith(WRONG_FIELD) and each.where
        else each
        for each in problems
    )
