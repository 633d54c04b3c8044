"""Units and exact numbers: what 万元, %, 亩 and 元/平方米·月 are, and which of them can be compared.

A unit is a factor and a dimension. Money is counted in 元, shares (%, ‰, 倍) in 1, areas in 平方米, months in
月, weights in 吨, power in 千瓦, energy in 千瓦时. Any other word (人, 张床位, 标箱) is a dimension of its own, so the list of things to count stays open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from contracts.rule.facts import FactKind, value_fits

Dimension = tuple[tuple[str, int], ...]
"""Powers of the base units, sorted: 元/平方米 is (("元", 1), ("平方米", -1))."""

PURE: Dimension = ()
MONEY: Dimension = (("元", 1),)
MONTHS: Dimension = (("月", 1),)

_KNOWN: dict[str, tuple[str | None, Fraction]] = {
    "分": ("元", Fraction(1, 100)),
    "元": ("元", Fraction(1)),
    "百元": ("元", Fraction(100)),
    "千元": ("元", Fraction(1000)),
    "角": ("元", Fraction(1, 10)),
    "十万元": ("元", Fraction(100_000)),
    "百万元": ("元", Fraction(1_000_000)),
    "千万元": ("元", Fraction(10_000_000)),
    "BP": (None, Fraction(1, 10_000)),
    "个基点": (None, Fraction(1, 10_000)),
    "%": (None, Fraction(1, 100)),
    "‰": (None, Fraction(1, 1000)),
    "倍": (None, Fraction(1)),
    "个百分点": (None, Fraction(1, 100)),
    "平方米": ("平方米", Fraction(1)),
    "㎡": ("平方米", Fraction(1)),
    "亩": ("平方米", Fraction(2000, 3)),
    "公顷": ("平方米", Fraction(10_000)),
    "月": ("月", Fraction(1)),
    "个月": ("月", Fraction(1)),
    "年": ("月", Fraction(12)),
    "季度": ("月", Fraction(3)),
    "个季度": ("月", Fraction(3)),
    "吨": ("吨", Fraction(1)),
    "公斤": ("吨", Fraction(1, 1000)),
    "千克": ("吨", Fraction(1, 1000)),
    "千瓦": ("千瓦", Fraction(1)),
    "瓦": ("千瓦", Fraction(1, 1000)),
    "兆瓦": ("千瓦", Fraction(1000)),
    "千瓦时": ("千瓦时", Fraction(1)),
    "度": ("千瓦时", Fraction(1)),
    "兆瓦时": ("千瓦时", Fraction(1000)),
    "天": ("天", Fraction(1)),
    "日": ("天", Fraction(1)),
}
_LARGEST_BITS = 400
"""Beyond some 120 digits nobody reads a number, and beyond 4,300 Python does not write one."""

MANY = {"万": 10_000, "亿": 100_000_000}
"""Before any unit: so many of it."""


def known_words() -> Collection[str]:
    """The units that have a meaning of their own; every other word counts something."""
    return _KNOWN.keys()


DECIMALS = 6
"""Behind the point, where a number is told exactly."""

READABLE = 4
"""Decimals that a figure may have in the unit in which a rule or a fact writes it: 0.0001 万元 is one yuan."""

TINY = Fraction(1, 10)


class UnknownUnit(ValueError):
    """The text is no unit: it is empty somewhere, or has more than one `/`."""


@dataclass(frozen=True, slots=True)
class MeasureUnit:
    """`factor` base units of `dimension` make one of this unit."""

    factor: Fraction
    dimension: Dimension


@lru_cache(maxsize=4096)
def unit(text: str) -> MeasureUnit:
    """The unit written like this: parts joined by `·`, those after `/` divide. Raises UnknownUnit."""
    over, slash, under = text.partition("/")
    factor = Fraction(1)
    powers: dict[str, int] = {}
    for words, sign in ((over, 1), (under, -1)) if slash else ((over, 1),):
        for word in words.split("·"):
            part_factor, base = _simple(word)
            factor = factor * part_factor if sign > 0 else factor / part_factor
            if base is not None:
                powers[base] = powers.get(base, 0) + sign
    return MeasureUnit(factor, _dimension(powers.items()))


def _simple(word: str) -> tuple[Fraction, str | None]:
    if not word or "/" in word:
        raise UnknownUnit(word)
    if word in _KNOWN:
        base, factor = _KNOWN[word]
        return factor, base
    if word[0] in MANY and len(word) > 1:
        factor, base = _simple(word[1:])
        return factor * MANY[word[0]], base
    return Fraction(1), word


def _dimension(powers: Iterable[tuple[str, int]]) -> Dimension:
    return tuple(sorted((base, power) for base, power in powers if power))


def product(left: Dimension, right: Dimension) -> Dimension:
    """The dimension of a product: 元/亩 × 亩 is 元."""
    if not left or not right:
        return left or right
    powers = dict(left)
    for base, power in right:
        powers[base] = powers.get(base, 0) + power
    return _dimension(powers.items())


def inverse(dimension: Dimension) -> Dimension:
    """The dimension of one divided by it."""
    return tuple((base, -power) for base, power in dimension)


@lru_cache(maxsize=16384)
def number(text: str) -> Fraction:
    """The exact value of a decimal number as text. Raises ValueError, for an exponent too: `1e999999999`
    would fill the memory.
    """
    if not value_fits(FactKind.NUMBER, text):
        raise ValueError(f"not a plain number: {text[:40]!r}")
    return Fraction(text)


@lru_cache(maxsize=16384)
def in_base(value: str, unit_text: str) -> Fraction:
    """`value` of this unit, in the base units of its dimension: 5 万元 is 50,000 (元)."""
    return number(value) * unit(unit_text).factor


def number_text(value: Fraction) -> str:
    """For people: thousands separated, exact to six decimals; `约` in front when there are more, and then as many as
    tell it from a round number: 33.33, but 14.9999.
    """
    if value.numerator.bit_length() - value.denominator.bit_length() > _LARGEST_BITS:
        return "极大的数"
    if value.denominator == 1:
        return f"{value.numerator:,}"
    places, about = DECIMALS, ""
    if (value * 10**DECIMALS).denominator != 1:
        about = "约 "
        places = next((few for few in range(2, DECIMALS) if round(value * 10**few) % 10), DECIMALS)
    whole = round(value * 10**places)
    sign = "-" if whole < 0 else ""
    ones, rest = divmod(abs(whole), 10**places)
    decimals = f".{rest:0{places}d}".rstrip("0").rstrip(".") if rest else ""
    return f"{about}{sign}{ones:,}{decimals}"


_COUNTED = {"月": "个月", "季度": "个季度"}
"""How a number of them is said: 12 月 would be December."""


def quantity_text(value: Fraction, unit_text: str) -> str:
    """A number with its unit, as people write it: `2,000 万元`, `1.5%`, `2021 年度` (a name, not a count)."""
    if unit_text == "年度":
        return f"{number_text(value).replace(',', '')} {unit_text}"  # no cell: our own
    gap = "" if unit_text in ("%", "‰") else " "
    return f"{number_text(value)}{gap}{_COUNTED.get(unit_text, unit_text)}"


def base_text(value: Fraction, dimension: Dimension) -> str:
    """A value in base units: money in 元, a pure number in %."""
    if dimension == PURE:
        return f"{number_text(value * 100)}%"
    return f"{number_text(value)} {dimension_text(dimension)}"


def figure_in(value: Fraction, dimension: Dimension | None, written: str | None) -> str:
    """A value in the unit in which the rule or the fact writes it (500 亩, 3,000 万元), where it is readable so; else in
    base units. A zero that fits any unit has that of its place.
    """
    if dimension is None:
        if written is None:
            return number_text(value)
        dimension = unit(written).dimension
    if written is None or unit(written).dimension != dimension:
        return base_text(value, dimension)
    if dimension == MONEY:
        return _money_text(value, written)
    there, here = value / unit(written).factor, value * 100 if dimension == PURE else value
    if (there * 10**READABLE).denominator != 1 and (here * 10**READABLE).denominator == 1:
        return base_text(value, dimension)
    return quantity_text(there, written)


def _money_text(value: Fraction, written: str) -> str:
    """In the unit that is written, or the next smaller one in which it is no tiny part: 100 万元, not 0.01 亿元."""
    for smaller in (written, "万元") if value else ():
        there = value / unit(smaller).factor
        is_readable = abs(there) >= TINY and (there * 10**READABLE).denominator == 1
        if is_readable and unit(smaller).factor <= unit(written).factor:
            return quantity_text(there, smaller)
    return base_text(value, MONEY)


def unit_of_product(left: str | None, right: str | None) -> str | None:
    """In what a product is told: 万元 of 万元/份 × 份, 亩 of 亩 × %; None where it is none of the two."""
    if left is None or right is None:
        return None
    dimensions = unit(left).dimension, unit(right).dimension
    if PURE in dimensions:
        return right if dimensions[0] == PURE else left
    whole = product(*dimensions)
    for priced in (right, left):
        over, slash, _under = priced.partition("/")
        if slash and unit(over).dimension == whole:
            return over
    return None


def unit_of_quotient(left: str | None, right: str | None) -> str | None:
    """In what a quotient is told: 万元/亩 of 万元 ÷ 亩, 万元 of 万元 ÷ 倍; None for a share, and where it is no plain
    unit by another.
    """
    if left is None or right is None:
        return None
    over, under = unit(left).dimension, unit(right).dimension
    if under == PURE:
        return left
    shared = {base for base, _power in over} & {base for base, _power in under}
    return None if over == PURE or shared or "·" in left or "/" in left + right else f"{left}/{right}"


def dimension_text(dimension: Dimension) -> str:
    """The base units of a dimension: `元/平方米·月`."""
    if dimension == MONTHS:
        return _COUNTED["月"]
    over = "·".join(base for base, power in dimension for _ in range(power))
    under = "·".join(base for base, power in dimension for _ in range(-power))
    return f"{over or '1'}/{under}" if under else over or "1"


def kind_text(dimension: Dimension) -> str:
    """What is counted in such a unit, for who has to choose one: 金额, 比例, or the unit itself."""
    if dimension == MONEY:
        return "金额（元、万元）"
    return "比例（%、倍）" if dimension == PURE else f"“{dimension_text(dimension)}”"
