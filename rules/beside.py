"""A claim beside what was granted before: what is refused, what is dropped of it, what only a difference is left of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time

from contracts.money import ZERO, Money
from contracts.rule import (
    Additive,
    Amount,
    Award,
    AwardHistory,
    Candidate,
    Exclusive,
    InstalmentAnswer,
    ItemRules,
    Line,
    Objection,
    PartAmount,
    Reduction,
    Stacking,
    Standing,
    Verdict,
)
from rules.facts import FactReader
from rules.once import Said, said_before
from rules.parts import adding_up, part_names
from rules.stacking import candidate_keys, settle_stacking

Due = tuple[Verdict, Amount, InstalmentAnswer | None]
"""The verdict, the amount and the instalment that a claim is about."""


def due_beside(
    rules: ItemRules, reader: FactReader, due: Callable[[FactReader], Due]
) -> tuple[Due, tuple[Objection, ...]]:
    """What earlier awards leave of what is `due`, and their objections. One with a `part` is about that part alone:
    the amount is without it then, and the rest may be paid.
    """
    if reader.given.awards is not None:
        parts = frozenset(part_names(rules).counts)
        reader = replace(reader, given=replace(reader.given, parts=parts))
    if reader.given.awards is None or not rules.stacking:
        return _told(*due(reader)), ()
    said = said_before(rules, reader)
    reader = _without(reader, [each.objection for each in said])
    verdict, amount, instalment = due(reader)
    for rule in rules.stacking:
        if isinstance(rule, Exclusive) and rule.parts:
            standing = _of_parts(rule, rules, adding_up(amount), reader)
            if standing is not None and standing.outcome == "gives_way":
                reader, more = _giving_way(rule, standing, reader)
                said += tuple(Said(each) for each in more)
                verdict, amount, instalment = due(reader)
    verdict, amount, instalment = _told(verdict, amount, instalment)
    left = [each.objection for each in said if each.holds(amount)]
    stands = [each for each in left if each.part in (None, *reader.trail.dropped)]
    amount, more = _reduced(rules, amount, reader)
    return (verdict, amount, instalment), tuple(dict.fromkeys((*stands, *more)))


def _told(verdict: Verdict, amount: Amount, instalment: InstalmentAnswer | None) -> Due:
    """The same, with parts that add up to what is due now: an instalment may have those of the whole."""
    if instalment is not None:
        instalment = instalment.model_copy(update={"amount": adding_up(instalment.amount)})
    return verdict, adding_up(amount), instalment


def _without(reader: FactReader, objections: Sequence[Objection]) -> FactReader:
    dropped = {each.part: each for each in objections if each.part is not None}
    return replace(reader, given=replace(reader.given, dropped={**dropped, **reader.given.dropped}))


def _giving_way(rule: Exclusive, standing: Standing, reader: FactReader) -> tuple[FactReader, tuple[Objection, ...]]:
    """Without the parts that give way; where it cannot be told whether they do, the claim as a whole waits."""
    if any(each.code == "key_unknown" for each in standing.because):
        return reader, standing.because
    parts = _of_each(rule, standing)
    return _without(reader, parts), parts


def _of_each(rule: Exclusive, standing: Standing) -> tuple[Objection, ...]:
    text = "；".join(each.text_zh.replace("本项不再享受", "这一部分不再计入") for each in standing.because)
    return tuple(Objection(code="excluded", text_zh=f"“{part}”{text}", part=part) for part in rule.parts)


def _reduced(rules: ItemRules, amount: Amount, reader: FactReader) -> tuple[Amount, tuple[Objection, ...]]:
    """The amount less what was granted, where only a difference is paid."""
    if amount.money is None:
        return amount, ()
    said: list[Objection] = []
    for rule in rules.stacking:
        if isinstance(rule, Exclusive) and rule.parts:
            standing = _of_parts(rule, rules, amount, reader)
            if standing is None or standing.outcome == "stands":
                continue
            amount = _to_a_difference(amount, standing, rule.parts)
            if standing.outcome == "gives_way":
                said += _of_each(rule, standing)
    whole = tuple(rule for rule in rules.stacking if not (isinstance(rule, Exclusive) and rule.parts))
    standing = _against_granted(rules, whole, amount.money or ZERO, reader)
    if standing.outcome == "reduced":
        amount = _to_a_difference(amount, standing, ())
    return amount, (*said, *(standing.because if standing.outcome == "gives_way" else ()))


def _of_parts(rule: Exclusive, rules: ItemRules, amount: Amount, reader: FactReader) -> Standing | None:
    """What becomes of the parts that this rule names, taken together; None where nothing is asked for them."""
    money = _money_of(amount, rule.parts)
    if amount.money is None or not money:
        return None
    additive = [each for each in rules.stacking if isinstance(each, Additive)]
    return _against_granted(rules, (rule.model_copy(update={"parts": ()}), *additive), money, reader)


def _money_of(amount: Amount, parts: tuple[str, ...]) -> Money:
    return Money.total(each.money for each in amount.parts if each.part in parts)


def _to_a_difference(amount: Amount, standing: Standing, parts: tuple[str, ...]) -> Amount:
    """Less by what was granted: of the named parts in their proportion, without any of all."""
    assert amount.money is not None
    before = _money_of(amount, parts) if parts else amount.money
    by = before - standing.money
    text = "；".join(each.text_zh for each in standing.because)
    named = parts[0] if len(parts) == 1 else None
    reduction = Reduction(kind="exclusive", text_zh=text, money=by, part=named)
    changed = amount.model_copy(
        update={
            "money": amount.money - by,
            "working": (*amount.working, Line(text_zh=text, value=-by)),
            "reductions": (*amount.reductions, reduction),
        }
    )
    if not parts:
        return adding_up(changed)
    within = [each for each in amount.parts if each.part in parts]
    inside = adding_up(amount.model_copy(update={"parts": tuple(within), "money": standing.money}))
    left = {each.part: each.money for each in inside.parts}
    told = [
        PartAmount(part=each.part, money=left.get(each.part, ZERO)) if each.part in parts else each
        for each in amount.parts
    ]
    return changed.model_copy(update={"parts": tuple(told)})


def _against_granted(rules: ItemRules, stacking: tuple[Stacking, ...], money: Money, reader: FactReader) -> Standing:
    noon = time(12, tzinfo=UTC)
    history = reader.given.awards
    assert history is not None
    asked = Candidate(
        family=history.family,
        title=history.family,
        year=reader.sheet.reference_year,
        money=money,
        asked_at=datetime.combine(reader.today, noon),
        keys=candidate_keys(rules, reader),
        stacking=stacking,
        groups=rules.groups,
    )
    return settle_stacking([asked, *_granted(history)])[0]


def _granted(history: AwardHistory) -> list[Candidate]:
    """The awards, those of one claim for several parts of its item as one where they say the same of what they are for."""
    noon = time(12, tzinfo=UTC)
    together: dict[tuple[object, ...], list[Award]] = {}
    for index, award in enumerate(history.awards):
        claim = index if award.claim is None else award.claim
        together.setdefault((award.family, claim, award.year, award.keys, award.groups), []).append(award)
    return [
        Candidate(
            family=awards[0].family,
            title=awards[0].family,
            year=awards[0].year,
            money=Money.total(award.money for award in awards),
            asked_at=datetime.combine(min(award.granted_on for award in awards), noon),
            keys=awards[0].keys,
            groups=awards[0].groups,
            granted=True,
        )
        for awards in together.values()
    ]
