"""The rooms of a service, found by themselves, use one another in one direction."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from console.place import CHECKOUT
from tests.architecture.source_tree import imported, services, tree_of

NO_ROOMS = {"migrations"}
Uses = dict[str, set[str]]


def room_of(file: Path, service: Path) -> str | None:
    """The room that a module is in: the nearest folder with entrypoints, else the service's first folder on the way.

    A module beside the rooms is a place of its own: what it uses counts as well. None for the service's own beginning.
    """
    inside = file.relative_to(service)
    for folder in inside.parents:
        if folder != Path() and (service / folder / "entrypoints.py").exists():
            return ".".join(folder.parts)
    if len(inside.parts) > 1:
        return inside.parts[0]
    return None if inside.name == "__init__.py" else inside.stem


def rooms_and_what_they_use(service: Path) -> Uses:
    """Room → the other rooms of its service that any of its modules imports, wherever in it and for whatever reason."""
    home = f"services.{service.name}"
    found: Uses = {}
    for file in sorted(service.rglob("*.py")):
        room = room_of(file, service)
        if room is None or NO_ROOMS & set(file.relative_to(service).parts):
            continue
        uses = found.setdefault(room, set())
        for name in imported(tree_of(file)):
            target = _module_behind(name, home, service)
            other = room_of(target, service) if target is not None else None
            if other is not None and other != room:
                uses.add(other)
    return found


def circle(uses: Mapping[str, set[str]]) -> list[str]:
    """The rooms of one circle, if there is one."""
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _module_behind(name: str, home: str, service: Path) -> Path | None:
    """The file that an imported name of this service is, or is in."""
    if not name.startswith(f"{home}."):
        return None
    path = service.joinpath(*name.removeprefix(f"{home}.").split("."))
    while path != service:
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.exists():
                return file
        path = path.parent
    return None


@pytest.mark.parametrize("service", services())
def test_rooms_use_one_another_in_one_direction(service: str) -> None:
    uses = rooms_and_what_they_use(CHECKOUT / "services" / service)
    assert circle(uses) == [], {room: sorted(others) for room, others in uses.items()}


@pytest.mark.parametrize("service", services())
def test_every_room_begins_by_saying_what_it_owns_and_does_nothing_else(service: str) -> None:
    home = CHECKOUT / "services" / service
    for room in {folder.parent for folder in home.rglob("entrypoints.py")} | {home}:
        (said, *more) = tree_of(room / "__init__.py").body
        assert ast.get_docstring(tree_of(room / "__init__.py")), room
        assert (type(said), more) == (ast.Expr, []), room


# -- what would be found -----------------------------------------------------------------------------------


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A service with three rooms in a row: money → cases → copies, of which copies has no entrypoints."""
    home = tmp_path / "services" / "one"
    rooms = {
        "money": "from services.one.cases import case",
        "cases": "from services.one.copies.items import Item",
        "copies": "import datetime",
    }
    for room, source in rooms.items():
        (home / room).mkdir(parents=True)
        (home / room / "__init__.py").touch()
        (home / room / "use_cases.py").write_text(source)
    for room in ("money", "cases"):
        (home / room / "entrypoints.py").touch()
    (home / "cases" / "case.py").touch()
    (home / "copies" / "items.py").touch()
    (home / "__init__.py").touch()
    return home


def test_rooms_in_a_row_are_in_order(service: Path) -> None:
    uses = rooms_and_what_they_use(service)
    assert uses == {"money": {"cases"}, "cases": {"copies"}, "copies": set()}
    assert circle(uses) == []


@pytest.mark.parametrize(
    "source",
    [
        "from services.one.money import use_cases",
        "import services.one.money.use_cases",
        "from services.one import money",
        "from services.one.money.use_cases import pay",
        "def later():\n    from services.one.money import use_cases",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from services.one.money.use_cases import Pay",
        "from services.one import clearing",
    ],
)
def test_a_circle_is_found(service: Path, source: str) -> None:
    (service / "clearing.py").write_text("from services.one.money import use_cases")
    (service / "copies" / "items.py").write_text(source)
    assert set(circle(rooms_and_what_they_use(service))) >= {"money", "cases", "copies"}


def test_a_folder_within_a_room_is_part_of_it_unless_it_has_entrypoints_of_its_own(service: Path) -> None:
    engine = service / "cases" / "engine"
    engine.mkdir()
    (engine / "wiring.py").write_text("from services.one.copies import items")
    assert rooms_and_what_they_use(service)["cases"] == {"copies"}
    (engine / "entrypoints.py").touch()
    (service / "cases" / "case.py").write_text("from services.one.cases.engine import wiring")
    assert rooms_and_what_they_use(service)["cases"] == {"copies", "cases.engine"}
    (engine / "wiring.py").write_text("from services.one.cases import case")
    assert set(circle(rooms_and_what_they_use(service))) == {"cases", "cases.engine"}


def test_migrations_and_other_services_are_no_rooms(service: Path) -> None:
    (service / "migrations").mkdir()
    (service / "migrations" / "0001.py").write_text("from services.one.money import use_cases")
    (service / "copies" / "items.py").write_text("import services.two.money")
    assert set(rooms_and_what_they_use(service)) == {"money", "cases", "copies"}
    assert circle(rooms_and_what_they_use(service)) == []
