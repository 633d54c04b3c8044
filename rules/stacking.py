"""What may be had together: which of an enterprise's awards stand, which give way, and why.

Pure and blind to the order in which candidates are listed: amount, then the instant of asking, then the item's
code decide. Where a rule is about the same project or person and one of the two does not say which it is for, they
count as the same, and whoever gives way hears that it could not be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from contracts.money import ZERO, Money
from contracts.rule import (
    Additive,
    AtMostOf,
    AwardKey,
    Candidate,
    Counted,
    Exclusive,
    ItemRules,
    MissingFact,
    Objection,
    SameChoice,
    Standing,
    Within,
)
from contracts.rule.facts import RulePart
from rules.facts import FactReader
from rules.remembered import once_per_rules


@dataclass(slots=True)
class _Place:
    """A candidate while it is decided about. `money` may have come down to a difference; `unsure` are those of
    which nobody can tell whether they are for the same thing.
    """

    index: int
    candidate: Candidate
    money: Money
    because: list[Objection] = field(default_factory=list)
    unsure: set[int] = field(default_factory=set)

    @property
    def rank(self) -> tuple[object, ...]:
        """What was granted stands first, then the higher amount, the earlier, the smaller code."""
        each = self.candidate
        return (not each.granted, -each.money.fen, each.asked_at, each.family, self.index)


def settle_stacking(candidates: Sequence[Candidate]) -> tuple[Standing, ...]:
    """One answer per candidate, in their order. No two that stand exclude each other, and no group is overfull.

    Whoever gives way is looked at again when the one it gave way to has to go itself.
    """
    places = [_Place(index, each, each.money) for index, each in enumerate(candidates)]
    standing: list[_Place] = []
    waiting = sorted(places, key=lambda place: place.rank)
    for _ in range(len(places) + 1):
        ousted = [place for place in waiting for place in _enter(place, standing)]
        if not ousted:
            break
        waiting = sorted((place for place in places if place not in standing), key=lambda place: place.rank)
    stands = {place.index for place in standing}
    return tuple(_standing(place, place.index in stands) for place in places)


def _standing(place: _Place, stands: bool) -> Standing:
    outcome = "gives_way" if not stands else "stands" if place.money == place.candidate.money else "reduced"
    money = place.money if stands else ZERO
    return Standing.model_validate(
        {
            "family": place.candidate.family,
            "outcome": outcome,
            "money": money,
            "because": tuple(place.because),
        }
    )


def _enter(place: _Place, standing: list[_Place]) -> list[_Place]:
    """Let it stand if it may; the ones that it drives out are the answer."""
    place.money, place.because, place.unsure = place.candidate.money, [], set()
    loses: list[_Place] = []
    wins: list[_Place] = []
    if not place.candidate.granted:
        for other in standing:
            rule, owner, sure = _between(place.candidate, other.candidate)
            if rule is None:
                continue
            if not sure:
                place.unsure.add(other.index)
            if other.candidate.granted:
                _against_granted(place, other, rule, loses)
            else:
                (loses if _yields(place, other, rule, owner) else wins).append(other)
        loses += _full_groups(place, standing, wins)
    if loses:
        place.because += [_objection(place, other) for other in loses if other is not place]
        return []
    for other in wins:
        standing.remove(other)
        text = f"让位于“{place.candidate.title}”"
        unsure = other.index in place.unsure
        other.because = [_untold(place) if unsure else Objection(code="excluded", text_zh=text)]
    standing.append(place)
    return wins


def _between(one: Candidate, other: Candidate) -> tuple[Exclusive | None, Candidate | None, bool]:
    """The rule by which these two exclude each other, whose it is, and whether that is sure; the one entering has
    the first word, and a rule that surely holds goes before one of which it cannot be told.
    """
    perhaps: tuple[Exclusive | None, Candidate | None, bool] = (None, None, True)
    if one.family == other.family:
        return perhaps
    for owner, target in ((one, other), (other, one)):
        for rule in owner.stacking:
            if not isinstance(rule, Exclusive) or not _names(rule, owner, target):
                continue
            met = _meet(rule.within, one, other)
            if met:
                return rule, owner, True
            if met is None and perhaps[0] is None:
                perhaps = (rule, owner, False)
    return perhaps


def _names(rule: Exclusive, owner: Candidate, target: Candidate) -> bool:
    """Whether the rule speaks of this other award; an `any` does not where either says that the two add up."""
    if rule.families == "any":
        return not (_adds(owner, target) or _adds(target, owner))
    return target.family in rule.families


def _adds(one: Candidate, other: Candidate) -> bool:
    return any(isinstance(rule, Additive) and other.family in rule.families for rule in one.stacking)


def _meet(within: Within, one: Candidate, other: Candidate) -> bool | None:
    """Whether the two are for the same year and the same thing, as far as the rule asks; None where one of them
    does not say what it is for.
    """
    if within.scope == "year" and one.year != other.year:
        return False
    if within.years is not None and abs(one.year - other.year) >= within.years:
        return False
    if within.key is None:
        return True
    codes, others = _codes(one, within.key.fact), _codes(other, within.key.fact)
    return bool(codes & others) if codes and others else None


def _codes(candidate: Candidate, fact: str) -> frozenset[str]:
    return frozenset(key.value for key in candidate.keys if key.fact == fact)


def _yields(place: _Place, other: _Place, rule: Exclusive, owner: Candidate | None) -> bool:
    """Whether the one entering gives way to the one that stands."""
    if rule.keep == "other":
        return owner is place.candidate
    if rule.keep == "first":
        return (other.candidate.asked_at, other.rank) < (place.candidate.asked_at, place.rank)
    return other.rank < place.rank


def _against_granted(place: _Place, other: _Place, rule: Exclusive, loses: list[_Place]) -> None:
    if rule.granted == "refuse" or place.money <= other.candidate.money or other.index in place.unsure:
        loses.append(other)
        return
    place.money -= other.candidate.money
    had = other.candidate.money.yuan_text()
    text = f"已获“{other.candidate.title}”{had} 元，与本项不重复享受，补足差额 {place.money.yuan_text()} 元"
    place.because.append(Objection(code="topped_up", text_zh=text))


def _full_groups(place: _Place, standing: list[_Place], wins: list[_Place]) -> list[_Place]:
    """The groups that have no room: for `first`, a member that asked later makes room."""
    full: list[_Place] = []
    for rule in _limits(place, standing):
        members = [
            other
            for other in standing
            if rule.group in other.candidate.groups
            and other not in wins
            and _meet(rule.within, place.candidate, other.candidate) is not False
        ]
        if len(members) < rule.most:
            continue
        unsure = [m for m in members if _meet(rule.within, place.candidate, m.candidate) is None]
        later = [
            other
            for other in members
            if rule.keep == "first"
            and not other.candidate.granted
            and other.candidate.asked_at > place.candidate.asked_at
        ]
        if later:
            wins.append(max(later, key=lambda other: other.candidate.asked_at))
            continue
        full.append(place)
        if len(members) - len(unsure) < rule.most:
            place.because += [_untold(member) for member in unsure]
            continue
        text = f"“{rule.label}”最多享受 {rule.most} 项，已有：{'、'.join(m.candidate.title for m in members)}"
        place.because.append(Objection(code="group_full", text_zh=text))
    return full


def _limits(place: _Place, standing: list[_Place]) -> list[AtMostOf]:
    """The limits of the groups it belongs to, whoever states them; the strictest of each."""
    strictest: dict[str, AtMostOf] = {}
    for each in (place, *standing):
        for rule in each.candidate.stacking:
            if isinstance(rule, AtMostOf) and rule.group in place.candidate.groups:
                known = strictest.get(rule.group)
                if known is None or rule.most < known.most:
                    strictest[rule.group] = rule
    return list(strictest.values())


def _objection(place: _Place, other: _Place) -> Objection:
    if other.index in place.unsure:
        return _untold(other)
    granted = "已获" if other.candidate.granted else ""
    money = other.candidate.money.yuan_text()
    text = f"与{granted}“{other.candidate.title}”（{money} 元）不重复享受，本项不再享受"
    return Objection(code="excluded", text_zh=text)


def _untold(other: _Place) -> Objection:
    money = other.candidate.money.yuan_text()
    text = f"“{other.candidate.title}”（{money} 元）或本项没有记明是哪个项目、证书或人员的，无法核对是否重复享受"
    return Objection(code="key_unknown", text_zh=text)


# -- what a claim is for -------------------------------------------------------------------------------------


def candidate_keys(rules: ItemRules, reader: FactReader) -> tuple[AwardKey, ...]:
    """What a claim is for, as its register entry should keep it: every key that the item's rules ask for."""
    return tuple(
        AwardKey(fact=fact, value=value) for fact, period in key_facts(rules) for value in _known(reader, fact, period)
    )


@once_per_rules
def key_facts(rules: ItemRules) -> tuple[tuple[str, str | None], ...]:
    """The facts that tell what an award of this item is for: those that its caps and stacking rules ask for."""
    found: dict[tuple[str, str | None], None] = {}
    level: list[object] = [rules.amount, rules.instalments, *rules.stacking, *rules.values]
    while level:
        part = level.pop()
        if isinstance(part, Counted | Within | SameChoice) and part.key is not None:
            found[part.key.fact, part.key.period] = None
        if isinstance(part, RulePart):
            values = part.__dict__.values()
            level.extend(each for value in values for each in (value if isinstance(value, tuple) else (value,)))
    return tuple(sorted(found, key=str))


def _known(reader: FactReader, fact: str, period: str | None) -> list[str]:
    found = reader.read(fact, period)
    if isinstance(found, MissingFact):
        return []
    return sorted(found.value) if isinstance(found.value, tuple) else [str(found.value)]
