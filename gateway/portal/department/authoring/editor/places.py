"""What stands at a place of a draft, and what may stand there: the document followed along the contracts' types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from contracts.item import PolicyItemContent
from gateway.portal.department.authoring.editor.pointers import NOWHERE, PlaceGone, joined, parent_of, parts_of
from gateway.portal.department.authoring.editor.shapes import Kinds, Many, ModelField, Part, Shape, member
from gateway.row_numbers import is_index

ROOT: type[BaseModel] = PolicyItemContent


@dataclass(frozen=True)
class EditedPlace:
    """One place. `owner` and `field` are the model and field that it is, None inside a list."""

    at: str
    shape: Shape
    value: Any
    owner: type[BaseModel] | None = None
    field: ModelField | None = None

    @property
    def model(self) -> type[BaseModel] | None:
        """The model of what stands there; None for nothing, words, a list, or a kind that nobody knows."""
        if isinstance(self.shape, Part):
            return self.shape.model
        if isinstance(self.shape, Kinds) and isinstance(self.value, dict):
            return self.shape.model(self.value.get(self.shape.tag))
        return None


def place_of(document: Any, pointer: str) -> EditedPlace:
    """Raises PlaceGone for a place that the item does not have."""
    here = EditedPlace("", Part(ROOT), document)
    for part in parts_of(pointer):
        here = inside(here, part)
    return here


def inside(here: EditedPlace, part: str) -> EditedPlace:
    """The place of that name in a place. Raises PlaceGone."""
    at = joined(here.at, part)
    if isinstance(here.shape, Many):
        entries = here.value if isinstance(here.value, list) else []
        if not is_index(part) or int(part) >= len(entries):
            raise PlaceGone()
        return EditedPlace(at, here.shape.of, entries[int(part)])
    model = here.model
    found = member(model, part) if model is not None else None
    if found is None:
        raise PlaceGone()
    value = here.value.get(part, NOWHERE) if isinstance(here.value, dict) else NOWHERE
    return EditedPlace(at, found.shape, value, model, found)


def effective(place: EditedPlace) -> Any:
    """What stands there, or what its absence means."""
    if place.value is NOWHERE and place.field is not None and place.field.default is not None:
        return place.field.default
    return place.value


def around(document: Any, pointer: str) -> tuple[EditedPlace, str]:
    """The place that a place lies in, and its name there."""
    above, name = parent_of(pointer)
    return place_of(document, above), name


def operator_beside(document: Any, pointer: str) -> Any:
    """The comparison that the value at `pointer` belongs to."""
    above, _name = around(document, pointer)
    return above.value.get("operator") if isinstance(above.value, dict) else None
