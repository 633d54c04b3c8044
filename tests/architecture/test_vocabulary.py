"""One thing has one name, and one name means one thing (docs/glossary.md)."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from console.place import CHECKOUT
from tests.architecture.source_tree import PACKAGES, modules, tree_of, where

GLOSSARY = CHECKOUT / "docs" / "glossary.md"
OURS = tuple(name for name in PACKAGES if name != "sandbox")
"""The sandbox is the outside world: its bank has words of its own, which console compares with ours."""

NOT_USED = {"firm": "enterprise", "firms": "enterprises"}
"""Parts of identifiers that stand for something with another name."""

NOT_SAID = {"受理编号": "收件编号", "受理凭证": "收件回执", "受理号": "收件编号"}
"""Filing (收件) is not acceptance (受理)."""


def classes(files: Iterable[Path]) -> Iterator[tuple[str, Path, ast.ClassDef]]:
    for file in files:
        if "migrations" not in file.parts:
            yield from ((node.name, file, node) for node in tree_of(file).body if isinstance(node, ast.ClassDef))


def refusal_code(node: ast.ClassDef) -> str | None:
    """The code of a refusal: two of one code are the same refusal, said by two services."""
    for statement in node.body:
        if isinstance(statement, ast.Assign) and [getattr(each, "id", "") for each in statement.targets] == ["code"]:
            return ast.unparse(statement.value)
    return None


def namesakes(found: Iterable[tuple[str, Path, ast.ClassDef]]) -> dict[str, list[str]]:
    """Public class names that mean more than one thing, with where they stand."""
    by_name: dict[str, list[tuple[Path, ast.ClassDef]]] = defaultdict(list)
    for name, file, node in found:
        if not name.startswith("_"):
            by_name[name].append((file, node))
    return {
        name: [where(file) for file, _ in places]
        for name, places in by_name.items()
        if len(places) > 1 and len({refusal_code(node) or where(file) for file, node in places}) > 1
    }


def parts_of(identifier: str) -> set[str]:
    """`firms_tenant` and `ConsentByFirm` → their parts in lower case."""
    return {part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)}


def identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Attribute):
            yield node.attr


def coded_names(page: str) -> set[str]:
    """The class names that the glossary gives in its column of names."""
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| ")]
    return {name for row in rows if len(row) > 3 for name in re.findall(r"`([A-Z]\w+)`", row[2])}


def test_a_class_name_means_one_thing() -> None:
    assert namesakes(classes(modules(*OURS))) == {}


def test_names_that_the_glossary_does_not_use_are_not_used() -> None:
    strays = {
        f"{where(file)}: {name}"
        for file in modules(*OURS)
        if "migrations" not in file.parts
        for name in identifiers(tree_of(file))
        if parts_of(name) & set(NOT_USED)
    }
    assert strays == set()


@pytest.mark.parametrize("package", OURS)
def test_filing_is_nowhere_called_acceptance(package: str) -> None:
    said = [where(file) for file in modules(package) if any(text in file.read_text() for text in NOT_SAID)]
    assert said == []


def test_the_names_of_the_glossary_are_those_of_the_code() -> None:
    named = coded_names(GLOSSARY.read_text())
    there: Mapping[str, Path] = {name: file for name, file, _node in classes(modules(*OURS))}
    assert named
    assert named - set(there) == set()


def test_a_name_with_two_meanings_is_found() -> None:
    refused = ast.parse("class NotYours:\n    code = 'not_yours'").body[0]
    other = ast.parse("class NotYours:\n    code = 'another'").body[0]
    assert isinstance(refused, ast.ClassDef)
    assert isinstance(other, ast.ClassDef)
    here, there = CHECKOUT / "rules" / "a.py", CHECKOUT / "rules" / "b.py"
    assert namesakes([("NotYours", here, refused), ("NotYours", there, refused)]) == {}
    assert namesakes([("NotYours", here, refused), ("NotYours", there, other)]) == {
        "NotYours": ["rules/a.py", "rules/b.py"]
    }


def test_parts_of_names_are_told_apart() -> None:
    assert parts_of("ConsentByFirmOnly") == {"consent", "by", "firm", "only"}
    assert not parts_of("ConfirmMerge") & set(NOT_USED)
    assert parts_of("FIRMS_OWN") & set(NOT_USED)
