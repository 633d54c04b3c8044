"""What a person's form does to a draft: fields as they were filled in, and one thing done to one place.

Nothing is changed that the form does not say: what is sent back as it was shown stays as it was, byte for byte.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contracts.refusal import Invalid, Reason
from gateway.portal.department.authoring.editor.blanks import blank, named, turned
from gateway.portal.department.authoring.editor.places import EditedPlace, around, effective, operator_beside, place_of
from gateway.portal.department.authoring.editor.pointers import (
    NOWHERE,
    Json,
    PlaceGone,
    found,
    joined,
    list_at,
    parent_of,
    put,
    taken_out,
)
from gateway.portal.department.authoring.editor.shapes import Kinds, Many, Part, Words, members
from gateway.portal.department.authoring.editor.writing import read, shown, unchanged
from gateway.row_numbers import is_index

Said = Sequence[tuple[str, Sequence[str]]]
"""(name, what stands in it) of each field that a form has: the place's pointer, with `[]` behind it where boxes are
ticked."""

TICKED = "[]"


class NotJson(Invalid):
    """What was written in the place of a node is no JSON object."""

    code = "not_json"
    sentence = "填写的内容不是有效的 JSON 对象。"


class KindMissing(Invalid):
    """Something is to be added, and nobody said what."""

    code = "kind_missing"
    sentence = "请先选择要添加的种类。"


def filled_in(document: Json, fields: Said) -> Json:
    """The draft with these fields as they were filled in. Raises PlaceGone."""
    changed = copy.deepcopy(document)
    # What a condition compares with is read by its comparison, which stands in the same form.
    ordered = sorted(fields, key=lambda each: each[0].removesuffix(TICKED).endswith("/value"))
    for name, texts in ordered:
        pointer = name.removesuffix(TICKED)
        place = place_of(changed, pointer)
        if not isinstance(place.shape, Words):
            raise PlaceGone()
        compared = place.shape.kind == "value"
        operator = operator_beside(changed, pointer) if compared else None
        anew = compared and operator != operator_beside(document, pointer)
        if anew or not unchanged(place.shape, shown(place.shape, effective(place)), texts):
            _fill(changed, place, read(place.shape, texts, operator=operator), ticked=name.endswith(TICKED))
    return changed


def _fill(document: Json, place: EditedPlace, value: Any, *, ticked: bool) -> None:
    if ticked and isinstance(value, list) and isinstance(place.value, list):
        # Boxes have no order of their own: what stays keeps its own, what is new comes after it.
        kept = [each for each in place.value if each in value]
        value = [*kept, *(each for each in value if each not in kept)]
    if value == place.value:
        return
    if value is NOWHERE:
        _clear(document, place.at, place)
    else:
        put(document, place.at, value)


def _clear(document: Json, pointer: str, place: EditedPlace) -> None:
    """Takes the field out; a part that may be missing goes with the last of its fields."""
    if place.value in (NOWHERE, None):
        return
    listed = isinstance(place.shape, Words) and place.shape.several and isinstance(place.value, list)
    if listed and place.field is not None and (place.field.required or place.field.default is not None):
        put(document, pointer, [])
        return
    taken_out(document, pointer)
    above, _name = around(document, pointer)
    if above.value == {} and above.field is not None and above.field.nullable:
        taken_out(document, above.at)


def with_json(document: Json, pointer: str, text: str) -> Json:
    """The draft with another text in the place of a node. Raises NotJson with the line and column."""
    field = f"j.{pointer}"
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise NotJson(Reason(code="json_too_deep", message="嵌套太深。", field=field)) from None
    except json.JSONDecodeError as error:
        where = f"第 {error.lineno} 行第 {error.colno} 列不是有效的 JSON。"
        raise NotJson(Reason(code="json_invalid", message=where, field=field)) from None
    except ValueError:
        raise NotJson(Reason(code="json_invalid", message="含有过长的整数或 NaN、Infinity。", field=field)) from None
    if not isinstance(value, dict):
        raise NotJson(Reason(code="json_no_object", message="应为一个对象（花括号）。", field=field))
    if value == found(document, pointer):
        return document
    changed = copy.deepcopy(document)
    put(changed, pointer, value)
    return changed


def _no_constant(text: str) -> None:
    raise ValueError(text)


def with_fact(document: Json, fact: Json) -> Json:
    """The draft with another fact declared, unless it declares one of that name already."""
    changed = copy.deepcopy(document)
    declared = list_at(changed, "/rules/fact_types")
    if all(not isinstance(each, dict) or each.get("name") != fact.get("name") for each in declared):
        declared.append(fact)
    return changed


# -- one thing done to one place --------------------------------------------------------------------------


def done(document: Json, act: str, kind: str = "") -> tuple[Json, str]:
    """The draft after `act`, which is what is done and where (`remove:/rules/amount/of/1`), and where to look then.

    `kind` is what was chosen for it; a button may say it itself (`wrap=cap:/rules/amount`). Raises PlaceGone or KindMissing.
    """
    said, _, pointer = act.partition(":")
    what, _, named_kind = said.partition("=")
    handle = ACTS.get(what)
    if handle is None or (pointer and not pointer.startswith("/")):
        raise PlaceGone()
    changed = copy.deepcopy(document)
    return changed, handle(changed, pointer, named_kind or kind)


def _add(document: Json, pointer: str, kind: str) -> str:
    """Another one at the end of a list, or the one that is missing."""
    place = place_of(document, pointer)
    shape = place.shape.of if isinstance(place.shape, Many) else place.shape
    made = _made(document, shape, kind)
    if not isinstance(place.shape, Many):
        if isinstance(place.value, dict):
            raise PlaceGone()
        put(document, pointer, made)
        return pointer
    entries = list_at(document, pointer)
    entries.append(made)
    return joined(pointer, len(entries) - 1)


def _made(document: Json, shape: Any, kind: str) -> Json:
    if isinstance(shape, Kinds):
        model = shape.model(kind)
        if model is None:
            raise KindMissing()
        return named(model, blank(model), document)
    if not isinstance(shape, Part):
        raise PlaceGone()
    return named(shape.model, blank(shape.model), document)


def _remove(document: Json, pointer: str, _kind: str) -> str:
    """A node, an entry of a list, or a part that may be missing: nothing else is taken away as a whole."""
    place = place_of(document, pointer)
    always = isinstance(place.shape, Part) and place.field is not None and place.field.required
    if isinstance(place.shape, Words | Many) or always:
        raise PlaceGone()
    taken_out(document, pointer)
    above, _name = around(document, pointer)
    if above.value == [] and above.field is not None and not above.field.required and above.field.default is None:
        taken_out(document, above.at)
    return above.at


def _up(document: Json, pointer: str, _kind: str) -> str:
    return _moved(document, pointer, -1)


def _down(document: Json, pointer: str, _kind: str) -> str:
    return _moved(document, pointer, 1)


def _moved(document: Json, pointer: str, by: int) -> str:
    above, name = parent_of(pointer)
    entries = found(document, above)
    if not isinstance(entries, list) or not is_index(name) or not 0 <= int(name) + by < len(entries):
        raise PlaceGone()
    at = int(name)
    entries[at], entries[at + by] = entries[at + by], entries[at]
    return joined(above, at + by)


def _wrap(document: Json, pointer: str, kind: str) -> str:
    """A new node in the place of another, which it takes in."""
    place = place_of(document, pointer)
    model = place.shape.model(kind) if isinstance(place.shape, Kinds) else None
    name = slot_for(place.shape, model) if isinstance(place.shape, Kinds) and model is not None else None
    if model is None or name is None:
        raise KindMissing()
    made = named(model, blank(model), document)
    inside = next(each for each in members(model) if each.name == name)
    made[name] = [place.value] if isinstance(inside.shape, Many) else place.value
    put(document, pointer, made)
    return pointer


def slot_for(kinds: Kinds, model: Any) -> str | None:
    """The field of a node of this kind that takes in another of the same kinds, if it has one."""
    takes = [each.name for each in members(model) if kinds in (each.shape, getattr(each.shape, "of", None))]
    return takes[0] if takes else None


def _unwrap(document: Json, pointer: str, _kind: str) -> str:
    """What the node holds, in its own place: of several all, where it stands in a list."""
    place = place_of(document, pointer)
    held = held_in(place)
    above, name = parent_of(pointer)
    entries = found(document, above)
    if isinstance(entries, list) and is_index(name):
        entries[int(name) : int(name) + 1] = held
    elif len(held) == 1:
        put(document, pointer, held[0])
    else:
        raise PlaceGone()
    return pointer


def held_in(place: EditedPlace) -> list[Any]:
    """The nodes of the same kinds right inside a node. Raises PlaceGone where there are none."""
    if place.model is None or not isinstance(place.shape, Kinds):
        raise PlaceGone()
    held: list[Any] = []
    for each in members(place.model):
        if place.shape in (each.shape, getattr(each.shape, "of", None)):
            inside = place.value.get(each.name)
            held += inside if isinstance(inside, list) else [inside] if isinstance(inside, dict) else []
    if not held:
        raise PlaceGone()
    return held


def _into(document: Json, pointer: str, _kind: str) -> str:
    """Into the group before it, as its last."""
    above, name = parent_of(pointer)
    entries = found(document, above)
    if not isinstance(entries, list) or not is_index(name) or int(name) == 0:
        raise PlaceGone()
    group = joined(above, int(name) - 1)
    inside = list_inside(place_of(document, group))
    if inside is None:
        raise PlaceGone()
    taken = taken_out(document, pointer)
    entries = list_at(document, joined(group, inside))
    entries.append(taken)
    return joined(joined(group, inside), len(entries) - 1)


def list_inside(place: EditedPlace) -> str | None:
    """The field of a node that is a list of the same kinds, if it has one."""
    if place.model is None or not isinstance(place.shape, Kinds):
        return None
    lists = (each.name for each in members(place.model) if getattr(each.shape, "of", None) == place.shape)
    return next(lists, None)


def _out(document: Json, pointer: str, _kind: str) -> str:
    """Out of its group, right behind it."""
    inside, _name = parent_of(pointer)
    group, _field = parent_of(inside)
    above, at = parent_of(group)
    entries = found(document, above)
    same = isinstance(entries, list) and place_of(document, group).shape == place_of(document, pointer).shape
    if not same or not isinstance(entries, list):
        raise PlaceGone()
    taken = taken_out(document, pointer)
    entries.insert(int(at) + 1, taken)
    return joined(above, int(at) + 1)


def _turn(document: Json, pointer: str, kind: str) -> str:
    """Another kind of node with what both have."""
    place = place_of(document, pointer)
    model = place.shape.model(kind) if isinstance(place.shape, Kinds) else None
    if model is None or not isinstance(place.shape, Kinds) or not isinstance(place.value, dict):
        raise KindMissing()
    put(document, pointer, named(model, turned(model, place.value, place.shape), document))
    return pointer


def _stay(_document: Json, pointer: str, _kind: str) -> str:
    return pointer


ACTS: Mapping[str, Callable[[Json, str, str], str]] = {
    "save": _stay,
    "show": _stay,
    "add": _add,
    "remove": _remove,
    "up": _up,
    "down": _down,
    "wrap": _wrap,
    "unwrap": _unwrap,
    "into": _into,
    "out": _out,
    "turn": _turn,
}
"""What can be done to a place. `show` only looks: the fields that were filled in are kept with it."""
