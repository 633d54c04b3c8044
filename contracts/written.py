"""What stands in a cell or a field, as people and spreadsheets write it: numbers, days, nothing at all, and errors.

Every table, form and file is read by this module, so that one figure means the same whichever way it comes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import isfinite

from contracts.typed import half_width

EXACT_DIGITS = 15
"""Significant digits that a spreadsheet keeps of a number and shows; what a double has beyond them is no figure."""

DECIMALS = 12
"""Places behind the point that a fact has at most (`contracts.rule.facts.NumberText`)."""

UNSEEN = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF))
"""Marks that nobody sees come along when a number is copied out of an address book or a chat: they are none."""

ERROR = re.compile(
    r"#+|#[^\s#]{1,24}[!?]|#[^\s#0-9/]{1,2}/[^\s#0-9/]{1,5}|#N/A.*|(?:err|错误):[0-9]{3}"
    r"|#(?:GETTING_DATA|REF|NAME|VALUE|NULL|NUM|DIV/0|SPILL|CALC|FIELD|BLOCKED|CONNECT|BUSY|UNKNOWN|EXTERNAL|PYTHON|NV)",
    re.IGNORECASE,  # any script: errors have names in every language
)
"""#N/A, #REF!, #NAME?, … as Excel, WPS and LibreOffice write them, in any language; #### is a column that is too narrow."""

NOTHING_ANYWHERE = frozenset(
    ("null", "nil", "nan", "none", "n/a", "n.a.", "<na>", "undefined", "\\n", "暂无", "空值", "无数据", "(空)", "(无)")
)
PLACEHOLDERS = frozenset(("null", "nan", "n/a", "n.a.", "<na>", "undefined", "\\n"))
NOTHING_BUT_IN_TEXT = frozenset(
    ("na", "无", "空", "空白", "没有", "不详", "未知", "未填", "未填写", "未提供", "暂缺", "缺失", "待定", "待补", "待补充", "不适用", "?")
)  # fmt: skip
"""In a text they may be meant as they are written."""

LONGEST_NOTHING = 12
"""Signs; what is longer is a word for nothing only if it is a line."""

LINES = re.compile(r"[-‐‑‒–—―−_/\\.…·]+")

PLAIN = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?P<part>\.[0-9]+)?")
DIGITS_LOST = re.compile(r"[+-]?[0-9](?:\.(?P<part>[0-9]+))?[eE]\+[0-9]{2,3}")
"""As a spreadsheet shows, and writes into CSV, a number that is too long for its cell."""

QUICK = re.compile(r"0|-?[1-9][0-9]{0,8}(?:\.[0-9]{0,5}[1-9])?")
"""Most numbers of a table are what they are."""

DAY = re.compile(
    r"(?:(?P<y>[0-9]{4})(?P<sign>[-/.])(?P<m>[0-9]{1,2})(?P=sign)(?P<d>[0-9]{1,2})"
    r"|(?P<year>[0-9]{4})\s*年\s*(?P<month>[0-9]{1,2})\s*月\s*(?P<day>[0-9]{1,2})\s*[日号]?"
    r"|(?P<yyyy>[0-9]{4})(?P<mm>[0-9]{2})(?P<dd>[0-9]{2}))"
    r"(?:[T ]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)?"
)
MONTH = re.compile(r"([0-9]{4})(?:[-/.]|\s*年\s*)([0-9]{1,2})\s*月?")
YEAR = re.compile(r"([0-9]{4})\s*(?:年度?)?")
SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")
FIRST_SERIAL = date(1899, 12, 30)

DEMANDS = re.compile(r"\*|[(\[【](?:必填|选填|必填项|选填项|非必填|必须|可选|可空|可不填|可为空)[)\]】]")
"""What is put to a heading to say that the column must, or need not, be filled in; without the blanks in it."""

