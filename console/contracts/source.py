"""The source as names: what each module defines and imports, read from syntax trees, module by module when asked."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from console.place import CHECKOUT
from contracts.flow import EVENTS

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
NAMES_OF_BUILTINS = {name for each in (dict, list, set, str, tuple) for name in dir(each)}
"""Methods that everything has: a call of one says nothing of who is called."""


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A function, method, class or table: its module, and its dotted name there."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"


@dataclass
class Module:
    """One file."""

    name: str
    tree: ast.Module
    functions: dict[str, FunctionNode] = field(default_factory=dict)
    classes: dict[str, list[str]] = field(default_factory=dict)
    """Class → the names of what it derives from."""
    imports: dict[str, Name] = field(default_factory=dict)
    """Local name → what it stands for; an empty name is the module itself."""

    def __post_init__(self) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    self.imports[alias.asname or alias.name] = Name(node.module, alias.name)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    self.imports[alias.asname or alias.name] = Name(alias.name, "")
        for child in self.tree.body:
            if isinstance(child, FunctionNode):
                self.functions[child.name] = child
            elif isinstance(child, ast.ClassDef):
                self.classes[child.name] = [base.id for base in child.bases if isinstance(base, ast.Name)]
                methods = (each for each in child.body if isinstance(each, FunctionNode))
                self.functions |= {f"{child.name}.{method.name}": method for method in methods}

    @cached_property
    def tables(self) -> dict[str, list[tuple[str | None, str]]]:
        """Module-level table of events, such as MOVES → (the state that an edge leads to, its event) of each edge."""
        found = {}
        for node in self.tree.body:
            target: ast.expr | None = node.target if isinstance(node, ast.AnnAssign) else None
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                target = node.targets[0]
            if isinstance(target, ast.Name) and isinstance(node, ast.Assign | ast.AnnAssign):
                found[target.id] = list(_edges(node.value))
        return {name: edges for name, edges in found.items() if edges}


@dataclass
class SourceTree:
    """The modules below the root, each parsed once."""

    root: Path = CHECKOUT
    parsed: dict[str, Module | None] = field(default_factory=dict)

    def module(self, name: str) -> Module | None:
        """The module of this name, if it is ours."""
        if name not in self.parsed:
            stem = self.root.joinpath(*name.split("."))
            files = (stem.with_suffix(".py"), stem / "__init__.py")
            file = next((each for each in files if each.is_file()), None)
            self.parsed[name] = Module(name, ast.parse(file.read_text())) if file is not None else None
        return self.parsed[name]

    def modules_of(self, package: str) -> Iterator[Module]:
        """Every module of the package."""
        for file in sorted(self.root.joinpath(*package.split(".")).rglob("*.py")):
            module = self.module(".".join(file.relative_to(self.root).with_suffix("").parts))
            if module is not None:
                yield module

    def function(self, name: Name) -> FunctionNode | None:
        module = self.module(name.module)
        return module.functions.get(name.name) if module is not None else None

    def resolve(self, module: str, local: str) -> Name | None:
        """What a name in a module stands for: a function, class or table of ours, or a module (with an empty name)."""
        here = self.module(module)
        if here is None:
            return None
        if local in here.functions or local in here.classes or local in here.tables:
            return Name(module, local)
        imported = here.imports.get(local)
        if imported is None:
            return None
        inner = f"{imported.module}.{imported.name}".rstrip(".")
        if self.module(inner) is not None:
            return Name(inner, "")
        return self.resolve(imported.module, imported.name) or imported

    def method(self, owner: Name, method: str) -> Name | None:
        """The method of a class, its own or inherited."""
        module = self.module(owner.module)
        if module is None or owner.name not in module.classes:
            return None
        if f"{owner.name}.{method}" in module.functions:
            return Name(owner.module, f"{owner.name}.{method}")
        bases = (self.resolve(owner.module, base) for base in module.classes[owner.name])
        return next((found for base in bases if base and (found := self.method(base, method))), None)

    def imported_within(self, module: str, packages: tuple[str, ...]) -> set[str]:
        """The modules of `packages` that `module` gets to by its imports, itself among them."""
        found: set[str] = set()
        todo = [module]
        while todo:
            here = self.module(todo.pop())
            if here is None or here.name in found or not here.name.startswith(packages):
                continue
            found.add(here.name)
            for each in here.imports.values():
                todo += [each.module, f"{each.module}.{each.name}".rstrip(".")]
        return found


def _edges(value: ast.expr | None) -> Iterator[tuple[str | None, str]]:
    """(last part of the key, event) of each entry of a table whose values are events."""
    if not isinstance(value, ast.Dict):
        return
    for key, event in zip(value.keys, value.values, strict=True):
        if isinstance(event, ast.Name) and event.id in EVENTS:
            last = key.elts[-1] if isinstance(key, ast.Tuple) and key.elts else key
            yield (last.value if isinstance(last, ast.Constant) and isinstance(last.value, str) else None), event.id
