"""A section of a draft as a page shows it: blocks with their fields, and slots with the blocks inside them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel

from contracts.authoring import TextProblem
from gateway.portal.department.authoring.editor.called import field_hint, field_label, kind_hint, kind_label, nth_label
from gateway.portal.department.authoring.editor.changes import list_inside, slot_for
from gateway.portal.department.authoring.editor.declared import Declared
from gateway.portal.department.authoring.editor.fields import Field, fields_of
from gateway.portal.department.authoring.editor.places import EditedPlace, inside, place_of
from gateway.portal.department.authoring.editor.pointers import NOWHERE, Json
from gateway.portal.department.authoring.editor.sections import Section
from gateway.portal.department.authoring.editor.shapes import Kinds, Many, ModelField, Part, beside, members
from gateway.row_numbers import is_index

Move = Literal["up", "down", "remove", "into", "out", "unwrap"]


@dataclass
class Slot:
    """A place for one block, or for a list of them. `kinds`: those to choose from; without, `adds` is what is added."""

    at: str
    label: str
    hint: str
    many: bool
    required: bool
    kinds: Kinds | None
    open: bool
    adds: str = ""
    blocks: list[Block] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass
class Block:
    """One part or node with its fields. `text` is its JSON, where it is written as such."""

    at: str
    title: str
    hint: str
    said: str
    kinds: Kinds | None = None
    tag: str = ""
    fields: list[Field] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    moves: tuple[Move, ...] = ()
    text: str | None = None
    known: bool = True
    problems: list[str] = field(default_factory=list)

    @property
    def small(self) -> bool:
        """Whether it is one line of fields."""
        return not self.slots and self.text is None and len(self.fields) <= 7

    @property
    def wraps(self) -> list[str]:
        """The kinds of node that can take this one in."""
        if self.kinds is None:
            return []
        return [tag for tag, model in self.kinds.models if slot_for(self.kinds, model) is not None]


@dataclass(frozen=True)
class View:
    """What is shown besides the draft itself: the sentence of each place, and which nodes are written as JSON."""

    said: Mapping[str, str] = field(default_factory=dict)
    as_json: frozenset[str] = frozenset()


def section_tree(document: Json, section: Section, problems: Iterable[TextProblem], view: View) -> list[Block]:
    """The section's blocks, each problem at its place or at the nearest around it."""
    builder = _Builder(document, view)
    blocks = [builder.some_of(at, names) for at, names in section.parts]
    _note(blocks, section, problems)
    return blocks


