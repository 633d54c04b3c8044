"""Caps and top-ups: what earlier awards leave of an amount.

Without a register of awards they are left open, the amount is *before caps* and says so; the limit itself
holds all the same, since nothing that was granted before can raise it. An award of which the register does not say
whether it counts makes the amount undetermined.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from contracts.rule import Cap, CapInOrder, Counted, MissingFact, TopUp
from rules.earlier import earlier_awards
from rules.facts import FactReader
from rules.figures import (
    EVALUATORS,
    NOTHING,
    Figure,
    Lowered,
    common,
    figure,
    figure_text,
    in_proportion,
    joined,
    names,
    passed,
    title,
    unknown,
)
from rules.parts import added, term
from rules.text.phrases import counted_text, scope_text
from rules.units import MONEY, Dimension
from rules.working import Work

_WIDE = Counted()


@dataclass(frozen=True, slots=True)
class _Room:
    """What a limit leaves after what was granted before, in words too; `missing`: what would tell it."""

    name: str
    value: Fraction
    text: str
    why: str
    work: Work = ()
    missing: tuple[MissingFact, ...] = ()


def _room(node: Cap | CapInOrder, limit: Figure, dimension: Dimension | None, reader: FactReader) -> _Room:
    wide = node.scope != "payment"
    reach = scope_text(node.scope, node.counted, names(reader)) if wide else ""
    name = f"{title(node)}{reach}{'合计' if isinstance(node, CapInOrder) else ''}封顶"
    value = limit.value or NOTHING
    room = _Room(name, value, limit.text, f"{name} {limit.text}")
    if not wide:
        return room
    if reader.given.awards is None:
        reader.trail.open_caps.append(room.why)
        return room
    counted = node.counted or _WIDE
    year = node.scope == "year" or (node.scope == "project" and counted.scope == "year")
    found = earlier_awards(counted, reader.sheet.reference_year if year else None, reader)
    if not found.known:
        reader.trail.has_range = True
    if not found.known and reader.bound is None:
        return replace(room, missing=found.missing)
    had = found.had(reader)
    if not had:
        return room
    left = max(value - had, NOTHING)
    text = figure_text(left, dimension, limit.unit)
    told = figure_text(had, MONEY, limit.unit)
    phrase = f"{room.why}，{counted_text(counted, names(reader))}已获 {told}，剩余 {text}"
    return _Room(f"{name}剩余", left, text, phrase, ((phrase, NOTHING),))


def _cap(node: Cap, reader: FactReader, paying: bool) -> Figure:
    of, limit = figure(node.of, reader, paying), figure(node.limit, reader)
    if of.value is None and limit.value is not None and reader.bound == "highest":
        of = limit  # whatever it may come to, it is not above the limit
    if of.value is None or limit.value is None:
        return _without_limit(of, limit, reader)
    dimension = common((of, limit))
    room = _room(node, limit, dimension, reader)
    work = (*of.work, *limit.work, *room.work)
    if room.missing:
        return Figure(None, None, "", work, room.missing)
    if of.value <= room.value:
        return replace(of, work=(*work, (f"{room.name} {room.text}：未超过", NOTHING)))
    text = figure_text(room.value, dimension, limit.unit)
    by = of.value - room.value
    line = (f"{room.name} {room.text}：{of.text} → {text}", -by if paying else NOTHING)
    found = passed(of, room.value, dimension, text, (*work, line), limit.unit)
    return replace(found, lowered=(*of.lowered, Lowered("cap", room.why, by)))


def _without_limit(of: Figure, limit: Figure, reader: FactReader) -> Figure:
    """A cap whose limit nobody knows yet leaves something between nothing and all of it."""
    reader.trail.has_range = True
    if of.value is None or reader.bound is None:
        return unknown((of, limit))
    return (
        of if reader.bound == "highest" else Figure(NOTHING, of.dimension, figure_text(NOTHING, of.dimension, of.unit))
    )


def _cap_in_order(node: CapInOrder, reader: FactReader, paying: bool) -> Figure:
    """The first part is paid as far as the limit goes, each of the others of what is left then."""
    parts, limit = [term(part, reader, paying) for part in node.of], figure(node.limit, reader)
    if limit.value is not None and reader.bound == "highest":
        parts = [limit if part.value is None else part for part in parts]  # none of them comes to more
    if any(part.value is None for part in parts):
        reader.trail.has_range = True
        return unknown((*parts, limit))
    if limit.value is None:
        return _without_limit(added(parts), limit, reader)
    dimension = common((*parts, limit))
    room = _room(node, limit, dimension, reader)
    work: list[tuple[str, Fraction]] = [*(line for part in parts for line in part.work), *limit.work, *room.work]
    if room.missing:
        return Figure(None, None, "", tuple(work), room.missing)
    left, paid = room.value, []
    lowered = [each for part in parts for each in part.lowered]
    for each, part in zip(node.of, parts, strict=True):
        asked = part.value or NOTHING
        gets = min(max(asked, NOTHING), left)
        left -= gets
        paid.append(gets)
        told = figure_text(asked, dimension, part.unit)
        if asked:
            told += f" → {figure_text(gets, dimension, part.unit)}" if gets != asked else "，全额计入"
        line = (
            f"{room.name} {room.text}，{each.name or '其余'}：{told}，还剩 {figure_text(left, dimension, limit.unit)}"
        )
        work.append((line, gets - asked if paying else NOTHING))
        if gets < asked:
            lowered.append(Lowered("cap", room.why, asked - gets, each.name))
    value = sum(paid, NOTHING)
    shares = [in_proportion(part, gets) or ((None, gets),) for part, gets in zip(parts, paid, strict=True)]
    text = figure_text(value, dimension, limit.unit)
    made = replace(added(parts), value=value, dimension=dimension, text=text, unit=limit.unit)
    return replace(made, work=tuple(work), parts=joined(shares), lowered=tuple(lowered))


def _top_up(node: TopUp, reader: FactReader, paying: bool) -> Figure:
    of = figure(node.of, reader, paying)
    if of.value is None:
        return of
    name = f"{title(node)}补差"
    if reader.given.awards is None:
        reader.trail.open_caps.append(f"{name}（扣除已获奖补）")
        return of
    counted = node.counted
    found = earlier_awards(counted, reader.sheet.reference_year if counted.scope == "year" else None, reader)
    if not found.known:
        reader.trail.has_range = True
    if not found.known and reader.bound is None:
        return Figure(None, None, "", of.work, found.missing)
    had = found.had(reader)
    phrase = f"{name}：{counted_text(counted, names(reader))}已获 {figure_text(had, MONEY, of.unit)}"
    if not had:
        return replace(of, work=(*of.work, (phrase, NOTHING)))
    value = max(of.value - had, min(of.value, NOTHING))
    text = figure_text(value, of.dimension, of.unit)
    line = (f"{phrase}，{of.text} → 补足 {text}", value - of.value if paying else NOTHING)
    made = passed(of, value, of.dimension, text, (*of.work, line), of.unit)
    return replace(made, lowered=(*of.lowered, Lowered("top_up", phrase, of.value - value)))


EVALUATORS.update({Cap: _cap, CapInOrder: _cap_in_order, TopUp: _top_up})
