"""Files that a person can hold in the head, called by nouns that a user says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.place import CHECKOUT
from tests.architecture.source_tree import (
    Function,
    functions,
    imported,
    modules,
    services,
    top_levels,
    tree_of,
    where,
)

EVERYTHING = ("contracts", "rules", "chassis", "copies", "services", "gateway", "console", "sandbox", "tests", "bench")
MODULE_LINES = 400
FUNCTION_LINES = 40
ROLES = {"__init__": 10, "domain": 300, "use_cases": 250, "store": 250, "views": 150, "entrypoints": 120}
"""Lines of a service's file by its name (docs/architecture.md)."""

ADAPTER_LINES = 120
NOUN_LINES = 300
"""A part that was split off by a noun may be as long as the longest that it can come from."""

OUTSIDE = {"httpx", "smtplib", "socket", "requests", "urllib3"}
"""Whoever imports one of these is an adapter: a port to the outside."""

VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc", "shared"}


def limit_of(file: Path) -> int:
    """How many lines a file of a service may have."""
    if file.stem in ROLES:
        return ROLES[file.stem]
    return ADAPTER_LINES if top_levels(imported(tree_of(file))) & OUTSIDE else NOUN_LINES


def lines_of(function: Function) -> int:
    """A function's own lines: those of functions inside it are their own."""
    return _length(function) - sum(_length(inner) for inner in _outermost(function))


def _outermost(node: ast.AST) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield child
        else:
            yield from _outermost(child)


def _length(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def line_count(file: Path) -> int:
    return len(file.read_text().splitlines())


def vaguely_named(file: Path) -> bool:
    return bool({file.stem, file.parent.name} & VAGUE)


def test_no_module_is_too_long() -> None:
    long = {where(file): line_count(file) for file in modules(*EVERYTHING) if line_count(file) > MODULE_LINES}
    assert long == {}


def test_no_function_is_too_long() -> None:
    long = {
        f"{where(file)} {name}": lines_of(function)
        for file in modules(*EVERYTHING)
        for name, function in functions(tree_of(file))
        if lines_of(function) > FUNCTION_LINES
    }
    assert long == {}


def test_the_files_of_a_service_keep_to_their_sizes() -> None:
    long = {
        where(file): f"{line_count(file)} > {limit_of(file)}"
        for service in services()
        for file in sorted((CHECKOUT / "services" / service).rglob("*.py"))
        if "migrations" not in file.parts and line_count(file) > limit_of(file)
    }
    assert long == {}


def test_every_service_is_built_to_the_pattern() -> None:
    """A large one is built of rooms (subpackages), which together have every part of the pattern."""
    for service in services():
        home = CHECKOUT / "services" / service
        there = {file.stem for file in home.rglob("*.py") if "migrations" not in file.parts}
        assert there >= set(ROLES), service
        assert (home / "migrations" / "versions").is_dir(), service


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [where(file) for file in modules(*EVERYTHING) if vaguely_named(file)] == []


def test_long_functions_are_measured_without_the_functions_inside_them() -> None:
    inner = "    def inner():\n" + "        pass\n" * 30
    tree = ast.parse(f"def outer():\n{inner}{inner}    return 1\n")
    assert {name: lines_of(function) for name, function in functions(tree)} == {"outer": 2, "outer.inner": 31}
    tree = ast.parse("def flat():\n" + "    pass\n" * 41)
    assert [lines_of(function) for _name, function in functions(tree)] == [42]


@pytest.mark.parametrize("name", ["utils.py", "common.py", "helpers/money.py"])
def test_a_name_that_says_nothing_is_found(tmp_path: Path, name: str) -> None:
    assert vaguely_named(tmp_path / name)


def test_an_adapter_is_known_by_what_it_talks_with(tmp_path: Path) -> None:
    (tmp_path / "bank.py").write_text("import httpx\n")
    (tmp_path / "ledger.py").write_text("import datetime\n")
    assert limit_of(tmp_path / "bank.py") == ADAPTER_LINES
    assert limit_of(tmp_path / "ledger.py") == NOUN_LINES
    assert limit_of(tmp_path / "views.py") == 150
