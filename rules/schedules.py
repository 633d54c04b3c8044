"""What changes with the n-th year from a date: a period that straddles two steps is split between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from contracts.rule import Fixed, MissingFact, YearSchedule, YearStep, absolute_period
from rules.dates import anniversary, ends_of, resolve
from rules.facts import FactReader
from rules.figures import EVALUATORS, NOTHING, Figure, common, common_unit, figure, figure_text, title, unknown
from rules.named import definition
from rules.text.phrases import period_text
from rules.units import unit
from rules.written_units import written_unit

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The days (or first days of months) of the period that lie in one step; `years` are the first and the last of the
    schedule's years that they lie in, counted from 1."""

    step: YearStep
    days: Sequence[date]
    years: tuple[int, int]


def _year_schedule(node: YearSchedule, reader: FactReader, paying: bool) -> Figure:
    since = resolve(node.since, reader)
    until = resolve(node.until, reader) if node.until is not None else date.max
    if isinstance(since, MissingFact) or isinstance(until, MissingFact):
        lacking = tuple(each for each in (since, until) if isinstance(each, MissingFact))
        return Figure(None, None, "", (), lacking)
    period = absolute_period(node.period, reader.sheet.reference_year) or ""
    days = _counted(node, period)
    stretches = _stretches(node, days, since, until)
    opening = f"{title(node)}自 {since} 起，{period_text(period)}"
    if not stretches:
        return _nothing(node, opening, reader)
    found = [figure(each.step.then, reader) for each in stretches]
    if any(each.value is None for each in found):
        return unknown(found)
    covered = sum(len(each.days) for each in stretches)
    whole = len(days) if node.out_of == "period" else covered
    parts = zip(stretches, found, strict=True)
    value = sum((Fraction(len(each.days), whole) * (then.value or NOTHING) for each, then in parts), NOTHING)
    dimension = common(found)
    written = common_unit(found)
    text = figure_text(value, dimension, written)
    told = "，".join(_told(node, each, then.text) for each, then in zip(stretches, found, strict=True))
    phrase = f"{opening}{_out_of(node, whole, covered)}：{told} → {text}"
    if len(stretches) == 1 and covered == whole:
        phrase = f"{opening}：{_years(stretches[0])}，按 {found[0].text}"
    line = (phrase, value if paying else NOTHING)
    work = (*(each for then in found for each in then.work), line)
    benefits = tuple(benefit for then in found for benefit in then.benefits)
    return Figure(value, dimension, text, work, (), benefits, unit=written)


def _nothing(node: YearSchedule, opening: str, reader: FactReader) -> Figure:
    """Zero, in the unit of the steps where it is plain to see."""
    then = definition(node.steps[0].then, reader.given.values)
    dimension = unit(then.unit).dimension if isinstance(then, Fixed) else None
    written = written_unit(then, reader.fact_types, reader.given.parameters)
    text = figure_text(NOTHING, dimension, written)
    return Figure(NOTHING, dimension, text, ((f"{opening}：不在各段之内，按 {text} 计", NOTHING),), unit=written)


def _counted(node: YearSchedule, period: str) -> list[date]:
    """All days of the period, or the first days of its months."""
    first, last = ends_of(period)
    if node.by == "month":
        return [date(first.year, month, 1) for month in range(first.month, last.month + 1)]
    return [first + index * _DAY for index in range((last - first).days + 1)]


def _stretches(node: YearSchedule, days: Sequence[date], since: date, until: date) -> list[_Stretch]:
    """The steps that the period has part in. Each begins on the day on which the one before it ends."""
    found, done = [], 0
    for step in node.steps:
        begin, end = anniversary(since, done), anniversary(since, done + step.years)
        inside = [day for day in days if begin <= day < end and day <= until]
        if inside:
            years = _year_of(inside[0], since, done), _year_of(inside[-1], since, done)
            found.append(_Stretch(step, inside, years))
        done += step.years
    return found


def _year_of(day: date, since: date, done: int) -> int:
    """Which of the schedule's years the day lies in, counted from 1."""
    number = max(done, day.year - since.year - 1)
    while anniversary(since, number + 1) <= day:
        number += 1
    return number + 1


def _told(node: YearSchedule, part: _Stretch, then: str) -> str:
    """`第3年 1—6月 6 个月 × 100%`."""
    years = _years(part)
    begin, end = part.days[0], part.days[-1]
    if node.by == "month":
        span = f"{begin.month} 月" if begin == end else f"{begin.month}—{end.month} 月"
        return f"{years} {span}共 {len(part.days)} 个月 × {then}"
    span = f"{begin.month} 月 {begin.day} 日"
    if begin != end:
        span += f"至 {end.month} 月 {end.day} 日"
    return f"{years} {span}共 {len(part.days)} 天 × {then}"


def _years(part: _Stretch) -> str:
    first, last = part.years
    return f"第 {first} 年" if first == last else f"第 {first}—{last} 年"


def _out_of(node: YearSchedule, whole: int, covered: int) -> str:
    """Out of how many they count: of the whole period, or of what of it lies in the steps."""
    counted = "个月" if node.by == "month" else "天"
    if node.out_of == "covered":
        return f"（期内 {covered} {counted}）"
    return f"（全期 {whole} {counted}）"


EVALUATORS[YearSchedule] = _year_schedule
