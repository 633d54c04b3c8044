"""Payment in parts: what becomes of one instalment, on that year's facts and what was paid before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction

from contracts.money import ZERO, Money
from contracts.rule import (
    Amount,
    AnyOf,
    AwardHistory,
    Decision,
    Eligibility,
    FactSheet,
    Instalment,
    InstalmentAnswer,
    InstalmentPlan,
    Instalments,
    ItemRules,
    Line,
    MissingFact,
    State,
)
from rules.amounts import amount_of_figure
from rules.bounds import contradicted
from rules.eligibility import decide
from rules.facts import FactReader, reader_of
from rules.text.phrases import IF_FAILED

_FAILED = {"skip": "skipped", "stop": "stopped", "wait": "waiting"}
NO_MONEY = Amount(state="known", money=ZERO)


class NoSuchInstalment(ValueError):
    """The item does not pay in so many parts."""


def compute_instalment(
    rules: ItemRules,
    number: int,
    facts: FactSheet,
    today: date,
    *,
    awards: AwardHistory | None = None,
    decisions: Iterable[Decision] = (),
) -> InstalmentAnswer:
    """Instalment `number` (from 1): due, skipped, stopped for ever, waiting, or undetermined.

    `facts` are those of the instalment's own year, which `facts.reference_year` names. A fraction is one of
    the whole that `awards.whole` fixed with the first; without it the whole is computed on these facts.
    Instalments with fractions add up to the whole, to the fen. Raises NoSuchInstalment.
    """
    reader = reader_of(rules, facts, today, awards, decisions)
    if (nothing := contradicted(rules.bounds, reader)) is not None:
        verdict, amount = nothing
        return _answer(number, 0, "", "undetermined", amount, verdict.reasons[0].text_zh)
    return instalment_of(rules, number, reader)


def next_number(history: AwardHistory | None) -> int:
    """The instalment that is next: after the last that was paid, skipped or stopped."""
    return max((record.number for record in history.instalments), default=0) + 1 if history else 1


def instalment_of(rules: ItemRules, number: int, reader: FactReader) -> InstalmentAnswer:
    """The same, on facts that are being read already."""
    assert rules.instalments is not None
    parts = parts_of(rules.instalments, reader)
    if isinstance(parts, MissingFact):
        amount = Amount(state="undetermined", money=None, missing=(parts,))
        return _answer(number, 0, "", "undetermined", amount, f"缺少“{parts.label}”，分期安排尚不能判定")
    if not 1 <= number <= len(parts):
        raise NoSuchInstalment(f"instalment {number} of {len(parts)}")
    part, whole = parts[number - 1], whole_of(rules, reader)
    outcome, amount, reason = _outcome(rules, parts, number, whole, reader)
    amount = amount.model_copy(update={"whole": whole.money})
    return _answer(number, len(parts), part.label, outcome, amount, reason)


def _outcome(
    rules: ItemRules, parts: tuple[Instalment, ...], number: int, whole: Amount, reader: FactReader
) -> tuple[str, Amount, str]:
    part, history = parts[number - 1], reader.given.awards
    earlier = [record for record in history.instalments if record.number < number] if history else []
    if any(record.outcome == "stopped" for record in earlier):
        return "stopped", NO_MONEY, "前期复核未通过，以后各期不再兑付"
    state, missing = recheck(part, reader)
    if state is State.UNDETERMINED:
        lacking = "、".join(dict.fromkeys(each.label for each in missing))
        all_missing = tuple(dict.fromkeys((*missing, *whole.missing)))
        amount = Amount(state="undetermined", money=None, missing=all_missing)
        return "undetermined", amount, f"本期复核缺少：{lacking}"
    if state is State.NOT_MET:
        return _FAILED[part.if_failed], NO_MONEY, f"本期复核未通过：{IF_FAILED[part.if_failed]}"
    amount = _amount(rules, parts, number, whole, reader)
    due = amount.money is not None
    return ("due", amount, "本期应付") if due else ("undetermined", amount, "金额尚不能判定")


def _answer(number: int, of: int, label: str, outcome: str, amount: Amount, reason: str) -> InstalmentAnswer:
    return InstalmentAnswer.model_validate(
        {"number": number, "of": of, "label": label, "outcome": outcome, "amount": amount, "reason": reason}
    )


def parts_of(plan: Instalments, reader: FactReader) -> tuple[Instalment, ...] | MissingFact:
    """The instalments that count for this enterprise; the fact that tells it is missing where no row names it."""
    if isinstance(plan, InstalmentPlan):
        return plan.parts
    fact = reader.code(plan.fact, plan.period)
    if isinstance(fact, MissingFact):
        return fact
    found = next((row.parts for row in plan.rows if fact.value in row.codes), plan.otherwise)
    return found or reader.missing(plan.fact, plan.period, "wrong_kind")


def conditions_of(part: Instalment) -> Eligibility | None:
    """What an instalment is rechecked by: the condition, or else what exempts from it."""
    if part.recheck is None or part.exemption is None:
        return part.recheck
    return AnyOf(of=(part.recheck, part.exemption))


def recheck(part: Instalment, reader: FactReader) -> tuple[State, tuple[MissingFact, ...]]:
    """Whether the instalment passes, and what an undetermined answer waits for."""
    conditions = conditions_of(part)
    return decide(conditions, reader) if conditions is not None else (State.MET, ())


def whole_of(rules: ItemRules, reader: FactReader) -> Amount:
    """What all instalments come to: as fixed with the first, else on these facts.

    Earlier instalments of the same claim are no earlier awards against it.
    """
    history = reader.given.awards
    if history is not None and history.whole is not None:
        line = Line(text_zh=f"各期合计（首期时确定）{history.whole.yuan_text()} 元", value=history.whole)
        return Amount(state="known", money=history.whole, working=(line,))
    if history is not None:
        others = [award for award in history.awards if award.family != history.family or award.instalment is None]
        given = replace(reader.given, awards=history.model_copy(update={"awards": tuple(others)}))
        reader = replace(reader, given=given)
    return amount_of_figure(rules.amount, reader, rules.rounding)


def _amount(rules: ItemRules, parts: tuple[Instalment, ...], number: int, whole: Amount, reader: FactReader) -> Amount:
    part = parts[number - 1]
    if part.amount is not None:
        return amount_of_figure(part.amount, reader, rules.rounding)
    if whole.money is None:
        return whole
    before = sum((Fraction(each.fraction or 0) for each in parts[: number - 1]), Fraction(0))
    fraction = Fraction(part.fraction or 0)
    money = Money(_floor(whole.money, before + fraction) - _floor(whole.money, before))
    explained = tuple(line.model_copy(update={"value": ZERO}) for line in whole.working)
    phrase = f"第 {number} 期（{part.label}）：{whole.money.yuan_text()} 元 × {part.fraction} = {money.yuan_text()} 元"
    return whole.model_copy(
        update={
            "money": money,
            "whole": whole.money,
            "working": (*explained, Line(text_zh=phrase, value=money)),
        }
    )


def _floor(money: Money, fraction: Fraction) -> int:
    return money.fen * fraction.numerator // fraction.denominator
