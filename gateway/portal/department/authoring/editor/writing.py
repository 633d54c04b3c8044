"""What stands in a field, as a person reads and writes it: 上年度 for `Y-1`, one line for each of a list.

`shown` and `read` belong together: what is shown and sent back as it was is not a change, whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from contracts.typed import half_width
from contracts.written import NotWritten, day_written, folded, plain_number
from gateway.portal.department.authoring.editor.pointers import NOWHERE
from gateway.portal.department.authoring.editor.shapes import LONG_FROM, Words

YEARS = {"Y": "本年度", "Y-1": "上年度", "Y-2": "前年度"} | {f"Y-{back}": f"{back}年前" for back in range(3, 10)}
YEAR_WORDS = {text.removesuffix("度"): year for year, text in YEARS.items()} | {
    "申报年": "Y", "申报当年": "Y", "当年": "Y", "今年": "Y", "去年": "Y-1", "上一年": "Y-1",
}  # fmt: skip
QUARTERS = {"一": "Q1", "二": "Q2", "三": "Q3", "四": "Q4", "1": "Q1", "2": "Q2", "3": "Q3", "4": "Q4"}
PERIOD = re.compile(r"(?P<year>[0-9]{4}|Y(?:-[1-9])?)(?P<part>Q[1-4]|M(?:0[1-9]|1[0-2]))?")
SPOKEN = re.compile(r"(?P<year>.+?年?)度?(?:第(?P<quarter>[一二三四1-4])季度|(?P<month>1[0-2]|0?[1-9])月份?)?")
BETWEEN = re.compile(r"[、，,;；\s]+")
BOUNDS = re.compile(r"[、，;；\s]+|至|,(?![0-9]{3})")
"""Between the entries of a list of numbers or codes: a comma in 1,000 is none."""

LISTING = ("in", "not_in", "between")
BARE = ("is_true", "is_false", "exists")
ANYTHING = "各项政策"
MIXED = {"any": ANYTHING, "own": "本事项", "all": "全部"}
ANY_ONE = "任一"
"""How the words of a place that takes a word or something else are written; `any` of several people is any one."""


def shown(words: Words, value: Any) -> str | tuple[str, ...]:
    """What stands in the field. Several texts where there are several; a list that is written in lines is one text."""
    if value is NOWHERE or value is None:
        return () if many_boxes(words) else ""
    if many_boxes(words):
        return tuple(_text(each) for each in value) if isinstance(value, list) else (_text(value),)
    if words.kind == "mixed" and isinstance(value, str):
        return _mixed_words(words).get(value, value)
    if isinstance(value, list):
        return ("\n" if words.kind == "text" else "、").join(_text(each) for each in value)
    if words.kind == "period" and isinstance(value, str):
        return period_shown(value)
    return _text(value)


def unchanged(words: Words, was: str | tuple[str, ...], said: Sequence[str]) -> bool:
    """Whether what was sent back is what was shown: browsers write line ends their own way, and one line has none."""
    texts = [each.strip() for each in said if each.strip()]
    if isinstance(was, tuple):
        return tuple(texts) == tuple(each.strip() for each in was)
    (text,) = texts[-1:] or ("",)
    was = was.replace("\r\n", "\n").strip()
    return text == (was if in_lines(words) else was.replace("\n", "").strip())


def in_lines(words: Words) -> bool:
    """Whether it is written in several lines."""
    if words.kind != "text":
        return False
    return words.several or (words.longest is not None and words.longest >= LONG_FROM)


def many_boxes(words: Words) -> bool:
    """Whether several of a few words are chosen: those are boxes to tick."""
    return words.several and words.kind == "choice"


def read(words: Words, said: Sequence[str], *, operator: Any = None) -> Any:
    """What a person wrote, as JSON; NOWHERE for nothing. What cannot be understood stays as it was written.

    `operator` is that of the condition whose value it is.
    """
    texts = [each.strip() for each in said if each.strip()]
    if words.kind == "value":
        return _value(texts, operator)
    if not texts:
        return NOWHERE
    if words.kind == "mixed":
        return _mixed(words, texts)
    if words.several:
        return _several(words, texts)
    return _single(words, texts[-1])


def _single(words: Words, text: str) -> Any:
    plain = half_width(text)
    match words.kind:
        case "yes_no":
            return {"true": True, "false": False}.get(text, text)
        case "whole":
            return _whole(plain)
        case "number":
            return number_of(text)
        case "choice":
            return next((each for each in words.choices if str(each) == text), text)
        case "period":
            return period_read(text)
        case "fraction":
            return fraction_read(plain)
        case "day":
            return day_read(plain)
        case "unit":
            return text.replace("％", "%").replace("／", "/").replace(" ", "")
        case _:
            return text


def _several(words: Words, texts: list[str]) -> list[Any]:
    if words.kind == "choice":
        return [_single(words, each) for each in texts]
    if words.kind == "text" and (words.longest is None or words.longest >= 40):
        return [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    return [each for text in texts for each in BETWEEN.split(text) if each]


def _value(texts: list[str], operator: Any) -> Any:
    """What a condition compares with: a list for some comparisons, nothing for others."""
    if operator in BARE or not texts:
        return NOWHERE
    if operator in LISTING:
        return [number_of(each) for text in texts for each in BOUNDS.split(text) if each]
    text = number_of(texts[-1])
    return {"true": True, "false": False}.get(text, text)


def number_of(text: str) -> str:
    """A number without its commas; anything else as it is, but for a day."""
    plain = folded(text)
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", plain):
        return plain  # as it is: it may be a code, whose zeros count
    try:
        return plain_number(plain)
    except NotWritten:
        return day_read(text.strip())


def _mixed(words: Words, texts: list[str]) -> Any:
    text = texts[-1].strip()
    spoken = {said: word for word, said in _mixed_words(words).items()} | {str(each): each for each in words.choices}
    if text in spoken:
        return spoken[text]
    if words.several:
        return [each for line in texts for each in BETWEEN.split(line) if each]
    return _whole(half_width(text)) if words.whole else text


def _mixed_words(words: Words) -> Mapping[str, str]:
    return {each: ANY_ONE if words.whole and each == "any" else MIXED.get(each, each) for each in words.choices}


def mixed_options(words: Words) -> list[str]:
    """The words that may be written there instead."""
    return list(_mixed_words(words).values())


def _whole(text: str) -> Any:
    try:
        plain = plain_number(text)
    except NotWritten:
        return text
    return int(plain) if re.fullmatch(r"-?[0-9]{1,18}", plain) else text


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


# -- periods, parts of a whole, days ----------------------------------------------------------------------


def period_shown(period: str) -> str:
    """`Y-1Q3` → 上年第三季度, 2025 → 2025年度; what is no period stays as it is."""
    known = PERIOD.fullmatch(period)
    if known is None:
        return period
    year = YEARS.get(known["year"], f"{known['year']}年度")
    part = known["part"]
    if part is None:
        return year
    year = year.removesuffix("度")
    return f"{year}第{'一二三四'[int(part[1]) - 1]}季度" if part[0] == "Q" else f"{year}{int(part[1:])}月"


def period_read(text: str) -> str:
    """The same back, in the words that people use; what cannot be understood stays as it is written."""
    plain = "".join(half_width(text).split())
    if PERIOD.fullmatch(plain):
        return plain
    spoken = SPOKEN.fullmatch(plain)
    if spoken is None:
        return text
    said = spoken["year"].removesuffix("度")
    said = said if said.endswith(("年", "前")) else f"{said}年"
    year = YEAR_WORDS.get(said) or said.removesuffix("年")
    if not PERIOD.fullmatch(year):
        return text
    if spoken["quarter"]:
        return year + QUARTERS[spoken["quarter"]]
    return f"{year}M{int(spoken['month']):02d}" if spoken["month"] else year


def fraction_read(text: str) -> str:
    """50% and 0.5 are 1/2; what is written as a fraction stays so."""
    plain = text.replace(" ", "")
    percent = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)%", plain)
    decimal = re.fullmatch(r"0\.[0-9]{1,4}", plain)
    if not percent and not decimal:
        return plain
    part = Fraction(percent[1]) / 100 if percent else Fraction(plain)
    return str(part)


def day_read(text: str) -> str:
    """2024年6月21日, 2024/6/21 and 20240621 are 2024-06-21; what is no day stays as it is written."""
    try:
        return day_written(text).isoformat()
    except NotWritten:
        return text
