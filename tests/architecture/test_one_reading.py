"""What stands in a cell or a field is read in one place: contracts/written.py, and tables in chassis/files."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source_tree import PACKAGES, modules, where

MARK = "no cell:"
"""A comment that begins so, on the line, says why it is none that anybody wrote."""

READERS = frozenset(
    {"csv.reader", "csv.DictReader", "CalamineWorkbook.from_path", "openpyxl.load_workbook", "load_workbook"}
)
HOMES = ("contracts/written.py", "chassis/files/")


def findings(source: str) -> Iterator[tuple[int, str]]:
    """(line, what) of every comma that vanishes wherever it stands, and of every table that is read by other means."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or MARK in lines[node.lineno - 1]:
            continue
        called = ast.unparse(node.func)
        texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "replace" and texts in ([",", ""], ["，", ""]):
            yield node.lineno, 'replace(",", "")'
        elif called in READERS:
            yield node.lineno, called


def test_nobody_reads_a_number_or_a_table_by_means_of_its_own() -> None:
    found = [
        f"{where(file)}:{line} {what}"
        for file in modules(*PACKAGES)
        if not where(file).startswith(HOMES)
        for line, what in findings(file.read_text())
    ]
    assert not found, f"contracts.written.plain_number or cell_number, chassis.files; or a comment `# {MARK} why`"


@pytest.mark.parametrize(
    "line", ['text.replace(",", "")', 'text.replace("，", "").strip()', "csv.reader(file)", "load_workbook(path)"]
)
def test_a_reading_beside_it_is_found_and_a_mark_says_why(line: str) -> None:
    assert len(list(findings(f"x = {line}"))) == 1
    assert not list(findings(f"x = {line}  # {MARK} our own"))
    assert not list(findings("x = csv.writer(file); y = text.replace('，', ',')"))
