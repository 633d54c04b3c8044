"""Places in a JSON document by their pointers (RFC 6901): read, set, taken out. Nothing else of it is touched."""

from __future__ import annotations

from typing import Any

from contracts.refusal import Conflict
from gateway.row_numbers import is_index

Json = dict[str, Any]


class Nowhere:
    """What stands where nothing stands."""

    def __repr__(self) -> str:
        return "NOWHERE"


NOWHERE = Nowhere()


class PlaceGone(Conflict):
    """What is to be changed is not there any more, or never was."""

    code = "place_gone"
    sentence = "要修改的内容已不在这里，请核对最新内容后再改。"


def parts_of(pointer: str) -> list[str]:
    """`/rules/amount/of/0` → its parts. Raises PlaceGone for what is no pointer."""
    if pointer and not pointer.startswith("/"):
        raise PlaceGone()
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def joined(pointer: str, part: str | int) -> str:
    return f"{pointer}/{str(part).replace('~', '~0').replace('/', '~1')}"


def parent_of(pointer: str) -> tuple[str, str]:
    """The place around, and the name in it."""
    above, _, name = pointer.rpartition("/")
    return above, name.replace("~1", "/").replace("~0", "~")


def found(document: Any, pointer: str) -> Any:
    """What stands there, or NOWHERE."""
    here = document
    for part in parts_of(pointer):
        if isinstance(here, dict) and part in here:
            here = here[part]
        elif isinstance(here, list) and is_index(part) and int(part) < len(here):
            here = here[int(part)]
        else:
            return NOWHERE
    return here


def put(document: Json, pointer: str, value: Any) -> None:
    """Sets it; what lies on the way and is missing becomes an object. Raises PlaceGone where a list has no such place."""
    here: Any = document
    parts = parts_of(pointer)
    for part in parts[:-1]:
        if isinstance(here, dict):
            if not isinstance(here.get(part), dict | list):
                here[part] = {}
            here = here[part]
        else:
            here = here[_index(here, part)]
    if isinstance(here, dict):
        here[parts[-1]] = value
    else:
        here[_index(here, parts[-1])] = value


def taken_out(document: Json, pointer: str) -> Any:
    """Takes it out and answers it. Raises PlaceGone."""
    above, name = parent_of(pointer)
    here = found(document, above)
    if isinstance(here, dict) and name in here:
        return here.pop(name)
    return here.pop(_index(here, name))


def list_at(document: Json, pointer: str) -> list[Any]:
    """The list that stands there, made where there is none. Raises PlaceGone for anything else."""
    here = found(document, pointer)
    if here is NOWHERE or here is None:
        put(document, pointer, [])
        here = found(document, pointer)
    if not isinstance(here, list):
        raise PlaceGone()
    return here


def _index(here: Any, part: str) -> int:
    if not isinstance(here, list) or not is_index(part) or int(part) >= len(here):
        raise PlaceGone()
    return int(part)