AS_TEXT = "位数过长，已被存成数字，末几位丢失，请把该列设为文本格式后重新填写（请存为文本）"
GROUPS = "逗号只能三位一组（如 1,234,567），小数点用“.”"
ONE_OF_SEVERAL = "几个数以分号或顿号隔开；只有一个数的不写千分位逗号"
NUMBER = "应为数字（如 1234.56）"
TOO_LONG = "数字过大（整数部分至多 18 位）"
DATE = "应为日期（如 2026-01-31）"


class NotWritten(ValueError):
    """Nothing of what is asked for is written like that. `why` is a Chinese sentence without a full stop."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def folded(text: str) -> str:
    """With full-width signs as half-width ones, without marks that nobody sees and blanks around. Digits of other
    scripts stay what they are, and are no digits."""
    return text.strip() if text.isascii() else half_width(text).translate(UNSEEN).strip()


def is_error(text: str) -> bool:
    """Whether a spreadsheet says with it that it could not compute the cell."""
    # Most cells are neither, and a city's table has millions: they are looked at as they are.
    return ("#" in text or "＃" in text or ":" in text or "：" in text) and ERROR.fullmatch(folded(text)) is not None


def says_nothing(text: str, *, in_text: bool = False) -> bool:
    """Whether it is empty, or a word or a line for nothing. `in_text`: 无 and the like are words as others are."""
    if len(text) > LONGEST_NOTHING:
        return LINES.fullmatch(text) is not None
    plain = folded(text).casefold()
    if not plain or plain in NOTHING_ANYWHERE or LINES.fullmatch(plain):
        return True
    return not in_text and plain in NOTHING_BUT_IN_TEXT


def is_no_code(code: str) -> bool:
    """Whether it is an error, or what programs write for nothing. Words like 无 and none are codes where a list has
    them, so that whoever knows the list asks `says_nothing` instead."""
    return is_error(code) or (folded(code).casefold() in PLACEHOLDERS or LINES.fullmatch(code) is not None)


def has_lost_digits(text: str) -> bool:
    """9.13607E+17: a code, an account or a telephone number that became a number on its way."""
    return ("+" in text or "＋" in text) and DIGITS_LOST.fullmatch(folded(text)) is not None


def plain_heading(text: str) -> str:
    """A heading without what is put to it: `* 企业 名称（必填）` is `企业名称`, `revenue：2025：万元` has colons as others."""
    return DEMANDS.sub("", "".join(folded(text).split()))


def cell_address(place: int, line: int) -> str:
    """The cell as a spreadsheet calls it: `place` 0 of line 3 is A3."""
    return f"{column_letters(place)}{line}"


def column_letters(place: int) -> str:
    """The column as a spreadsheet calls it, counted from 0: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def plain_number(text: str) -> str:
    """A number exactly as it is written, without what sets its thousands apart: `１，２３４.50` → `1234.50`.

    Raises NotWritten: a comma that does not set three digits apart may stand for a point.
    """
    found = PLAIN.fullmatch(folded(text))
    if found is None:
        raise NotWritten(_no_number(folded(text)))
    whole = found["whole"].replace(",", "").lstrip("0") or "0"
    return f"{'-' if found['sign'] == '-' else ''}{whole}{found['part'] or ''}"


def _no_number(plain: str) -> str:
    if re.fullmatch(r"[+-]?[0-9][0-9,.]*%", plain):
        return "请只写数，不带“%”：数按该列的单位计"
    return GROUPS if re.fullmatch(r"[+-]?[0-9][0-9,.]*", plain) else NUMBER


