"""Scores: points for measures taken from facts, added up with their working. Pure."""

from __future__ import annotations

from fractions import Fraction

from contracts.labels import Score, ScoreBand, ScoreLine, ScorePart, ScoreRule
from contracts.rule import Fact, MissingFact
from rules.facts import FactReader, amount_of, label
from rules.units import number, number_text, quantity_text, unit

Measured = tuple[Fraction | None, str]
"""How much, in percent or in the part's unit (None: it cannot be measured), and how that came about."""


def score_of(rule: ScoreRule, reader: FactReader) -> Score:
    """The score as the facts stand; without one fact there are no points in all, and it is named."""
    lines: list[ScoreLine] = []
    missing: list[MissingFact] = []
    for part in rule.parts:
        found = _measure(part, reader)
        if isinstance(found, list):
            missing += found
            names = "、".join(each.label for each in found)
            lines.append(_line(part, None, f"缺少数据：{names}"))
        else:
            measure, working = found
            points = _points(part.bands, measure)
            lines.append(_line(part, points, f"{working}，得 {points} 分"))
    out_of = sum(line.out_of for line in lines)
    known = [line.points for line in lines if line.points is not None]
    if missing:
        unknown = tuple(dict.fromkeys(missing))
        return Score(points=None, out_of=out_of, grade=None, lines=tuple(lines), missing=unknown)
    total = sum(known)
    grade = next((each.name for each in rule.grades if total >= each.at_least), None)
    return Score(points=total, out_of=out_of, grade=grade, lines=tuple(lines))


def _line(part: ScorePart, points: int | None, text: str) -> ScoreLine:
    best = max(band.points for band in part.bands)
    return ScoreLine(code=part.code, name=part.name, points=points, out_of=best, text_zh=f"{part.name}：{text}")


def _points(bands: tuple[ScoreBand, ...], measure: Fraction | None) -> int:
    """The points of the last band that is reached; what cannot be measured is in the first."""
    points = bands[0].points
    for band in bands[1:]:
        if measure is not None and band.at_least is not None and measure >= number(band.at_least):
            points = band.points
    return points


def _measure(part: ScorePart, reader: FactReader) -> Measured | list[MissingFact]:
    """The measure with its working, or the facts that it lacks."""
    first = reader.read(part.fact, part.period)
    if part.measure == "value":
        return [first] if isinstance(first, MissingFact) else _value(part, first, reader)
    other = part.of or part.fact
    second = reader.read(other, part.period if part.measure == "share" else part.base_period)
    lacking = [each for each in (first, second) if isinstance(each, MissingFact)]
    if lacking or isinstance(first, MissingFact) or isinstance(second, MissingFact):
        return lacking
    return _growth(first, second, reader) if part.measure == "growth" else _share(first, second, reader)


def _value(part: ScorePart, fact: Fact, reader: FactReader) -> Measured:
    assert part.unit is not None, "a value is measured in a unit"
    return amount_of(fact) / unit(part.unit).factor, _said(fact, reader)


def _growth(now: Fact, before: Fact, reader: FactReader) -> Measured:
    base = amount_of(before)
    if base <= 0:
        return None, f"{_said(now, reader)}，{_said(before, reader)}，基期为零或负数，无法计算增速"
    grown = (amount_of(now) - base) / base * 100
    verb = "增长" if grown >= 0 else "下降"
    return grown, f"{_said(now, reader)}，比{_said(before, reader)}{verb} {number_text(abs(grown))}%"


def _share(part: Fact, whole: Fact, reader: FactReader) -> Measured:
    base = amount_of(whole)
    if base <= 0:
        return None, f"{_said(whole, reader)}，无法计算占比"
    share = amount_of(part) / base * 100
    return share, f"{_said(part, reader)}，占{_said(whole, reader)}的 {number_text(share)}%"


def _said(fact: Fact, reader: FactReader) -> str:
    about = f"{fact.period} 年" if fact.period is not None and len(fact.period) == 4 else fact.period or ""
    assert isinstance(fact.value, str) and fact.unit is not None, "a score is made of numbers"
    return f"{about}{label(fact.name, reader.fact_types)} {quantity_text(number(fact.value), fact.unit)}"
