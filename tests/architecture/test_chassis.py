"""The chassis has a front door (docs/chassis.md), and no circle of modules inside."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from console.place import CHECKOUT
from tests.architecture.source_tree import modules, tree_of, where

DOOR = CHECKOUT / "docs" / "chassis.md"
GUESTS = ("services", "copies")
Import = tuple[str, str]


def listed(page: str) -> set[Import]:
    """(module, name) of every row of the page's table of imports."""
    found: set[Import] = set()
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 3 and (module := re.fullmatch(r"`(chassis[\w.]*)`", cells[0])):
            found |= {(module[1], name) for name in re.findall(r"`(\w+)`", cells[1])}
    return found


def taken(trees: Iterable[ast.AST]) -> Iterator[Import]:
    """(module, name) of everything of the chassis that these modules import."""
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "chassis":
                yield from ((str(node.module), alias.name) for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from ((alias.name, "") for alias in node.names if alias.name.partition(".")[0] == "chassis")


def circle(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """The modules of one circle, if there is one."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_services_import_nothing_of_the_chassis_but_what_its_page_lists() -> None:
    allowed = listed(DOOR.read_text())
    strays = {where(file): set(taken([tree_of(file)])) - allowed for file in modules(*GUESTS)}
    assert {file: names for file, names in strays.items() if names} == {}


def test_whatever_the_page_lists_is_there_and_is_used() -> None:
    allowed = listed(DOOR.read_text())
    assert allowed
    for module, name in allowed:
        home = importlib.import_module(module)
        assert hasattr(home, name) or importlib.import_module(f"{module}.{name}"), (module, name)
    assert allowed - set(taken(tree_of(file) for file in modules(*GUESTS))) == set()


@pytest.mark.parametrize("package", ["chassis", "contracts", "rules"])
def test_no_modules_import_one_another_in_a_circle(package: str) -> None:
    # The rule language's tree is recursive: its two halves name each other for the type checker alone.
    graph = grimp.build_graph(package, cache_dir=None, exclude_type_checking_imports=package == "contracts")
    assert circle({module: graph.find_modules_directly_imported_by(module) for module in graph.modules}) == []


def test_a_way_in_beside_the_door_is_found() -> None:
    page = "| `chassis.write.uow` | `UnitOfWork` | work |"
    source = ast.parse(
        "from chassis.write.uow import UnitOfWork\nfrom chassis.write.outbox import outbox_rows\nimport chassis"
    )
    assert set(taken([source])) - listed(page) == {("chassis.write.outbox", "outbox_rows"), ("chassis", "")}


def test_a_circle_is_found() -> None:
    assert set(circle({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})) == {"a", "b", "c"}
    assert circle({"a": ["b"], "b": []}) == []


def test_the_page_names_every_package_of_the_chassis() -> None:
    packages = {folder.parent.name for folder in Path(CHECKOUT / "chassis").glob("*/__init__.py")}
    assert packages - {"migrations"} == set(re.findall(r"^\| `(\w+)` \|", DOOR.read_text(), re.M))