class _Builder:
    """Follows a document along its types."""

    def __init__(self, document: Json, view: View) -> None:
        self.document = document
        self.view = view
        self.declared = Declared.of(document)

    def some_of(self, at: str, names: Iterable[str]) -> Block:
        """Those fields of a part that one section shows."""
        place = place_of(self.document, at)
        assert place.model is not None
        chosen = {each.name: each for each in members(place.model)}
        block = Block(at, kind_label(place.model), "", "")
        self._fill(block, place, place.model, [chosen[name] for name in names])
        return block

    def block(self, place: EditedPlace, title: str = "", around: Block | None = None) -> Block:
        """What stands at a place; what nobody knows there, and what is asked for so, as JSON."""
        model, kinds = place.model, place.shape if isinstance(place.shape, Kinds) else None
        there = isinstance(place.value, dict) or (place.value is NOWHERE and kinds is None)
        block = Block(
            at=place.at,
            title=title or (kind_label(model) if model else "无法识别的内容"),
            hint=kind_hint(model) if model else "",
            said=self.view.said.get(place.at, ""),
            kinds=kinds,
            tag=str(place.value.get(kinds.tag, "")) if kinds and isinstance(place.value, dict) else "",
            known=model is not None and there,
        )
        if not block.known or place.at in self.view.as_json or model is None:
            block.text = json.dumps(place.value, ensure_ascii=False, indent=2)
            return block
        self._fill(block, place, model, members(model))
        return block

    def _fill(self, block: Block, place: EditedPlace, model: type[BaseModel], chosen: Iterable[ModelField]) -> None:
        for each in chosen:
            below = inside(place, each.name)
            if isinstance(each.shape, Part | Kinds | Many) and not beside(each):
                block.slots.append(self._slot(below, model, each))
            else:
                block.fields += fields_of(self.document, below, model, each, self.declared)

    def _slot(self, place: EditedPlace, model: type[BaseModel], each: ModelField) -> Slot:
        at, many = place.at, isinstance(each.shape, Many)
        of = each.shape.of if isinstance(each.shape, Many) else each.shape
        always = isinstance(each.shape, Part) and each.required
        slot = Slot(
            at=at,
            label=field_label(model, each.name),
            hint=field_hint(model, each.name),
            many=many,
            required=each.required,
            kinds=of if isinstance(of, Kinds) else None,
            open=False,
            adds=kind_label(of.model) if isinstance(of, Part) else "",
        )
        if many:
            entries = place.value if isinstance(place.value, list) else []
            slot.blocks = [self._entry(place, index, len(entries)) for index in range(len(entries))]
            strange = place.value not in (NOWHERE, None) and not isinstance(place.value, list)
        else:
            value = each.default if place.value is NOWHERE and isinstance(each.default, dict) else place.value
            there = value not in (NOWHERE, None)
            if there or always:
                block = self.block(EditedPlace(at, of, value, model, each), title=slot.label if always else "")
                block.moves = () if always else self._single_moves(block)
                slot.blocks = [block]
            strange = False
        slot.open = not strange and (many or not slot.blocks)
        if strange:
            slot.blocks = [
                Block(at, "无法识别的内容", "", "", text=json.dumps(place.value, ensure_ascii=False), known=False)
            ]
        return slot

    def _entry(self, above: EditedPlace, index: int, count: int) -> Block:
        place = inside(above, str(index))
        block = self.block(place)
        if block.kinds is None and place.model is not None:
            block.title = nth_label(place.model, index + 1)
        moves: list[Move] = ["remove"]
        moves += ["up"] if index else []
        moves += ["down"] if index + 1 < count else []
        if block.kinds is not None:
            before = inside(above, str(index - 1)) if index else None
            moves += ["into"] if before is not None and list_inside(before) else []
            moves += ["out"] if self._in_a_group(place) else []
            moves += ["unwrap"] if self._holds(block) else []
        block.moves = tuple(moves)
        return block

    def _single_moves(self, block: Block) -> tuple[Move, ...]:
        held = self._holds(block)
        return ("remove", "unwrap") if block.kinds is not None and held == 1 else ("remove",)

    def _holds(self, block: Block) -> int:
        """How many nodes of the same kinds stand right inside it."""
        return sum(len(slot.blocks) for slot in block.slots if slot.kinds == block.kinds)

    def _in_a_group(self, place: EditedPlace) -> bool:
        """Whether the group that it lies in stands itself in a list of the same kinds."""
        parts = place.at.rsplit("/", 4)
        if len(parts) < 5 or not is_index(parts[2]):
            return False
        group = place_of(self.document, place.at.rsplit("/", 2)[0])
        return group.shape == place.shape


# -- problems at their places -----------------------------------------------------------------------------


def _note(blocks: list[Block], section: Section, problems: Iterable[TextProblem]) -> None:
    """Each problem of the section beside its field, or at the block or slot nearest around it."""
    places: dict[str, list[str]] = {}
    for block in blocks:
        places |= dict(_noted(block))
    shown = set(section.pointers)
    for problem in problems:
        where = problem.where
        if not any(where == each or where.startswith(f"{each}/") for each in shown):
            continue
        while where not in places and where:
            where = where.rpartition("/")[0]
        if where in places:
            places[where].append(problem.text)


def _noted(block: Block) -> Iterator[tuple[str, list[str]]]:
    yield block.at, block.problems
    for each in block.fields:
        yield each.at, each.problems
    for slot in block.slots:
        yield slot.at, slot.problems
        for inner in slot.blocks:
            yield from _noted(inner)
