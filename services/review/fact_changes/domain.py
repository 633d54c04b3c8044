"""What is heard of a firm's facts, and what it makes of the facts of a case. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from contracts.enterprises import FactRecorders
from contracts.message import Id
from contracts.money import Money
from contracts.rule import Assessment, Fact, FactType
from rules.facts import label, value_text
from rules.headline import headline_of
from rules.text.phrases import period_text
from services.review.cases.judging import DECLARED_SOURCE
from services.review.cases.news import Key, place_of

Counts = Literal["was", "now", "neither"]


@dataclass(frozen=True, slots=True)
class MovedFact:
    """One fact of a case that is another than it was. `counts`: which of the two the case is judged on."""

    name: str
    period: str | None
    was: Fact | None
    now: Fact | None
    counts: Counts


def moves_between(before: Collection[Fact], after: Collection[Fact], reference_date: date | None) -> list[MovedFact]:
    """What is another than it was, each with the value as it was and as it is, and which of them counts."""
    old, new = (_by_key(facts, reference_date) for facts in (before, after))
    found = []
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        counts: Counts = "neither" if now is None else "now"
        if now is not None and place_of(now, reference_date)[2]:
            counts = "was" if was is not None and not place_of(was, reference_date)[2] else "neither"
        found.append(MovedFact(*key, was, now, counts))
    return found


def says_otherwise(before: Assessment, after: Assessment) -> bool:
    """Whether verdict, amount or what becomes of the instalment are not the same."""
    return _said(before) != _said(after)


def difference_text(
    before: Assessment, after: Assessment, moves: Iterable[MovedFact], types: Mapping[str, FactType]
) -> str:
    """What has changed, for whoever follows the case: the facts, then the amount or the verdict."""
    said = [fact_text(each, types) for each in moves if each.counts != "was"]
    was, now = before.amount.money, after.amount.money
    if was != now:
        said.append(f"测算金额由{_money(was)}变为{_money(now)}")
    if before.verdict.state is not after.verdict.state or was == now:
        said.append(headline_of(after).text_zh)
    return "；".join(said)


def fact_text(moved: MovedFact, types: Mapping[str, FactType]) -> str:
    """`2025 年研发投入由 300 万元变为 200 万元（统计局）`."""
    name = f"{period_text(moved.period)}{label(moved.name, types)}"
    if moved.now is None:
        return f"“{name}”已被撤回"
    now = f"{value_text(moved.now, types)}（{moved.now.source}）"
    if moved.was is None:
        return f"“{name}”现为{now}"
    return f"“{name}”由{value_text(moved.was, types)}变为{now}"


def new_words_of(before: Iterable[FactRecorders], after: Iterable[FactRecorders]) -> frozenset[Id]:
    """The persons whose word facts have become."""
    old = {(each.name, each.period): set(each.persons) for each in before}
    return frozenset(
        person for each in after for person in each.persons if person not in old.get((each.name, each.period), set())
    )


def _said(assessment: Assessment) -> tuple[object, ...]:
    outcome = assessment.instalment.outcome if assessment.instalment is not None else None
    payees = tuple((each.label, each.money) for each in assessment.payees)
    return assessment.verdict.state, assessment.amount.money, headline_of(assessment).state, outcome, payees


def _by_key(facts: Iterable[Fact], reference_date: date | None) -> dict[Key, Fact]:
    """By key the word that is shown: an authority's before a declared one, the latest of several."""
    found: dict[Key, Fact] = {}
    for fact in sorted(facts, key=lambda each: (each.source != DECLARED_SOURCE, place_of(each, reference_date)[2])):
        found[fact.name, fact.period] = fact
    return found


def _money(money: Money | None) -> str:
    return "未定" if money is None else f" {money.yuan_text()} 元"
