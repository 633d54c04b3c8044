"""How much: the amount on a set of facts, exactly, with its working line by line.

Values are fractions in base units (元, 1, 平方米, …) until the one rounding at the end. Each line of the working
says what it adds to the amount, and the lines add up to it; explanations add zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from contracts.money import ZERO, Money, Rounding
from contracts.rule import (
    Amount,
    AmountRule,
    Band,
    Cap,
    FactAmount,
    FactKind,
    FactSheet,
    Fixed,
    Highest,
    Line,
    Lookup,
    Lowest,
    MissingFact,
    PerUnit,
    Rate,
    RoundingRule,
    State,
    Sum,
    Table,
    When,
)
from contracts.rule_amount import AmountNode
from rules.eligibility import decide
from rules.facts import NO_TYPES, FactReader, FactTypes, amount_of, value_text
from rules.sentences import eligibility_sentence
from rules.units import (
    MONEY,
    Dimension,
    base_text,
    in_base,
    number,
    number_text,
    product,
    quantity_text,
    unit,
)
from rules.wording import ROUNDING_WORDS, Names, band_text

STEPS = {"分": 1, "元": 100, "百元": 10_000, "千元": 100_000, "万元": 1_000_000}
LARGEST_PAYABLE = Fraction(10**13)
"""元. Ten trillion: more than any budget, so a larger figure is an error in the facts."""

_Work = tuple[tuple[str, Fraction], ...]
_NOTHING = Fraction(0)


class UnitsDoNotFit(ValueError):
    """The rule mixes units that cannot be mixed. `rules.checking` refuses such a rule at publication."""


@dataclass(frozen=True, slots=True)
class _Figure:
    """What a node came to. `value` None is undetermined; `dimension` None is a zero that fits any unit."""

    value: Fraction | None
    dimension: Dimension | None
    text: str
    work: _Work = ()
    missing: tuple[MissingFact, ...] = ()


def compute_amount(
    rule: AmountRule,
    facts: FactSheet,
    today: date,
    fact_types: FactTypes = NO_TYPES,
    rounding: RoundingRule = RoundingRule(),  # noqa: B008 (frozen)
) -> Amount:
    """The amount before caps that need earlier awards, rounded once, in fen.

    Undetermined, naming them, when facts that it needs are missing or expired; never negative. A result
    beyond ten trillion yuan is undetermined too. Raises UnitsDoNotFit for a rule that was never checked.
    """
    figure = _figure(rule, FactReader(facts, today, fact_types), True)
    work = list(figure.work)
    missing = tuple(dict.fromkeys(figure.missing))
    if any(abs(added) > LARGEST_PAYABLE for added in (figure.value or _NOTHING, *(line[1] for line in work))):
        beyond = Line(text_zh="计算结果超出可支付的范围，请核对所依据的数据", value=ZERO)
        return Amount(state="undetermined", money=None, working=(beyond,), missing=missing)
    if figure.value is None:
        return Amount(state="undetermined", money=None, working=_lines(work), missing=missing)
    if figure.dimension not in (MONEY, None):
        raise UnitsDoNotFit("the root of an amount is money")
    value = figure.value
    if value < 0:
        work.append((f"计算结果 {base_text(value, MONEY)} 为负数，不予奖补", -value))
        value = _NOTHING
    money = Money.rounded(value * 100, rounding.mode, STEPS[rounding.to])
    payable = Fraction(money.fen, 100)
    if payable != value:
        words = f"{ROUNDING_WORDS[rounding.mode]}到{rounding.to}"
        work.append((f"{words}：{number_text(value)} 元 → {money.yuan_text()} 元", payable - value))
    return Amount(state="known", money=money, working=_lines(work))


def _lines(work: Sequence[tuple[str, Fraction]]) -> tuple[Line, ...]:
    """Lines in whole fen. Running totals are cut to the fen, not single lines, so that nothing gets lost."""
    lines = []
    running = _NOTHING
    told = 0
    for text, added in work:
        if not added:
            lines.append(Line(text_zh=text, value=ZERO))
            continue
        running += added
        now = Rounding.DOWN.whole(running * 100)
        lines.append(Line(text_zh=text, value=Money(now - told)))
        told = now
    return tuple(lines)


def _figure(node: AmountRule, reader: FactReader, paying: bool) -> _Figure:
    """What `node` comes to. A paying node puts what it adds into the working; the others only explain."""
    return _EVALUATORS[type(node)](node, reader, paying)


def _fixed(node: Fixed, reader: FactReader, paying: bool) -> _Figure:
    value, dimension = in_base(node.value, node.unit), unit(node.unit).dimension
    authored = dimension != MONEY
    text = quantity_text(number(node.value), node.unit) if authored else base_text(value, MONEY)
    work = ((f"{node.name or '定额'} {text}", value),) if paying else ()
    return _Figure(value, dimension, text, work)


def _fact(node: FactAmount, reader: FactReader, paying: bool) -> _Figure:
    fact = reader.read(node.fact, node.period)
    if not isinstance(fact, MissingFact) and (fact.kind is not FactKind.NUMBER or fact.unit is None):
        fact = reader.missing(node.fact, node.period, "wrong_kind")
    if isinstance(fact, MissingFact):
        return _Figure(None, None, "", (), (fact,))
    value, dimension = amount_of(fact), unit(fact.unit or "").dimension
    shown = base_text(value, MONEY) if dimension == MONEY else value_text(fact, reader.fact_types)
    text = f"{node.name or _names(reader).fact(node.fact, node.period)} {shown}"
    return _Figure(value, dimension, text, ((text, value),) if paying else ())


def _rate(node: Rate, reader: FactReader, paying: bool) -> _Figure:
    return _times(node, _figure(node.base, reader, False), _figure(node.rate, reader, False), paying)


def _per_unit(node: PerUnit, reader: FactReader, paying: bool) -> _Figure:
    return _times(node, _figure(node.quantity, reader, False), _figure(node.price, reader, False), paying)


def _times(node: AmountNode, left: _Figure, right: _Figure, paying: bool) -> _Figure:
    if left.value is None or right.value is None:
        return _unknown((left, right))
    value = left.value * right.value
    both = left.dimension is not None and right.dimension is not None
    dimension = product(left.dimension or (), right.dimension or ()) if both else None
    text = _text(value, dimension)
    line = (f"{_title(node)}{left.text} × {right.text} = {text}", value if paying else _NOTHING)
    return _Figure(value, dimension, text, (*left.work, *right.work, line))


def _table(node: Table, reader: FactReader, paying: bool) -> _Figure:
    by = _figure(node.by, reader, False)
    if by.value is None:
        return _unknown((by,))
    if by.dimension not in (unit(node.unit).dimension, None):
        raise UnitsDoNotFit(f"a table in {node.unit} over {by.text}")
    if node.basis == "marginal":
        return _marginal(node, by, reader, paying)
    for band in node.bands:
        if _inside(band, by.value, node.unit):
            then = _figure(band.then, reader, paying)
            line = (f"{_title(node)}{by.text}，属“{band_text(band, node.unit)}”档", _NOTHING)
            return replace(then, work=(*by.work, line, *then.work))
    return _Figure(_NOTHING, None, "0", (*by.work, (f"{_title(node)}{by.text}，不在任何一档", _NOTHING)))


def _inside(band: Band, value: Fraction, unit_text: str) -> bool:
    if band.low is not None:
        low = in_base(band.low, unit_text)
        if value < low or (value == low and not band.low_inclusive):
            return False
    if band.high is not None:
        high = in_base(band.high, unit_text)
        if value > high or (value == high and not band.high_inclusive):
            return False
    return True


def _marginal(node: Table, by: _Figure, reader: FactReader, paying: bool) -> _Figure:
    """Each band's rate or price times the part of the quantity inside the band."""
    quantity = by.value or _NOTHING
    value, dimension = _NOTHING, None
    work: list[tuple[str, Fraction]] = [*by.work, (f"{_title(node)}{by.text}，分段计算", _NOTHING)]
    parts: list[_Figure] = []
    for band in node.bands:
        low = in_base(band.low, node.unit) if band.low is not None else _NOTHING
        high = min(quantity, in_base(band.high, node.unit)) if band.high is not None else quantity
        if high <= low:
            continue
        then = _figure(band.then, reader, False)
        parts.append(then)
        if then.value is None:
            continue
        part = (high - low) * then.value
        dimension = product(by.dimension or (), then.dimension or ())
        inside = base_text(high - low, by.dimension or ())
        words = f"“{band_text(band, node.unit)}”部分 {inside} × {then.text} = {_text(part, dimension)}"
        work.append((words, part if paying else _NOTHING))
        value += part
    if any(part.value is None for part in parts):
        return _unknown((by, *parts))
    return _Figure(value, dimension, _text(value, dimension), tuple(work))


