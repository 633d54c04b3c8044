"""One cell with a fact in it: its value as facts of its kind are written, nothing, or why it is refused. Pure."""

from __future__ import annotations

import re

from contracts.rule.facts import FactKind
from contracts.written import (
    AS_TEXT,
    NotWritten,
    cell_number,
    day_written,
    folded,
    has_lost_digits,
    is_error,
    numbers_in_cell,
    says_nothing,
)
from services.catalog.imports.headings import FactColumn, choice_of

CODE = re.compile(r"\S{1,64}\Z")
SEPARATORS = re.compile(r"[;；、]")
MOST_IN_A_CELL = 200

CODED = (FactKind.CODE, FactKind.CODES)

WORDS_OF_FLAGS = {
    **dict.fromkeys(("是", "有", "true", "1", "y", "yes"), True),
    **dict.fromkeys(("否", "无", "false", "0", "n", "no"), False),
}
WRONG_VALUE = {
    FactKind.NUMBER: "应为数字（如 1234.56）",
    FactKind.FLAG: "应为“是”或“否”",
    FactKind.CODE: "应为一个代码，不含空格",
    FactKind.CODES: "应为若干代码，以分号隔开",
    FactKind.DATE: "应为日期（如 2026-01-31）",
    FactKind.NUMBERS: "应为若干数字，以分号隔开",
    FactKind.DATES: "应为若干日期，以分号隔开（如 2026-01-31；2026-06-30）",
}


class CellRefused(NotWritten):
    """A cell that says nothing that its column could hold."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


def spoiled_cell(text: str) -> tuple[str, str] | None:
    """(code, why) for what no column holds, whatever it is for; numbers without an end are for columns of numbers."""
    if is_error(text):
        return "cell_is_error", f"“{text[:20]}”是表格软件的错误值，请改正后再导入"
    return ("digits_lost", f"“{text[:20]}”{AS_TEXT}") if has_lost_digits(text) else None


def value_of(column: FactColumn, text: str) -> bool | str | tuple[str, ...] | None:
    """The value as facts of this kind are written; None where the cell says nothing. Raises CellRefused."""
    if is_error(text):
        raise CellRefused(*(spoiled_cell(text) or ("", "")))
    kind = column.kind
    if kind is FactKind.FLAG:
        flag = WORDS_OF_FLAGS.get(folded(text).casefold())
        if flag is None and not says_nothing(text):
            raise CellRefused("value_invalid", WRONG_VALUE[kind])
        return flag
    if kind in CODED and column.codes and column.code_of(text) is not None:  # 无 may be one of them
        return str(column.code_of(text)) if kind is FactKind.CODE else (str(column.code_of(text)),)
    if says_nothing(text):
        return None
    if kind is FactKind.CODE:
        return _code(column, text)
    try:
        if kind is FactKind.NUMBER:
            return cell_number(text)
        if kind is FactKind.DATE:
            return day_written(text).isoformat()
        return _several(column, text)
    except CellRefused:
        raise
    except NotWritten as error:
        raise CellRefused("value_invalid", error.why) from None


def _several(column: FactColumn, text: str) -> tuple[str, ...]:
    """Every one of them, in their order. Raises NotWritten: a gap would move what comes after it."""
    parts = [part.strip() for part in SEPARATORS.split(text)]
    while parts and not parts[-1]:
        parts.pop()
    if len(parts) > MOST_IN_A_CELL:
        raise NotWritten(f"一格至多 {MOST_IN_A_CELL} 个")
    if column.kind is FactKind.CODES:
        return tuple(_code(column, part) for part in parts)
    try:
        if column.kind is FactKind.DATES:
            return tuple(day_written(part).isoformat() for part in parts)
        return numbers_in_cell(parts)
    except NotWritten as error:
        raise NotWritten(f"{WRONG_VALUE[column.kind]}；每个{error.why}") from None


def _code(column: FactColumn, text: str) -> str:
    """Raises CellRefused, with the list where there is one."""
    if (spoiled := spoiled_cell(text)) is not None:
        raise CellRefused(*spoiled)
    code = column.code_of(text)
    if code is None:
        raise CellRefused("code_unknown", f"“{text[:40]}”不是可选的值，应为：{choice_of(column.codes)}")
    if not CODE.match(code) or (says_nothing(code) and not column.codes):
        raise CellRefused("value_invalid", WRONG_VALUE[column.kind])
    return code
