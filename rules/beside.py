"""A claim beside what was granted before: what is refused, what is dropped of it, what only a difference is left of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from fractions import Fraction

from contracts.money import Money
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
    Reduction,
    Stacking,
    Standing,
    Verdict,
)
from rules.amounts import amount_of_figure
from rules.facts import Dropped, FactReader, Trail
from rules.once import said_before
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
    used = {each.objection.part: Dropped("once_only", each.objection.text_zh) for each in said}
    reader = _without(reader, used)
    verdict, amount, instalment = due(reader)
    excluded: tuple[Objection, ...] = ()
    for rule in rules.stacking:
        if isinstance(rule, Exclusive) and rule.parts:
            less, more = _of_parts(rule, rules, adding_up(amount), reader)
            if less:
                reader, excluded = _without(reader, less), (*excluded, *more)
                verdict, amount, instalment = due(reader)
    verdict, amount, instalment = _told(verdict, amount, instalment)
    gross = _before_awards(rules, reader) if any(each.asked is not None for each in said) else amount
    left = [*(each.objection for each in said if each.holds(gross)), *excluded]
    stands = [each for each in left if each.part in (None, *reader.trail.dropped)]
    amount, more = _reduced(rules, amount, reader)
    return (verdict, amount, instalment), tuple(dict.fromkeys((*stands, *more)))


def _before_awards(rules: ItemRules, reader: FactReader) -> Amount:
    """What is asked for before any earlier award takes something off."""
    given = replace(reader.given, awards=None, dropped={})
    return amount_of_figure(rules.amount, replace(reader, given=given, trail=Trail()), rules.rounding)


def _told(verdict: Verdict, amount: Amount, instalment: InstalmentAnswer | None) -> Due:
    """The same, with parts that add up to what is due now: an instalment may have those of the whole."""
    if instalment is not None:
        instalment = instalment.model_copy(update={"amount": adding_up(instalment.amount)})
    return verdict, adding_up(amount), instalment


def _without(reader: FactReader, parts: Mapping[str | None, Dropped]) -> FactReader:
    """Without these parts, or with less of them; what was dropped stays so."""
    dropped = dict(reader.given.dropped)
    for name, less in parts.items():
        if name is None:
            continue
        known = dropped.get(name)
        dropped[name] = less if known is None else replace(known, left=known.left * less.left)
    return replace(reader, given=replace(reader.given, dropped=dropped))


def _of_parts(
    rule: Exclusive, rules: ItemRules, amount: Amount, reader: FactReader
) -> tuple[dict[str | None, Dropped], tuple[Objection, ...]]:
    """What is left of the parts that this rule names, taken together, and what is said of those that give way."""
    money = Money.total(each.money for each in amount.parts if each.part in rule.parts)
    if amount.money is None or not money:
        return {}, ()
    additive = [each for each in rules.stacking if isinstance(each, Additive)]
    standing = _against_granted(rules, (rule.model_copy(update={"parts": ()}), *additive), money, reader)
    if standing.outcome == "stands":
        return {}, ()
    said = _of_each(rule, standing) if standing.outcome == "gives_way" else ()
    told = "；".join(each.text_zh for each in standing.because)
    left = Fraction(standing.money.fen, money.fen)
    texts = {each.part: each.text_zh for each in said}
    return {part: Dropped("exclusive", texts.get(part, f"“{part}”{told}"), left) for part in rule.parts}, said


def _of_each(rule: Exclusive, standing: Standing) -> tuple[Objection, ...]:
    """What is said of each part that gives way, also where it cannot be told whether it has to."""
    unknown = any(each.code == "key_unknown" for each in standing.because)
    code, until = ("key_unknown", "暂不") if unknown else ("excluded", "不再")
    text = "；".join(each.text_zh.removesuffix("，本项不再享受") for each in standing.because)
    return tuple(Objection(code=code, text_zh=f"“{part}”{text}，这一部分{until}计入", part=part) for part in rule.parts)


def _reduced(rules: ItemRules, amount: Amount, reader: FactReader) -> tuple[Amount, tuple[Objection, ...]]:
    """The amount less what was granted, where only a difference is paid."""
    if amount.money is None:
        return amount, ()
    whole = tuple(rule for rule in rules.stacking if not (isinstance(rule, Exclusive) and rule.parts))
    standing = _against_granted(rules, whole, amount.money, reader)
    if standing.outcome != "reduced":
        return amount, standing.because if standing.outcome == "gives_way" else ()
    by = amount.money - standing.money
    text = "；".join(each.text_zh for each in standing.because)
    update = {
        "money": standing.money,
        "working": (*amount.working, Line(text_zh=text, value=-by)),
        "reductions": (*amount.reductions, Reduction(kind="exclusive", text_zh=text, money=by)),
    }
    return adding_up(amount.model_copy(update=update)), ()


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
            money=max(Money.total(award.money for award in awards), Money(0)),
            asked_at=datetime.combine(min(award.granted_on for award in awards), noon),
            keys=awards[0].keys,
            groups=awards[0].groups,
            granted=True,
        )
        for awards in together.values()
    ]
