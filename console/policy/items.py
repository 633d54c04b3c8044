"""`./zhida items template --out FILE`: an empty workbook for items, with drop-downs and one example.
`./zhida items export CODE … --out FILE`: sample items as a workbook, to begin from. docs/item-import.md is the guide.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from console.place import CHECKOUT
from console.refusal import CommandRefusal
from contracts.item import PolicyItemContent
from services.catalog.workbooks.sheets import SHEETS
from services.catalog.workbooks.writing import workbook_rows

EXAMPLE = "SC-010"
ROOM = 2000
"""Rows that the drop-downs reach down to."""


def main(argv: list[str]) -> int:
    """0: written."""
    options = _parser().parse_args(argv)
    codes = [EXAMPLE] if options.command == "template" else options.codes
    write(Path(options.out), [sample_item(code) for code in codes])
    print(f"已写入 {options.out}（{len(codes)} 个事项）。填写说明见 docs/item-import.md。")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./zhida items", description="政策事项工作簿 · items as a workbook")
    commands = parser.add_subparsers(title="命令 commands", metavar="", required=True, dest="command")
    template = commands.add_parser("template", help="空白模板,附一个示例 · an empty template with one example")
    export = commands.add_parser("export", help="把示例事项写成工作簿 · sample items as a workbook")
    export.add_argument("codes", nargs="+", metavar="CODE", help="事项编码,如 JX-005")
    for each in (template, export):
        each.add_argument("--out", required=True, metavar="FILE", help="写到哪里(.xlsx)")
    return parser


def sample_item(code: str) -> PolicyItemContent:
    """An item of sample/items. Raises Refusal for a code that is not there."""
    file = CHECKOUT / "sample" / "items" / f"{code}.json"
    if not file.is_file():
        raise CommandRefusal(f"没有编码为 {code} 的示例事项。", f"There is no sample item {code}.")
    return PolicyItemContent.model_validate_json(file.read_bytes())


def write(target: Path, items: Sequence[PolicyItemContent]) -> None:
    """A workbook of these items at `target`."""
    book = workbook(workbook_rows(items))
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)


def workbook(rows: Mapping[str, Sequence[Sequence[str]]]) -> Workbook:
    """Sheets with these rows; headings of required columns stand out, choices drop down, cells are text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet, columns in SHEETS.items():
        page = book.create_sheet(sheet)
        for row in rows[sheet]:
            page.append(list(row))
        for number, column in enumerate(columns, 1):
            letter = get_column_letter(number)
            heading = page.cell(row=1, column=number)
            heading.font = Font(bold=True)
            if column.required:
                heading.fill = PatternFill("solid", fgColor="FFE699")
            page.column_dimensions[letter].width = max(12, 2 * len(column.heading) + 4)
            for cell in page[letter]:
                cell.number_format = "@"
            if column.choices:
                choice = DataValidation(
                    "list", formula1=f'"{",".join(column.choices)}"', allow_blank=not column.required
                )
                page.add_data_validation(choice)
                choice.add(f"{letter}2:{letter}{ROOM}")
        page.freeze_panes = "B2"
    return book
