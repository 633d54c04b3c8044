"""The quantities that a Chinese text names, whoever wrote it: 20万元, ２０ 万元 and 二十万元 are the same. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from contracts.written import plain_number
from rules.units import Dimension, unit

DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
TENS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10_000, "亿": 100_000_000}
COUNTED = (
    "个工作日", "工作日", "个自然日", "个百分点", "个基点", "个季度", "季度", "平方米", "㎡", "公顷", "亩", "千瓦时", "兆瓦时", "千瓦", "兆瓦",
    "公斤", "千克", "吨", "小时", "个月", "月", "年", "天", "日", "%", "‰", "倍", "BP", "元", "人", "名", "户", "家", "项", "件", "个",
)  # fmt: skip
"""Words behind a number that make a quantity of it, the longer ones first."""

ARTICLES = frozenset("人名户家项件个")
"""一个, 一家, 一项 say "a", and count nothing."""

SAME = {"工作日": "个工作日", "㎡": "平方米", "名": "人", "家": "户"}
"""Words that mean the same where a text counts."""

PATTERN = re.compile(
    r"百分之(?P<percent>[0-9.]+|[零〇一二两三四五六七八九十百]+)"
    r"|(?P<digits>(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?)\s*(?P<many>[万亿千百十]*)(?P<unit>"
    + "|".join(COUNTED)
    + r")?"
    r"|(?P<words>[一二两三四五六七八九十][零〇一二两三四五六七八九十百千万亿]*)\s*(?P<unit_of_words>"
    + "|".join(COUNTED)
    + r")?"
)
DATES = re.compile(r"(?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}日|[0-9]{4}年[0-9]{1,2}月")
"""Days and months of the calendar are not lengths of time."""

YEARS = range(1949, 2200)
"""A number of that size before 年 names a year, and is no length of time."""


class Quantity(NamedTuple):
    """An amount of something. `text` is how it was written, and is nothing that two quantities are told apart by."""

    value: Fraction
    dimension: Dimension
    text: str

    @property
    def meant(self) -> tuple[Fraction, Dimension]:
        return self.value, self.dimension


def quantities(text: str) -> Iterator[Quantity]:
    """Every number with a unit behind it, in their order. 20万 alone is money."""
    plain = DATES.sub("；", unicodedata.normalize("NFKC", text).replace("m2", "平方米"))
    for found in PATTERN.finditer(plain):
        word: str | None
        if found["percent"] is not None:
            number, word = _number(found["percent"]), "%"
        elif found["digits"] is not None:
            number, word = _times(Fraction(plain_number(found["digits"])), found["many"]), found["unit"]
        else:
            number, word = _number(found["words"]), found["unit_of_words"]
        word = word or ("元" if set(found["many"] or found["words"] or "") & set(MYRIADS) else None)
        if number is None or word is None or (word == "年" and number in YEARS):
            continue
        if found["words"] == "一" and word in ARTICLES:
            continue
        word = SAME.get(word, word)
        yield Quantity(number * unit(word).factor, unit(word).dimension, found[0].strip())


def unknown_to(written: str, rules: str) -> tuple[str, ...]:
    """What `written` says of quantities that `rules` does not say, as it is written, each once."""
    known = {each.meant for each in quantities(rules)}
    return tuple(dict.fromkeys(each.text for each in quantities(written) if each.meant not in known))


def _times(number: Fraction, many: str) -> Fraction:
    for sign in many:
        number *= {**TENS, **MYRIADS}[sign]
    return number


def _number(words: str) -> Fraction | None:
    """二十 is 20, 一亿二千万 is 120,000,000; None for what is no number."""
    if words[0].isascii():
        return Fraction(words) if words.count(".") <= 1 and words[-1] != "." else None
    total = section = digit = 0
    for sign in words:
        if sign in DIGITS:
            digit = digit * 10 + DIGITS[sign]
        elif sign in TENS:
            section += (digit or 1) * TENS[sign]
            digit = 0
        else:
            total += (section + digit or 1) * MYRIADS[sign]
            section = digit = 0
    return Fraction(total + section + digit)
