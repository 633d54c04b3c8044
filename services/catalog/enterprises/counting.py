"""What counts of a dossier's records, and whose word it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.enterprises import FactRecorders
from contracts.rule import Fact

NOBODY = ""
"""The teller of what a signed feed says: whoever fetched it has not said it."""

Key = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class ToldFact:
    """One record of a dossier: whose word it is (NOBODY: a signed feed's), and who took it back, if somebody did."""

    fact: Fact
    teller: str
    record_id: str = ""
    withdrawn_by: str | None = None

    @property
    def key(self) -> Key:
        return self.fact.name, self.fact.period


@dataclass(frozen=True, slots=True)
class CountingFact:
    """A fact that counts. `persons` are those whose word that is: its teller, and who took back what counted before."""

    fact: Fact
    persons: tuple[str, ...]


def counting(told: Iterable[ToldFact]) -> dict[Key, CountingFact]:
    """Of each fact the latest `as_of` that was not taken back, of several the last one told; `told` is in the order of
    telling.
    """
    newest: dict[Key, list[ToldFact]] = {}
    for each in told:
        newest.setdefault(each.key, []).append(each)
    found: dict[Key, CountingFact] = {}
    for key, records in newest.items():
        takers: list[str] = []
        ranked = sorted(enumerate(records), key=lambda place: (place[1].fact.as_of, place[0]), reverse=True)
        for _place, record in ranked:
            if record.withdrawn_by is None:
                found[key] = CountingFact(record.fact, _persons(record.teller, *takers))
                break
            takers.append(record.withdrawn_by)
    return found


def with_news(told: Sequence[ToldFact], standing: Iterable[CountingFact]) -> tuple[CountingFact, ...]:
    """What counts, once `told` is known beside `standing`, of each fact that was told."""
    known = {(each.fact.name, each.fact.period): each for each in standing}
    touched: dict[Key, CountingFact] = {}
    for each in told:
        newest = touched.get(each.key) or known.get(each.key)
        if newest is None or each.fact.as_of >= newest.fact.as_of:
            newest = CountingFact(each.fact, _persons(each.teller))
        touched[each.key] = newest
    return tuple(touched.values())


def recorders_of(facts: Iterable[CountingFact], recorded_by: str | None) -> tuple[FactRecorders, ...]:
    """Those of `facts` that are not `recorded_by`'s word alone, with whose they are."""
    own = _persons(recorded_by or NOBODY)
    return tuple(
        FactRecorders(name=each.fact.name, period=each.fact.period, persons=each.persons)
        for each in facts
        if each.persons != own
    )


def _persons(*ids: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(id for id in ids if id != NOBODY))
