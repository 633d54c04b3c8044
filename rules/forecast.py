"""What later instalments of a claim may come to, as far as it can be told when the claim is accepted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from contracts.money import Money
from contracts.rule import (
    Assessment,
    Decision,
    FactSheet,
    Instalment,
    ItemRules,
    MissingFact,
    PayeeLine,
    ShareLine,
    State,
)
from rules.amounts import amount_of_figure
from rules.due_dates import claim_year_of, due_of, in_own_year
from rules.facts import FactReader, reader_of
from rules.instalment_money import Portion
from rules.payees import divide_payees
from rules.schedule_choice import Schedule, schedule_of
from rules.shares import find_split, split_shares

_PAYS = ("due", "reduced")
_OVER = ("stopped", "skipped", "undetermined")


@dataclass(frozen=True, slots=True)
class ForeseenInstalment:
    """One later instalment, with who would bear it and get it. `year` is the one that it is due in, where that can be told."""

    number: int
    year: int | None
    money: Money
    shares: tuple[ShareLine, ...]
    payees: tuple[PayeeLine, ...] = ()


def foreseen_instalments(
    rules: ItemRules, assessment: Assessment, facts: FactSheet, today: date, decisions: Iterable[Decision] = ()
) -> tuple[ForeseenInstalment, ...]:
    """The instalments behind the one that `assessment` is about, if all conditions go on being met. What nobody can tell yet (an
    amount that depends on facts of a year to come) is left out; nothing is expected of a claim that does not meet its conditions.
    """
    answer = assessment.instalment
    if rules.instalments is None or answer is None or answer.outcome in _OVER:
        return ()
    reader = reader_of(rules, facts, today, None, decisions)
    schedule = schedule_of(rules.instalments, answer.number, reader)
    if assessment.verdict.state is not State.MET or not isinstance(schedule, Schedule):
        return ()
    behind = max(answer.numbers or (answer.number,)) if answer.outcome in _PAYS else answer.number - 1
    found = [
        _foreseen(rules, schedule.parts, number, assessment.amount.whole, reader)
        for number in range(behind + 1, len(schedule.parts) + 1)
    ]
    return tuple(each for each in found if each is not None and each.money)


def _foreseen(
    rules: ItemRules, parts: tuple[Instalment, ...], number: int, whole: Money | None, reader: FactReader
) -> ForeseenInstalment | None:
    part = parts[number - 1]
    due = due_of(part, claim_year_of(1, reader), reader)
    if part.amount is not None:
        money = amount_of_figure(part.amount, in_own_year(due, reader), rules.rounding).money
    else:
        before = sum((Fraction(each.fraction or 0) for each in parts[: number - 1]), Fraction(0))
        money = Portion(number, part, before, None).share_of(whole) if whole is not None else None
    split = find_split(rules.shares, reader)
    if money is None or isinstance(split, MissingFact):
        return None
    payees: tuple[PayeeLine, ...] = ()
    if rules.payees is not None:
        divided = divide_payees(money, rules.payees, reader, rules.rounding)
        if divided.missing:
            return None
        payees, money = divided.lines, Money.total(line.money for line in divided.lines)
    year = due.own_year if due.since is None else due.since.year
    return ForeseenInstalment(number, year, money, split_shares(money, split), payees)
