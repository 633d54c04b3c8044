"""The source as the architecture tests read it: files, syntax trees, what a module imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from console.place import CHECKOUT

PACKAGES = ("contracts", "rules", "chassis", "copies", "services", "gateway", "console", "sandbox")
"""What runs in production, or beside it."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*packages: str, root: Path = CHECKOUT) -> list[Path]:
    """Every Python file of these top-level packages."""
    return sorted(file for package in packages for file in (root / package).rglob("*.py"))


def services(root: Path = CHECKOUT) -> list[str]:
    """The services, discovered: every folder of `services/` with Python in it."""
    return sorted({file.relative_to(root / "services").parts[0] for file in (root / "services").glob("*/**/*.py")})


def where(file: Path, root: Path = CHECKOUT) -> str:
    return file.relative_to(root).as_posix()


def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), str(file))


def imported(tree: ast.AST) -> set[str]:
    """Absolute names of all that is imported anywhere in it; `from a import b` gives both `a` and `a.b`."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            prefix = "." * node.level + (node.module or "")
            names |= {prefix, *(f"{prefix}.{alias.name}" for alias in node.names)}
    return names


def top_levels(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def is_standard_library(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names


def functions(tree: ast.AST) -> Iterator[tuple[str, Function]]:
    """(dotted name, node) of every function in it, methods and nested ones included."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
        for child in ast.iter_child_nodes(node):
            named = isinstance(child, ast.ClassDef | Function)
            name = f"{prefix}{child.name}" if named else prefix  # type: ignore[attr-defined]
            if isinstance(child, Function):
                yield name, child
            yield from walk(child, f"{name}." if named else prefix)

    return walk(tree, "")


def calls_by_function(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """(name of the innermost function around it, or "", call) of every call in the module."""
    owner: dict[ast.AST, str] = {}
    for name, function in functions(tree):  # inner functions come after the ones around them
        owner.update(dict.fromkeys(ast.walk(function), name))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield owner.get(node, ""), node