def _lookup(node: Lookup, reader: FactReader, paying: bool) -> _Figure:
    fact = reader.read(node.fact, node.period)
    if not isinstance(fact, MissingFact) and fact.kind is not FactKind.CODE:
        fact = reader.missing(node.fact, node.period, "wrong_kind")
    if isinstance(fact, MissingFact):
        return _Figure(None, None, "", (), (fact,))
    words = _names(reader).fact(node.fact, node.period)
    shown = f"{_title(node)}{words}为“{value_text(fact, reader.fact_types)}”"
    then = next((row.then for row in node.rows if fact.value in row.codes), node.otherwise)
    if then is None:
        return _Figure(_NOTHING, None, "0", ((f"{shown}，不在所列范围", _NOTHING),))
    figure = _figure(then, reader, paying)
    return replace(figure, work=((shown, _NOTHING), *figure.work))


def _cap(node: Cap, reader: FactReader, paying: bool) -> _Figure:
    of, limit = _figure(node.of, reader, paying), _figure(node.limit, reader, False)
    if of.value is None or limit.value is None:
        return _unknown((of, limit))
    dimension = _common((of, limit))
    work = (*of.work, *limit.work)
    title = node.name or "封顶"
    if of.value <= limit.value:
        return replace(of, work=(*work, (f"{title} {limit.text}：未超过", _NOTHING)))
    text = _text(limit.value, dimension)
    line = (f"{title} {limit.text}：{of.text} → {text}", limit.value - of.value if paying else _NOTHING)
    return _Figure(limit.value, dimension, text, (*work, line))


