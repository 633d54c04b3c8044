"""What a case rests on once it has heard what was told of its firm since. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from contracts.enterprises import EnterpriseFactsChanged, FactRecorders
from contracts.message import Id
from contracts.rule import Fact
from services.review.cases.judging import DECLARED_SOURCE

Key = tuple[str, str | None]
"""A fact's name, and what it is about."""


@dataclass(frozen=True, slots=True)
class FactsOfCase:
    """What a case rests on, and whose word it is."""

    facts: tuple[Fact, ...]
    recorders: tuple[FactRecorders, ...]


def with_news(
    known: FactsOfCase, heard: Iterable[EnterpriseFactsChanged], names: Collection[str], reference_date: date | None
) -> FactsOfCase:
    """The facts after all that was heard, in the order of hearing.

    A newer word replaces an older one about the same; an older `as_of` never replaces a newer. What is withdrawn is gone, unless
    an older word counts again: that one is among the news. What the enterprise has declared stays beside what an authority
    says, and is outweighed by it (`judging`). Where the plan has a day of its own, what was so after it stands beside what was
    so until then. To hear the same again changes nothing.
    """
    told = {place_of(fact, reference_date): fact for fact in known.facts if fact.source != DECLARED_SOURCE}
    whose = {(each.name, each.period): each.persons for each in known.recorders}
    for event in heard:
        own = (event.recorded_by,) if event.recorded_by is not None else ()
        for gone in event.withdrawn:
            if gone.name in names:
                for late in (False, True):
                    told.pop((gone.name, gone.period, late), None)
                # Whoever has taken a fact back has said something as well: four eyes hold for it.
                whose[gone.name, gone.period] = own
        others = {(each.name, each.period): each.persons for each in event.recorders}
        for fact in event.facts:
            place = place_of(fact, reference_date)
            if fact.name in names and (place not in told or fact.as_of >= told[place].as_of):
                if told.get(place) != fact:
                    whose[fact.name, fact.period] = others.get((fact.name, fact.period), own)
                told[place] = fact
    return FactsOfCase(_in_order(known.facts, told, reference_date), _recorders(whose))


def place_of(fact: Fact, reference_date: date | None) -> tuple[str, str | None, bool]:
    """By which one word replaces another: its name, what it is about, and whether it is so after the plan's own day only."""
    late = reference_date is not None and fact.period is None and fact.as_of > reference_date
    return fact.name, fact.period, late


def _in_order(
    before: Iterable[Fact], told: Mapping[tuple[str, str | None, bool], Fact], reference_date: date | None
) -> tuple[Fact, ...]:
    """Those that were there before in their places, then the others."""
    left, found = dict(told), []
    for fact in before:
        if fact.source == DECLARED_SOURCE:
            found.append(fact)
        elif (place := place_of(fact, reference_date)) in left:
            found.append(left.pop(place))
    return (*found, *(left[place] for place in sorted(left, key=str)))


def _recorders(whose: Mapping[Key, tuple[Id, ...]]) -> tuple[FactRecorders, ...]:
    kept = ((key, persons) for key, persons in whose.items() if persons)
    return tuple(FactRecorders(name=name, period=period, persons=persons) for (name, period), persons in kept)
