"""Which earlier awards count: surely, or perhaps because the register does not say what they were for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from contracts.money import Money
from contracts.rule import (
    AtMostOf,
    Award,
    AwardHistory,
    Cap,
    CapInOrder,
    Counted,
    Exclusive,
    ItemRules,
    KeyRef,
    MissingFact,
    OncePer,
    SameChoice,
)
from contracts.rule.facts import RulePart
from rules.facts import FactReader
from rules.figures import NOTHING


@dataclass(frozen=True, slots=True)
class CountedAwards:
    """The awards that count, those of which nobody can tell, and what would tell it."""

    sure: tuple[Award, ...] = ()
    doubtful: tuple[Award, ...] = ()
    missing: tuple[MissingFact, ...] = ()

    @property
    def known(self) -> bool:
        return not self.missing

    def had(self, reader: FactReader) -> Fraction:
        """What they come to, in 元; for the lowest end of a range with those of which nobody can tell."""
        awards = (*self.sure, *self.doubtful) if reader.bound == "lowest" else self.sure
        return max(Fraction(Money.total(award.money for award in awards).fen, 100), NOTHING)


def earlier_awards(counted: Counted, year: int | None, reader: FactReader) -> CountedAwards:
    """The awards of the register that `counted` names; `year`: of this year only.

    An award that would count but for its part or its key, and carries none, is doubtful. So are all of them where the
    claim itself does not tell the key.
    """
    history = reader.given.awards
    assert history is not None
    awards = [award for award in history.awards if _counts(award, counted, history)]
    if year is not None:
        awards = [award for award in awards if award.year == year]
    if counted.years is not None:
        last = reader.sheet.reference_year
        awards = [award for award in awards if last - counted.years < award.year <= last]
    if counted.parts:
        awards = [award for award in awards if award.part in counted.parts or not tells_its_part(award, reader)]
    keys: frozenset[str] = frozenset()
    if counted.key is not None and awards:
        found = reader.keys(counted.key)
        if isinstance(found, MissingFact):
            return CountedAwards(doubtful=tuple(awards), missing=(found,))
        keys = found
    return _sorted_out(awards, counted, keys, reader)


def _sorted_out(awards: Iterable[Award], counted: Counted, keys: frozenset[str], reader: FactReader) -> CountedAwards:
    sure: list[Award] = []
    doubtful: list[Award] = []
    missing: list[MissingFact] = []
    for award in awards:
        codes = award.codes_of(counted.key.fact) if counted.key is not None else keys
        if counted.key is not None and codes and not codes & keys:
            continue
        lacking = []
        if counted.parts and not tells_its_part(award, reader):
            lacking.append(part_missing(award, reader))
        if counted.key is not None and not codes:
            lacking.append(key_missing(award, counted.key, reader))
        missing += lacking
        (doubtful if lacking else sure).append(award)
    return CountedAwards(tuple(sure), tuple(doubtful), tuple(dict.fromkeys(missing)))


def tells_its_part(award: Award, reader: FactReader) -> bool:
    """Whether an award says for which part of its item it was granted: one of those that there are, if it is of the
    item that is asked about. A part that was called otherwise in an earlier version is for a person to tell.
    """
    history = reader.given.awards
    own = history is not None and award.family == history.family
    return award.part is not None and (not own or not reader.given.parts or award.part in reader.given.parts)


def _counts(award: Award, counted: Counted, history: AwardHistory) -> bool:
    if counted.levels and award.level not in counted.levels:
        return False
    if counted.families == "any":
        return True
    return award.family in ((history.family,) if counted.families == "own" else counted.families)


def families_passed_by(rules: ItemRules, history: AwardHistory | None) -> frozenset[str]:
    """The items of whose awards no rule takes notice."""
    if history is None:
        return frozenset()
    asked: set[str] = set()
    every = False
    for _, part in places(rules):
        families: object = ()
        if isinstance(part, Counted | Exclusive):
            families = part.families
        elif isinstance(part, Cap | CapInOrder) and part.scope != "payment" and part.counted is None:
            families = "own"
        elif isinstance(part, OncePer | SameChoice):
            families = (history.family, *part.families)
        every = every or families == "any"
        asked.update((history.family,) if families == "own" else families if isinstance(families, tuple) else ())
    groups = {rule.group for rule in rules.stacking if isinstance(rule, AtMostOf)}
    left = [award for award in history.awards if award.family not in asked and not groups & set(award.groups)]
    return frozenset() if every else frozenset(award.family for award in left)


def places(part: RulePart, where: str = "") -> Iterator[tuple[str, RulePart]]:
    """Everything in the rules with its place. The plan has no amounts."""
    yield where, part
    for field, value in part.__dict__.items():
        if field == "plan":
            continue
        if isinstance(value, RulePart):
            yield from places(value, f"{where}/{field}")
        for index, each in enumerate(value if isinstance(value, tuple) else ()):
            if isinstance(each, RulePart):
                yield from places(each, f"{where}/{field}/{index}")


def award_text(award: Award, reader: FactReader) -> str:
    """Which award it is: `2023 年度事项“GZ-001”的奖补 40,000.00 元`."""
    history = reader.given.awards
    own = history is not None and award.family == history.family
    called = "本事项" if own else f"事项“{award.family}”"
    return f"{award.year} 年度{called}的奖补 {award.money.yuan_text()} 元"


def key_missing(award: Award, key: KeyRef, reader: FactReader) -> MissingFact:
    """That an award does not say for which project, certificate or person it was granted."""
    declared = reader.fact_types.get(key.fact)
    label = f"{award_text(award, reader)}是为哪个“{declared.label if declared else key.fact}”发放的"
    return MissingFact(name=key.fact, period=None, label=label, why="absent", kind="award")


def part_missing(award: Award, reader: FactReader) -> MissingFact:
    """That an award does not say for which named part of its item it was granted."""
    label = f"{award_text(award, reader)}属于该事项的哪一部分"
    return MissingFact(name="part", period=None, label=label, why="absent", kind="award")
