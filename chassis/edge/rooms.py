"""A service's class is put together from its rooms by name: a room is a folder of the service with `entrypoints.py`.

    services/review/cases/entrypoints.py       class CaseEntrypoints(Room): …
    services/review/register/entrypoints.py    class RegisterEntrypoints(Room): …

`service_class("review")` has the entrypoints of both. A small service is one room: `services/oversight/entrypoints.py`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chassis.edge.entrypoints import Room, Service

SERVICES = Path(__file__).resolve().parents[2] / "services"
ENTRYPOINTS = "entrypoints.py"


class EntrypointTwice(Exception):
    """Two rooms of a service offer the same entrypoint, or one offers what every service has."""


class NoRoom(Exception):
    """A module called `entrypoints` must define exactly one class that derives from Room."""


def service_names(folder: Path = SERVICES) -> list[str]:
    """The services that are there: every folder below `services/` in which some room has entrypoints."""
    return sorted({file.relative_to(folder).parts[0] for file in folder.glob(f"*/**/{ENTRYPOINTS}")})


def rooms_of(service: str, folder: Path = SERVICES) -> list[type[Room]]:
    """The rooms of the service, by name. Raises NoRoom."""
    files = sorted((folder / service).glob(f"**/{ENTRYPOINTS}"))
    modules = (".".join(file.relative_to(folder.parent).with_suffix("").parts) for file in files)
    return [_room_in(module) for module in modules]


def service_class(name: str) -> type[Service]:
    """The class of the service. Raises EntrypointTwice, NoRoom."""
    return put_together(name, rooms_of(name))


def put_together(name: str, rooms: list[type[Room]]) -> type[Service]:
    """A class with everything that the rooms offer, each under its own name. Raises EntrypointTwice."""
    offered: dict[str, tuple[str, Any]] = {}
    for room in rooms:
        for attribute, value in _offers(room):
            if attribute in offered or hasattr(Service, attribute):
                other = offered[attribute][0] if attribute in offered else Service.__name__
                raise EntrypointTwice(f"{attribute} is offered by {other} and by {room.__module__}")
            offered[attribute] = (room.__module__, value)
    members = {attribute: value for attribute, (_room, value) in offered.items()}
    return type(f"{name.capitalize()}Service", (Service,), {"name": name, "__module__": f"services.{name}", **members})


def _room_in(module: str) -> type[Room]:
    found = [
        each
        for each in vars(importlib.import_module(module)).values()
        if isinstance(each, type) and issubclass(each, Room) and each.__module__ == module
    ]
    if len(found) != 1:
        raise NoRoom(f"{module} defines {[each.__name__ for each in found]}")
    return found[0]


def _offers(room: type[Room]) -> Iterator[tuple[str, Any]]:
    assert room.__bases__ == (Room,), f"{room.__name__} derives from something else than Room"
    return ((name, value) for name, value in vars(room).items() if not (name.startswith("__") and name.endswith("__")))