def cell_number(text: str) -> str:
    """A number of a table, as a fact has it: at most 15 significant digits, as Excel shows it, at most 12 behind the
    point, no needless zeros. CSV and workbook of one figure give the same.

    Raises NotWritten, also for a number of which only the first digits are shown (1.23457E+11).
    """
    if QUICK.fullmatch(text):
        return text
    lost = DIGITS_LOST.fullmatch(folded(text))
    if lost is not None and len(lost["part"] or "") < EXACT_DIGITS - 1:
        raise NotWritten("以科学计数法保存，末几位已丢失，请设为数值格式后重新保存")
    plain = folded(text) if lost is not None else plain_number(text)
    if len(plain) <= EXACT_DIGITS and "." not in plain and lost is None:
        return plain if plain != "-0" else "0"
    number = Decimal(plain)
    if len(number.as_tuple().digits) > EXACT_DIGITS:
        number = Decimal(f"{float(plain):.{EXACT_DIGITS}g}")
    written = _without_zeros(number)
    if len(written.lstrip("-").partition(".")[0]) > 18:
        raise NotWritten(TOO_LONG)
    return written


def numbers_in_cell(parts: Sequence[str]) -> tuple[str, ...]:
    """Several numbers of one cell, each as `cell_number` reads it. Raises NotWritten, also where nothing but a comma
    stands between digits: 800,900 may be two numbers or one."""
    if len(parts) == 1 and "," in folded(parts[0]):
        raise NotWritten(ONE_OF_SEVERAL)
    return tuple(cell_number(part) for part in parts)


def as_excel_shows(number: float) -> str:
    """A double as its figure: 20000.099999999999 is 20000.1. From 10 to the 15 on, where digits are lost, with an
    exponent, so that nobody takes it for a code; `cell_number` reads both."""
    if not isfinite(number):
        return str(number)
    if abs(number) >= 10**EXACT_DIGITS:
        return f"{number:.{EXACT_DIGITS - 1}E}"
    if number.is_integer():
        return str(int(number))
    return _without_zeros(Decimal(f"{number:.{EXACT_DIGITS}g}"))


def _without_zeros(number: Decimal) -> str:
    text = f"{round(number, DECIMALS) if -int(number.as_tuple().exponent) > DECIMALS else number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if text not in ("-0", "") else "0"


def day_written(text: str) -> date:
    """2026-01-31, 2026/1/31, 2026.1.31, 2026年1月31日 or 20260131; a time of day behind it is passed over.

    Raises NotWritten: a day has three parts or eight digits, and is never guessed.
    """
    plain = folded(text)
    found = DAY.fullmatch(plain)
    if found is None:
        raise NotWritten(_no_day(plain))
    try:
        return date(*(int(part) for name, part in found.groupdict().items() if part and name != "sign"))
    except ValueError:
        raise NotWritten(f"没有“{plain[:20]}”这一天，{DATE}") from None


def _no_day(plain: str) -> str:
    if MONTH.fullmatch(plain) or YEAR.fullmatch(plain) or re.fullmatch(r"[0-9]{6}", plain):
        return "日期须写全年、月、日（如 2026-01-31）"
    if SERIAL.fullmatch(plain):
        meant = FIRST_SERIAL + timedelta(days=int(plain.partition(".")[0]))
        return f"“{plain[:20]}”是表格软件的日期序号（即 {meant}），请把单元格设为日期格式"
    return DATE


def loose_day_written(text: str) -> str:
    """A day, a month or a year, as precise as it is given: 2026年3月 → `2026-03`. Raises NotWritten."""
    plain = folded(text)
    if (year := YEAR.fullmatch(plain)) is not None:
        return year[1]
    month = MONTH.fullmatch(plain)
    if month is not None and 1 <= int(month[2]) <= 12:
        return f"{month[1]}-{int(month[2]):02d}"
    try:
        return day_written(plain).isoformat()
    except NotWritten:
        raise NotWritten("应为年、年月或日期（如 2026、2026-01、2026-01-31）") from None


def year_written(text: str) -> int:
    """2026, 2026年, 2026年度. Raises NotWritten."""
    found = YEAR.fullmatch(folded(text))
    if found is None:
        raise NotWritten("应为四位年份（如 2026）")
    return int(found[1])