def _sum(node: Sum, reader: FactReader, paying: bool) -> _Figure:
    parts = [_figure(part, reader, paying) for part in node.of]
    if any(part.value is None for part in parts):
        return _unknown(parts)
    value = sum((part.value or _NOTHING for part in parts), _NOTHING)
    dimension = _common(parts)
    text = _text(value, dimension)
    added = " + ".join(part.text for part in parts)
    line = (f"{node.name or '合计'} {added} = {text}", _NOTHING)
    return _Figure(value, dimension, text, (*(line for part in parts for line in part.work), line))


def _highest(node: Highest, reader: FactReader, paying: bool) -> _Figure:
    return _choose(node, reader, paying, "就高", max)


def _lowest(node: Lowest, reader: FactReader, paying: bool) -> _Figure:
    return _choose(node, reader, paying, "就低", min)


def _choose(
    node: Highest | Lowest,
    reader: FactReader,
    paying: bool,
    word: str,
    best: Callable[[Iterable[Fraction]], Fraction],
) -> _Figure:
    """The chosen part keeps its lines; those of the others explain and add nothing."""
    parts = [_figure(part, reader, paying) for part in node.of]
    if any(part.value is None for part in parts):
        return _unknown(parts)
    dimension = _common(parts)
    values = [part.value or _NOTHING for part in parts]
    chosen = values.index(best(values))
    work: list[tuple[str, Fraction]] = []
    for index, part in enumerate(parts):
        work.extend(part.work if index == chosen else ((text, _NOTHING) for text, _ in part.work))
    text = parts[chosen].text
    work.append((f"{node.name or word}：{'、'.join(part.text for part in parts)} → 取 {text}", _NOTHING))
    return _Figure(values[chosen], dimension, text, tuple(work))


def _when(node: When, reader: FactReader, paying: bool) -> _Figure:
    state, missing = decide(node.condition, reader)
    words = eligibility_sentence(node.condition, _names(reader))
    if state is State.UNDETERMINED:
        return _Figure(None, None, "", ((f"{_title(node)}{words}：尚不能判定", _NOTHING),), missing)
    branch = node.then if state is State.MET else node.otherwise
    line = (f"{_title(node)}{words}：{'符合' if state is State.MET else '不符合'}", _NOTHING)
    if branch is None:
        return _Figure(_NOTHING, None, "0", (line,))
    figure = _figure(branch, reader, paying)
    return replace(figure, work=(line, *figure.work))


def _unknown(parts: Sequence[_Figure]) -> _Figure:
    """Undetermined, with all that is missing below, and the lines that could be worked out."""
    work = tuple(line for part in parts for line in part.work)
    return _Figure(None, None, "", work, tuple(missing for part in parts for missing in part.missing))


def _common(parts: Sequence[_Figure]) -> Dimension | None:
    """The one dimension of these parts; zeros without one fit. Raises UnitsDoNotFit when they differ."""
    found = {part.dimension for part in parts if part.dimension is not None}
    if len(found) > 1:
        raise UnitsDoNotFit("、".join(part.text for part in parts))
    return found.pop() if found else None


def _names(reader: FactReader) -> Names:
    return Names(reader.fact_types, reader.sheet.reference_year)


def _title(node: AmountNode) -> str:
    return f"{node.name}：" if node.name else ""


def _text(value: Fraction, dimension: Dimension | None) -> str:
    return base_text(value, dimension) if dimension is not None else number_text(value)


_EVALUATORS: dict[type, Callable[[Any, FactReader, bool], _Figure]] = {
    Fixed: _fixed,
    FactAmount: _fact,
    Rate: _rate,
    PerUnit: _per_unit,
    Table: _table,
    Lookup: _lookup,
    Cap: _cap,
    Sum: _sum,
    Highest: _highest,
    Lowest: _lowest,
    When: _when,
}
