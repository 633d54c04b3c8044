"""Caps and top-ups: what earlier awards leave of an amount.

Without a register of awards they are left open, the amount is *before caps* and says so; the limit itself
holds all the same, since nothing that was granted before can raise it.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from contracts.money import Money
from contracts.rule import Award, AwardHistory, Cap, Counted, MissingFact, TopUp
from rules.facts import FactReader
from rules.figures import EVALUATORS, NOTHING, Figure, common, figure, figure_text, names, title, unknown
from rules.text.phrases import counted_text, scope_text
from rules.units import MONEY

_WIDE = Counted()


def earlier_awards(counted: Counted, year: int | None, reader: FactReader) -> list[Award] | MissingFact:
    """The awards of the register that `counted` names; `year`: of this year only. The fact that tells the
    project is missing where it is needed and not there.
    """
    history = reader.given.awards
    assert history is not None
    awards = [award for award in history.awards if _counts(award, counted, history)]
    if year is not None:
        awards = [award for award in awards if award.year == year]
    if counted.years is not None:
        last = reader.sheet.reference_year
        awards = [award for award in awards if last - counted.years < award.year <= last]
    if counted.key is None or not awards:
        return awards
    keys = reader.keys(counted.key)
    if isinstance(keys, MissingFact):
        return keys
    return [award for award in awards if keys & award.codes_of(counted.key.fact)]


def _counts(award: Award, counted: Counted, history: AwardHistory) -> bool:
    if counted.levels and award.level not in counted.levels:
        return False
    if counted.families == "any":
        return True
    return award.family in ((history.family,) if counted.families == "own" else counted.families)


def _cap(node: Cap, reader: FactReader, paying: bool) -> Figure:
    of, limit = figure(node.of, reader, paying), figure(node.limit, reader)
    if of.value is None or limit.value is None:
        return _without_limit(of, limit, reader)
    dimension = common((of, limit))
    wide = node.scope != "payment"
    reach = scope_text(node.scope, node.counted, names(reader)) if wide else ""
    name = f"{title(node)}{reach}封顶"
    work = (*of.work, *limit.work)
    left, left_text = limit.value, limit.text
    if wide and reader.given.awards is None:
        reader.trail.open_caps.append(f"{name} {limit.text}")
    elif wide:
        counted = node.counted or _WIDE
        year = node.scope == "year" or (node.scope == "project" and counted.scope == "year")
        found = earlier_awards(counted, reader.sheet.reference_year if year else None, reader)
        if isinstance(found, MissingFact):
            return _without_limit(of, Figure(None, None, "", (), (found,)), reader)
        had = _total(found)
        left = max(limit.value - had, NOTHING)
        if had:
            left_text = figure_text(left, dimension, limit.unit)
            told = figure_text(had, MONEY, limit.unit)
            phrase = f"{name} {limit.text}，{counted_text(counted, names(reader))}已获 {told}"
            work = (*work, (f"{phrase}，剩余 {left_text}", NOTHING))
            name = f"{name}剩余"
    if of.value <= left:
        return replace(of, work=(*work, (f"{name} {left_text}：未超过", NOTHING)))
    text = figure_text(left, dimension, limit.unit)
    line = (f"{name} {left_text}：{of.text} → {text}", left - of.value if paying else NOTHING)
    return Figure(left, dimension, text, (*work, line), (), of.benefits, unit=limit.unit)


def _without_limit(of: Figure, limit: Figure, reader: FactReader) -> Figure:
    """A cap whose limit nobody knows yet leaves something between nothing and all of it."""
    reader.trail.has_range = True
    if of.value is None or reader.bound is None:
        return unknown((of, limit))
    return (
        of if reader.bound == "highest" else Figure(NOTHING, of.dimension, figure_text(NOTHING, of.dimension, of.unit))
    )


def _total(awards: list[Award]) -> Fraction:
    return Fraction(Money.total(award.money for award in awards).fen, 100)


def _top_up(node: TopUp, reader: FactReader, paying: bool) -> Figure:
    of = figure(node.of, reader, paying)
    if of.value is None:
        return of
    name = f"{title(node)}补差"
    if reader.given.awards is None:
        reader.trail.open_caps.append(f"{name}（扣除已获奖补）")
        return of
    counted = node.counted
    year = reader.sheet.reference_year if counted.scope == "year" else None
    found = earlier_awards(counted, year, reader)
    if isinstance(found, MissingFact):
        return _without_limit(of, Figure(None, None, "", (), (found,)), reader)
    had = _total(found)
    phrase = f"{name}：{counted_text(counted, names(reader))}已获 {figure_text(had, MONEY, of.unit)}"
    if not had:
        return replace(of, work=(*of.work, (phrase, NOTHING)))
    value = max(of.value - had, NOTHING)
    text = figure_text(value, of.dimension, of.unit)
    line = (f"{phrase}，{of.text} → 补足 {text}", value - of.value if paying else NOTHING)
    return Figure(value, of.dimension, text, (*of.work, line), (), of.benefits, unit=of.unit)


EVALUATORS.update({Cap: _cap, TopUp: _top_up})
