"""What is checked by its shape is checked for the digits 0 to 9: a digit of another script fails at the bank."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source_tree import PACKAGES, modules, where

CLASSES = re.compile(r"(?<!\\)(?:\\\\)*\\[dDwW]|\[:(?:digit|alnum|alpha):\]")
"""Classes of a pattern that mean every script's digits and letters, in Python, in pydantic and in PostgreSQL."""

METHODS = frozenset({"isdigit", "isdecimal", "isnumeric", "isalnum", "isalpha"})
FLAGS = frozenset({"IGNORECASE"})
"""Without regard to case, `S` is ſ (U+017F) and `K` the sign of Kelvin as well."""

MARK = "any script:"
"""A comment that begins so, on the line or above it, says why every script is meant."""


def findings(source: str) -> Iterator[tuple[int, str]]:
    """(line, what) of every unmarked check that takes digits or letters of any script."""
    tree, lines = ast.parse(source), source.splitlines()
    prose = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        what = None
        if not isinstance(node, ast.expr):
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            what = found[0] if (found := CLASSES.search(node.value)) else None
        elif isinstance(node, ast.Attribute) and node.attr in METHODS | FLAGS:
            what = node.attr
        if what is not None and not any(MARK in line for line in lines[max(0, node.lineno - 2) : node.lineno]):
            yield node.lineno, what


def test_no_shape_is_checked_for_digits_of_every_script() -> None:
    found = [
        f"{where(file)}:{line} {what}"
        for file in modules(*PACKAGES, "bench")
        for line, what in findings(file.read_text())
    ]
    assert not found, f"[0-9], contracts.typed.is_digits, or a comment `# {MARK} why`"


@pytest.mark.parametrize(
    "line",
    [
        r're.compile(r"\d{8}")',
        r're.compile(f"\\d{{{n}}}")',
        r'Field(pattern=r"^1[3-9]\d{9}$")',
        r're.compile(r"[^\W_]+")',
        r"""text("SELECT 1 WHERE value ~ '^\\d{4}$'")""",
        "text('value ~ [[:digit:]]')",
        "said.isdecimal()",
        "all(map(str.isdigit, said))",
        "re.compile('[A-Z]', re.IGNORECASE)",
    ],
)
def test_a_check_for_every_script_is_found_and_a_mark_says_why(line: str) -> None:
    assert len(list(findings(f"x = {line}"))) == 1
    assert not list(findings(f"x = {line}  # {MARK} a name"))
    assert not list(findings(f"# {MARK} a name\nx = {line}"))


@pytest.mark.parametrize("line", [r're.compile(rb"\d")', r're.compile(r"\\d")', r'r"""\d in prose"""', "is_digits(x)"])
def test_bytes_backslashes_and_prose_are_no_finding(line: str) -> None:
    assert not list(findings(line))
