"""What a function of a service gets to by the names in its code: other functions, and the events it may record.

Read from syntax trees, so it says what may happen, not what does: both branches of an `if`, and where it is not plain
whose method is called, the methods of that name in all that the module imports.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from console.contracts.source import NAMES_OF_BUILTINS, FunctionNode, Name, SourceTree
from contracts.flow import EVENTS

Words = frozenset[str]
"""Texts that a function is called with: `_move("held")` takes only the edges to *held* out of a table."""


@dataclass
class Reached:
    """Functions in the order in which they are got to; event → the functions that record it."""

    functions: list[Name] = field(default_factory=list)
    events: dict[str, list[Name]] = field(default_factory=dict)


@dataclass
class CallStep:
    """What stands in one function: whom it calls and with which words, what it makes, the events it records."""

    called: list[tuple[Name, Words]] = field(default_factory=list)
    made: list[Name] = field(default_factory=list)
    events: set[str] = field(default_factory=set)


@dataclass
class CallReach:
    """`of(function)` follows names inside of `packages` (a service, and what it stands on that speaks for it)."""

    source: SourceTree
    packages: tuple[str, ...]
    _steps: dict[tuple[Name, Words], CallStep] = field(default_factory=dict)

    def of(self, *starts: Name) -> Reached:
        found = Reached()
        seen: set[tuple[Name, Words]] = set()
        todo: list[tuple[Name, Words]] = [(start, frozenset()) for start in starts]
        while todo:
            here = todo.pop(0)
            if here in seen or not here[0].module.startswith(self.packages):
                continue
            seen.add(here)
            step = self._step(*here)
            if here[0] not in found.functions:
                found.functions.append(here[0])
            for event in sorted(step.events):
                recorders = found.events.setdefault(event, [])
                if here[0] not in recorders:
                    recorders.append(here[0])
            todo += step.called
        return found

    def called_by(self, name: Name) -> list[Name]:
        """The functions that a function names itself, in their order."""
        return list(dict.fromkeys(each for each, _ in self._step(name).called))

    def made_by(self, name: Name) -> list[Name]:
        """The classes of which it makes something."""
        return self._step(name).made

    def methods_of(self, made: Name) -> list[Name]:
        module = self.source.module(made.module)
        names = module.functions if module is not None else ()
        return [Name(made.module, name) for name in names if name.startswith(f"{made.name}.")]

    def events_in(self, name: Name) -> set[str]:
        """The events that a function itself records."""
        return self._step(name).events

    def _step(self, name: Name, words: Words = frozenset()) -> CallStep:
        if (name, words) not in self._steps:
            self._steps[name, words] = step = CallStep()
            function = self.source.function(name)
            if function is not None:
                reader = _Reader(self, name, words, _parameters(function), _assigned(function), step)
                for node in function.body:
                    reader.visit(node)
        return self._steps[name, words]


@dataclass
class _Reader(ast.NodeVisitor):
    """Reads the body of one function."""

    reach: CallReach
    name: Name
    words: Words
    parameters: dict[str, str]
    """Parameter → the class that it is noted to be, where that is one name."""

    assigned: dict[str, list[ast.expr]]
    """Local name → what is assigned to it."""

    step: CallStep

    def visit_Assert(self, node: ast.Assert) -> None:
        """What is only checked is not done."""

    def visit_Call(self, node: ast.Call) -> None:
        arguments = [*node.args, *(each.value for each in node.keywords)]
        self._follow(node.func, frozenset(self._words(arguments)), called=True)
        for each in arguments:
            self.visit(each)
        if not isinstance(node.func, ast.Name):
            self.visit(node.func.value if isinstance(node.func, ast.Attribute) else node.func)

    def visit_Name(self, node: ast.Name) -> None:
        self._follow(node, frozenset())

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._follow(node, frozenset())
        self.visit(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """`MOVES[state, "confirmed"]` names its edge."""
        if isinstance(node.value, ast.Name):
            self._take_from_table(node.value.id, frozenset(_texts([node.slice])))
            self.visit(node.slice)
        else:
            self.generic_visit(node)

    def _words(self, arguments: list[ast.expr]) -> Iterator[str]:
        """The texts that are passed on: as they stand, by a name of ours, or as they were passed to us."""
        yield from _texts(arguments)
        for each in arguments:
            if isinstance(each, ast.Name) and each.id in self.parameters:
                yield from self.words
            elif isinstance(each, ast.Name):
                yield from _texts(self.assigned.get(each.id, []))

    def _follow(self, node: ast.expr, words: Words, *, called: bool = False) -> None:
        if isinstance(node, ast.Name):
            if node.id in EVENTS:
                self.step.events |= {node.id} if called else set()
                return
            self._take_from_table(node.id, frozenset())
            self._go_to(self.reach.source.resolve(self.name.module, node.id), words)
        elif isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id in EVENTS:
                self.step.events |= {node.value.id} if called else set()
                return
            for each in self._named(node, called):
                self._go_to(each, words)

    def _named(self, node: ast.Attribute, called: bool) -> Iterator[Name]:
        """What `x.attribute` may be: of a module, of a class, of ourselves, or of whoever has it."""
        source = self.reach.source
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        known = source.resolve(self.name.module, self.parameters.get(owner) or owner) if owner else None
        if owner in ("self", "cls") and "." in self.name.name:
            known = Name(self.name.module, self.name.name.partition(".")[0])
        if known is not None and not known.name:
            found = source.resolve(known.module, node.attr)
        else:
            found = source.method(known, node.attr) if known is not None else None
        if found is not None:
            yield found
        elif called and known is None and node.attr not in NAMES_OF_BUILTINS:
            yield from self._whoever_has(node.attr)

    def _whoever_has(self, method: str) -> Iterator[Name]:
        for module_name in sorted(self.reach.source.imported_within(self.name.module, self.reach.packages)):
            module = self.reach.source.module(module_name)
            for name in module.functions if module is not None else ():
                if name.endswith(f".{method}"):
                    yield Name(module_name, name)

    def _go_to(self, name: Name | None, words: Words) -> None:
        if name is None or not name.name:
            return
        module = self.reach.source.module(name.module)
        if module is not None and name.name in module.classes:
            self.step.made.append(name)
        target = self.reach.source.method(name, "__init__") or name
        if self.reach.source.function(target) is not None:
            self.step.called.append((target, words))

    def _take_from_table(self, local: str, words: Words) -> None:
        table = self.reach.source.resolve(self.name.module, local)
        module = self.reach.source.module(table.module) if table is not None else None
        edges = module.tables.get(table.name, []) if module is not None and table is not None else []
        wanted = words | self.words
        led_to = {event for state, event in edges if state in wanted}
        self.step.events |= led_to or {event for _, event in edges}


def _parameters(function: FunctionNode) -> dict[str, str]:
    parameters = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return {each.arg: each.annotation.id if isinstance(each.annotation, ast.Name) else "" for each in parameters}


def _assigned(function: FunctionNode) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.expr):
                found.setdefault(target.id, []).append(value)
    return found


def _texts(nodes: list[ast.expr]) -> Iterator[str]:
    """Texts that may name a state; sentences and SQL do not."""
    for node in nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and inner.value.isidentifier():
                yield inner.value
