"""Nodes that compute: figures of the document, facts, products, differences, growth, counts, interest."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from contracts.rule import (
    AmountRule,
    AtLeast,
    CountCodes,
    CountMet,
    Difference,
    FactAmount,
    FactKind,
    Fixed,
    Growth,
    GrowthBands,
    Interest,
    MissingFact,
    PerUnit,
    Product,
    Quotient,
    Rate,
    Rounded,
    State,
    Threshold,
    WholeSteps,
)
from contracts.rule.amount_node import AmountNode
from rules.eligibility import verdict_of
from rules.facts import FactReader, amount_of, value_text
from rules.figures import (
    EVALUATORS,
    NOTHING,
    Figure,
    common,
    common_unit,
    figure,
    figure_text,
    names,
    nothing,
    passed,
    title,
    told,
    unknown,
)
from rules.text.phrases import ROUNDING_WORDS
from rules.text.reasons import answered
from rules.units import (
    PURE,
    Dimension,
    in_base,
    inverse,
    number,
    product,
    quantity_text,
    unit,
    unit_of_product,
    unit_of_quotient,
)

_DAYS: Dimension = unit("天").dimension


def _fixed(node: Fixed, reader: FactReader, paying: bool) -> Figure:
    value, dimension = in_base(node.value, node.unit), unit(node.unit).dimension
    text = quantity_text(number(node.value), node.unit)
    work = ((f"{node.name or '定额'} {text}", value),) if paying else ()
    return Figure(value, dimension, text, work, unit=node.unit)


def _fact(node: FactAmount, reader: FactReader, paying: bool) -> Figure:
    fact = reader.read(node.fact, node.period)
    if not isinstance(fact, MissingFact) and (fact.kind is not FactKind.NUMBER or fact.unit is None):
        fact = reader.missing(node.fact, node.period, "wrong_kind")
    if isinstance(fact, MissingFact):
        return Figure(None, None, "", (), (fact,))
    value, dimension = amount_of(fact), unit(fact.unit or "").dimension
    text = f"{node.name or names(reader).fact(node.fact, node.period)} {value_text(fact, reader.fact_types)}"
    return Figure(value, dimension, text, ((text, value),) if paying else (), unit=fact.unit)


def _rate(node: Rate, reader: FactReader, paying: bool) -> Figure:
    return _times(node, figure(node.base, reader), figure(node.rate, reader), paying)


def _per_unit(node: PerUnit, reader: FactReader, paying: bool) -> Figure:
    return _times(node, figure(node.quantity, reader), figure(node.price, reader), paying)


def _times(node: AmountNode, left: Figure, right: Figure, paying: bool) -> Figure:
    if left.value is None or right.value is None:
        return unknown((left, right))
    value = left.value * right.value
    both = left.dimension is not None and right.dimension is not None
    dimension = product(left.dimension or (), right.dimension or ()) if both else None
    written = unit_of_product(left.unit, right.unit)
    text = figure_text(value, dimension, written)
    line = (f"{title(node)}{left.text} × {right.text} = {text}", value if paying else NOTHING)
    return Figure(value, dimension, text, (*left.work, *right.work, line), unit=written)


def _product(node: Product, reader: FactReader, paying: bool) -> Figure:
    parts = [figure(part, reader) for part in node.of]
    if any(part.value is None for part in parts):
        return unknown(parts)
    value, dimension, written = Fraction(1), PURE, parts[0].unit
    for index, part in enumerate(parts):
        value *= part.value or NOTHING
        dimension = product(dimension, part.dimension or ())
        written = unit_of_product(written, part.unit) if index else written
    zero = any(part.dimension is None for part in parts)
    phrase = " × ".join(part.text for part in parts)
    return _told(node, parts, phrase, value, None if zero else dimension, paying, written)


def _told(
    node: AmountNode,
    parts: list[Figure],
    phrase: str,
    value: Fraction,
    dimension: Dimension | None,
    paying: bool,
    unit: str | None = None,
) -> Figure:
    """A figure with the lines of its parts and one of its own."""
    made = told(node, phrase, value, dimension, paying, unit)
    work = (*(line for part in parts for line in part.work), *made.work)
    return Figure(value, dimension, made.text, work, unit=unit)


def _difference(node: Difference, reader: FactReader, paying: bool) -> Figure:
    of, less = figure(node.of, reader), figure(node.less, reader.opposite())
    if of.value is None or less.value is None:
        return unknown((of, less))
    dimension, written = common((of, less)), common_unit((of, less))
    return _told(node, [of, less], f"{of.text} − {less.text}", of.value - less.value, dimension, paying, written)


def _quotient(node: Quotient, reader: FactReader, paying: bool) -> Figure:
    of, by = figure(node.of, reader), figure(node.by, reader.opposite())
    if of.value is None or by.value is None:
        return unknown((of, by))
    if by.value == 0:
        return _when_zero(node, [of, by], reader, paying)
    dimension = product(of.dimension or (), inverse(by.dimension or ()))
    written = unit_of_quotient(of.unit, by.unit)
    return _told(node, [of, by], f"{of.text} ÷ {by.text}", of.value / by.value, dimension, paying, written)


def _growth(node: Growth, reader: FactReader, paying: bool) -> Figure:
    now, before = figure(node.now, reader), figure(node.before, reader.opposite())
    if now.value is None or before.value is None:
        return unknown((now, before))
    common((now, before))
    if before.value <= 0 and node.when_not_positive is not None:
        return _instead(node, node.when_not_positive, [now, before], reader, paying)
    if before.value == 0:
        return _when_zero(node, [now, before], reader, paying)
    value = (now.value - before.value) / abs(before.value)
    divisor = before.text if before.value > 0 else f"{before.text} 的绝对值"
    phrase = f"增速（{now.text} − {before.text}）÷ {divisor}"
    return _told(node, [now, before], phrase, value, PURE, paying)


def _when_zero(node: Quotient | Growth, parts: list[Figure], reader: FactReader, paying: bool) -> Figure:
    """The rule says what a division by zero comes to; a rule that does not was never checked."""
    if node.when_zero is None:
        raise ZeroDivisionError("a quotient without when_zero: rules.checking.items refuses it at publication")
    return _instead(node, node.when_zero, parts, reader, paying)


def _instead(
    node: Quotient | Growth | GrowthBands, answer: AmountRule, parts: list[Figure], reader: FactReader, paying: bool
) -> Figure:
    """What counts where the second part, a divisor or a base, does not divide; the working says which it was."""
    then, base = figure(answer, reader, paying), parts[1]
    why = "为零" if base.value == 0 else "为负数"
    called = "除数" if isinstance(node, Quotient) else "基期"
    line = (f"{title(node)}{base.text or called} {why}，按 {then.text or '规定'} 计", NOTHING)
    work = (*(each for part in parts for each in part.work), line, *then.work)
    return replace(then, work=work)


def _at_least(node: AtLeast, reader: FactReader, paying: bool) -> Figure:
    of, floor = figure(node.of, reader, paying), figure(node.floor, reader)
    if of.value is None or floor.value is None:
        return unknown((of, floor))
    dimension = common((of, floor))
    work = (*of.work, *floor.work)
    written = common_unit((of, floor))
    if of.value >= floor.value:
        return replace(of, dimension=dimension, work=work, unit=written)
    text = figure_text(floor.value, dimension, written)
    line = (
        f"{node.name or '最低'} {floor.text}：{of.text} → {text}",
        floor.value - of.value if paying else NOTHING,
    )
    return passed(of, floor.value, dimension, text, (*work, line), written)


def _threshold(node: Threshold, reader: FactReader, paying: bool) -> Figure:
    """Below the threshold the range of what is undecided has a hole: its lower end may be nothing."""
    of, least = figure(node.of, reader, paying), figure(node.least, reader.at(None))
    if of.value is None or least.value is None:
        return unknown((of, least))
    dimension = common((of, least))
    work = (*of.work, *least.work)
    name = node.name or "起付"
    if of.value >= least.value:
        line = (f"{name} {least.text}：{of.text} 已达到", NOTHING)
        return replace(of, dimension=dimension, work=(*work, line))
    line = (f"{name} {least.text}：{of.text} 未达到，不予计算", -of.value if paying else NOTHING)
    written = common_unit((of, least))
    return passed(of, NOTHING, dimension, figure_text(NOTHING, dimension, written), (*work, line), written)


def _rounded(node: Rounded, reader: FactReader, paying: bool) -> Figure:
    of = figure(node.of, reader, paying)
    if of.value is None:
        return of
    step = in_base(node.to, node.unit)
    dimension = common((of, Figure(step, unit(node.unit).dimension, node.unit)))
    value = node.rounding.whole(of.value / step) * step
    if value == of.value:
        return replace(of, dimension=dimension)
    text = figure_text(value, dimension, node.unit)
    phrase = f"{title(node)}{ROUNDING_WORDS[node.rounding]}到 {quantity_text(number(node.to), node.unit)}"
    line = (f"{phrase}：{of.text} → {text}", value - of.value if paying else NOTHING)
    return passed(of, value, dimension, text, (*of.work, line), node.unit)


def _whole_steps(node: WholeSteps, reader: FactReader, paying: bool) -> Figure:
    of = figure(node.of, reader)
    if of.value is None:
        return of
    step = in_base(node.step, node.unit)
    common((of, Figure(step, unit(node.unit).dimension, node.unit)))
    count = Fraction(max(node.rounding.whole(of.value / step), 0))
    shown = quantity_text(number(node.step), node.unit)
    phrase = f"{of.text}，每 {shown} 计 1 {node.counted_as}（{ROUNDING_WORDS[node.rounding]}）"
    return _counted(node, [of], phrase, count, node.counted_as)


def _counted(node: AmountNode, parts: list[Figure], phrase: str, count: Fraction, counted_as: str) -> Figure:
    text = quantity_text(count, counted_as)
    work = (*(each for part in parts for each in part.work), (f"{title(node)}{phrase}：{text}", NOTHING))
    return Figure(count * unit(counted_as).factor, unit(counted_as).dimension, text, work, unit=counted_as)


def _count_codes(node: CountCodes, reader: FactReader, paying: bool) -> Figure:
    fact = reader.read(node.fact, node.period)
    if not isinstance(fact, MissingFact) and not isinstance(fact.value, tuple):
        fact = reader.missing(node.fact, node.period, "wrong_kind")
    if isinstance(fact, MissingFact):
        return Figure(None, None, "", (), (fact,))
    held = set(fact.value) if isinstance(fact.value, tuple) else set()
    count = len(held & set(node.codes)) if node.codes else len(held)
    phrase = f"{names(reader).fact(node.fact, node.period)}（{value_text(fact, reader.fact_types)}）"
    return _counted(node, [], phrase, Fraction(count), node.counted_as)


def _count_met(node: CountMet, reader: FactReader, paying: bool) -> Figure:
    decided = [verdict_of(part, reader.at(None)) for part in node.of]
    lines = tuple((f"第 {index} 项：{answered(each)}", NOTHING) for index, each in enumerate(decided, 1))
    missing = tuple(each for one in decided if one.state is State.UNDETERMINED for each in one.missing)
    if any(each.state is State.UNDETERMINED for each in decided):
        return Figure(None, None, "", lines, missing)
    count = Fraction(sum(each.state is State.MET for each in decided))
    told_before = [Figure(NOTHING, None, "", lines)]
    return _counted(node, told_before, f"所列 {len(node.of)} 项条件中符合", count, node.counted_as)


def _interest(node: Interest, reader: FactReader, paying: bool) -> Figure:
    parts = [figure(part, reader) for part in (node.principal, node.rate, node.term)]
    if any(part.value is None for part in parts):
        return unknown(parts)
    principal, rate, term = parts
    in_days = term.dimension == _DAYS
    year = node.days_in_year if in_days else 12
    value = (principal.value or NOTHING) * (rate.value or NOTHING) * (term.value or NOTHING) / year
    phrase = f"{principal.text} × 年利率 {rate.text} × {term.text} ÷ {year}{'' if in_days else ' 个月'}"
    return _told(node, parts, phrase, value, principal.dimension, paying, principal.unit)


def _growth_bands(node: GrowthBands, reader: FactReader, paying: bool) -> Figure:
    """Growth is compared by multiplying: an increment of at least entry × before, without a division."""
    now, before = figure(node.now, reader), figure(node.before, reader.opposite())
    entry = figure(node.entry, reader.at(None))
    if now.value is None or before.value is None or entry.value is None:
        return unknown((now, before, entry))
    dimension = common((now, before))
    work = (*now.work, *before.work, *entry.work)
    if before.value <= 0 and node.when_not_positive is not None:
        return _instead(node, node.when_not_positive, [now, before, entry], reader, paying)
    if before.value <= 0:
        line = (f"{title(node)}基期 {before.text}，没有可比的增速，不予奖补", NOTHING)
        return replace(nothing(node, reader), work=(*work, line))
    increment = now.value - before.value
    growth = figure_text(increment / before.value, PURE)
    grown = figure_text(increment, dimension, common_unit((now, before)))
    phrase = f"{title(node)}增量 {now.text} − {before.text} = {grown}，增速 {growth}"
    if increment < entry.value * before.value:
        line = (f"{phrase}，未达到入门增速 {entry.text}", NOTHING)
        return replace(nothing(node, reader), work=(*work, line))
    opening = (f"{phrase}，达到入门增速 {entry.text}", NOTHING)
    start = entry.value * before.value if node.from_entry else NOTHING
    return _growth_steps(node, reader, paying, (*work, opening), (start, increment, before), dimension)


def _growth_steps(
    node: GrowthBands,
    reader: FactReader,
    paying: bool,
    work: tuple[tuple[str, Fraction], ...],
    span: tuple[Fraction, Fraction, Figure],
    dimension: Dimension | None,
) -> Figure:
    low, increment, before = span
    value, made, written = NOTHING, None, None
    lines, lacking = list(work), []
    for step in node.steps:
        if low >= increment:
            break
        up_to = figure(step.up_to, reader.at(None)) if step.up_to is not None else None
        rate = figure(step.rate, reader)
        unsettled = [part for part in (up_to, rate) if part is not None and part.value is None]
        if unsettled:
            lacking += unsettled
            break
        reach = (up_to.value or NOTHING) * (before.value or NOTHING) if up_to is not None else increment
        high = min(increment, reach)
        if high <= low:
            continue
        part = (high - low) * (rate.value or NOTHING)
        where = f"增速 {up_to.text} 以内的增量" if up_to is not None else "其余增量"
        made = product(dimension or (), rate.dimension or ())
        written = unit_of_product(before.unit, rate.unit)
        reached = figure_text(high - low, dimension, before.unit)
        phrase = f"{where} {reached} × {rate.text} = {figure_text(part, made, written)}"
        lines.append((phrase, part if paying else NOTHING))
        value, low = value + part, high
    if lacking:
        return unknown([Figure(None, None, "", tuple(lines)), *lacking])
    return Figure(value, made, figure_text(value, made, written), tuple(lines), unit=written)


EVALUATORS.update(
    {
        Fixed: _fixed,
        FactAmount: _fact,
        Rate: _rate,
        PerUnit: _per_unit,
        Product: _product,
        Difference: _difference,
        Quotient: _quotient,
        Growth: _growth,
        GrowthBands: _growth_bands,
        AtLeast: _at_least,
        Threshold: _threshold,
        Rounded: _rounded,
        WholeSteps: _whole_steps,
        CountCodes: _count_codes,
        CountMet: _count_met,
        Interest: _interest,
    }
)
