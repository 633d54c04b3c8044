"""The modules that must be pure, found by what they are and not by what they are called.

A module must be pure that defines an aggregate, that says `Pure` in its docstring, or that is called `domain`. It may
import the standard library, contracts, rules, and modules of its own service (gateway, frame) that are as pure as it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from console.place import CHECKOUT
from tests.architecture.source_tree import (
    PACKAGES,
    imported,
    is_standard_library,
    modules,
    top_levels,
    tree_of,
    where,
)

AGGREGATE = "contracts.aggregate.Aggregate"
SAYS_SO = re.compile(r"\bPure\b")
SHARED = "contracts"
"""What everybody may import, an aggregate that stands there itself (`contracts.two_persons`) as well."""
ALLOWED = {SHARED, "rules"}


def pure_modules(root: Path = CHECKOUT) -> list[Path]:
    """Every module that must be pure."""
    trees = {file: tree_of(file) for file in modules(*PACKAGES, root=root)}
    aggregates = _aggregate_modules(trees, root)
    return [
        file
        for file, tree in trees.items()
        if file in aggregates or file.name == "domain.py" or SAYS_SO.search(ast.get_docstring(tree) or "")
    ]


def aggregate_modules(root: Path = CHECKOUT) -> set[Path]:
    """Every module with a class that derives from Aggregate, directly or by others, under whatever name."""
    return _aggregate_modules({file: tree_of(file) for file in modules(*PACKAGES, root=root)}, root)


def _aggregate_modules(trees: Mapping[Path, ast.Module], root: Path) -> set[Path]:
    homes = {module_name(file, root): file for file in trees}
    statements = {module: list(_statements(trees[file])) for module, file in homes.items()}
    names = {module: _names_in(statements[module], module, homes[module]) for module in homes}
    bases = {
        f"{module}.{node.name}": [_resolved(base, module, names) for base in node.bases]
        for module in homes
        for node in statements[module]
        if isinstance(node, ast.ClassDef)
    }
    found = {AGGREGATE}
    while more := {each for each, above in bases.items() if found.intersection(above)} - found:
        found |= more
    return {homes[each.rpartition(".")[0]] for each in found - {AGGREGATE}}


def impurities(module: Path, root: Path = CHECKOUT) -> list[str]:
    """What `module`, or a part of its own service that it uses, imports beyond what a pure module may."""
    home = home_of(module, root)
    found, seen, todo = [], {module}, [module]
    while todo:
        file = todo.pop()
        for name in sorted(imported(tree_of(file))):
            if top_levels({name}) == {SHARED}:
                continue
            if name == home or name.startswith(f"{home}."):
                parts = _parts_of(name, home, root)
                if parts is None or "migrations" in name.split("."):
                    found.append(f"{where(file, root)} imports {name}")
                    continue
                todo += parts - seen
                seen |= parts
            elif not (is_standard_library(name) or top_levels({name}) <= ALLOWED):
                found.append(f"{where(file, root)} imports {name}")
    return found


def home_of(file: Path, root: Path = CHECKOUT) -> str:
    """Within what a pure module may use other pure ones: its service, or its top-level package."""
    parts = file.relative_to(root).parts
    return ".".join(parts[: 2 if parts[0] == "services" else 1])


def module_name(file: Path, root: Path = CHECKOUT) -> str:
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _parts_of(name: str, home: str, root: Path) -> set[Path] | None:
    """The files that are run when `name`, from home on, is imported; a name out of a module is that module.

    None if it is a folder without a beginning: nobody can say what is in it.
    """
    steps, found = name.split("."), set()
    for length in range(len(home.split(".")), len(steps) + 1):
        path = root.joinpath(*steps[:length])
        files = {file for file in (path / "__init__.py", path.with_suffix(".py")) if file.exists()}
        if path.is_dir() and not files:
            return None
        found |= files
    return found


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """Every statement, at whatever depth."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield from _statements(child)


def _names_in(statements: Iterable[ast.stmt], module: str, file: Path) -> dict[str, str]:
    """What the module's own names stand for: classes that it defines, and what it imports."""
    found: dict[str, str] = {}
    package = module.split(".") if file.name == "__init__.py" else module.split(".")[:-1]
    for node in statements:
        if isinstance(node, ast.ClassDef):
            found[node.name] = f"{module}.{node.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                found[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                found[alias.asname or alias.name] = f"{source}.{alias.name}"
    return found


def _resolved(base: ast.expr, module: str, names: Mapping[str, Mapping[str, str]]) -> str:
    """The full name of a base class, followed through the modules that pass it on."""
    if isinstance(base, ast.Subscript):
        base = base.value
    name = f"{module}.{ast.unparse(base)}"
    for _ in range(len(names)):
        home = next((each for each in _prefixes(name) if each in names), None)
        if home is None:
            break
        first, _dot, rest = name.removeprefix(f"{home}.").partition(".")
        known = names[home].get(first)
        further = f"{known}.{rest}" if known and rest else known
        if further is None or further == name:
            break
        name = further
    return name


def _prefixes(name: str) -> Iterator[str]:
    """Every beginning of a dotted name, the longest first, without the whole."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name
