"""An item's answer as a whole: verdict, amount, who bears it and who gets it, on one set of facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial

from contracts.money import ZERO
from contracts.rule import (
    Amount,
    Assessment,
    AwardHistory,
    Decision,
    FactSheet,
    InstalmentAnswer,
    ItemRules,
    Line,
    MissingFact,
    PayeeLine,
    ShareLine,
    State,
    Verdict,
)
from rules.amounts import amount_of_figure
from rules.beside import due_beside
from rules.bounds import contradicted
from rules.eligibility import verdict_of
from rules.facts import FactReader, reader_of
from rules.instalments import instalment_line, judged_instalment, next_number
from rules.payees import divide_payees
from rules.schedule_choice import Schedule, schedule_of
from rules.shares import find_split, split_shares


def assess(
    rules: ItemRules,
    facts: FactSheet,
    today: date,
    *,
    awards: AwardHistory | None = None,
    decisions: Iterable[Decision] = (),
) -> Assessment:
    """What this item's rules say on these facts as they stand on `today`.

    Where the item fixes its reference year, that one counts instead of the sheet's. The amount is computed
    whatever the verdict, as an estimate; without `awards` it is before caps that need them. Where the item
    pays in instalments it is the one that is due next, and after the first the verdict is that of its rechecks.
    Shares and payees are given only when the conditions are met and the amount is known. Where it cannot be
    told who bears it or gets it, the amount is undetermined: nothing is paid of which nobody knows who pays.
    """
    reader = reader_of(rules, facts, today, awards, decisions)
    (verdict, amount, instalment), objections = due_beside(rules, reader, partial(_due, rules))
    split = find_split(rules.shares, reader)
    if isinstance(split, MissingFact):
        amount = _unsettled(amount, (split,), "由哪一级财政承担尚不能判定")
    amount, payees = _divided(rules, amount, reader)
    shares: tuple[ShareLine, ...] = ()
    settled = verdict.state is State.MET and all(objection.part is not None for objection in objections)
    if settled and amount.money is not None and not isinstance(split, MissingFact):
        shares = split_shares(amount.money, split)
    else:
        payees = ()
    return Assessment(
        verdict=verdict,
        amount=amount,
        shares=shares,
        payees=payees,
        instalment=instalment,
        objections=objections,
        figures=tuple(dict.fromkeys(reader.trail.figures)),
    )


def _divided(rules: ItemRules, amount: Amount, reader: FactReader) -> tuple[Amount, tuple[PayeeLine, ...]]:
    """The amount that is paid, with who gets what of it; undetermined while what one of them gets cannot be told."""
    if rules.payees is None or amount.money is None:
        return amount, ()
    divided = divide_payees(amount.money, rules.payees, reader, rules.rounding)
    if divided.missing:
        unsettled = _unsettled(amount, divided.missing, "各收款人的金额尚不能判定")
        limited = any(part.most is not None for part in rules.payees.parts)
        return unsettled.model_copy(update={"lowest": ZERO}) if limited else unsettled, ()
    return divided.paid(amount), divided.lines


def _due(rules: ItemRules, reader: FactReader) -> tuple[Verdict, Amount, InstalmentAnswer | None]:
    """The verdict and the amount that are asked about now."""
    if (nothing := contradicted(rules.bounds, reader)) is not None:
        return *nothing, None
    if rules.instalments is None:
        verdict = verdict_of(rules.eligibility, reader)
        return verdict, amount_of_figure(rules.amount, reader, rules.rounding), None
    number = next_number(reader.given.awards)
    schedule = schedule_of(rules.instalments, number, reader)
    if isinstance(schedule, Schedule) and number > len(schedule.parts):
        line = Line(text_zh=f"{len(schedule.parts)} 期已全部办结", value=ZERO)
        return Verdict(state=State.MET, reasons=()), Amount(state="known", money=ZERO, working=(line,)), None
    verdict, answer = judged_instalment(rules, number, reader)
    if number == 1 or not isinstance(schedule, Schedule):
        verdict = verdict_of(rules.eligibility, reader)
    line = Line(text_zh=instalment_line(answer), value=ZERO)
    amount = answer.amount.model_copy(update={"working": (*answer.amount.working, line)})
    return verdict, amount, answer


def _unsettled(amount: Amount, missing: Sequence[MissingFact], phrase: str) -> Amount:
    lacking = "、".join(dict.fromkeys(each.label for each in missing))
    return amount.model_copy(
        update={
            "state": "undetermined",
            "money": None,
            "parts": (),
            "working": (*amount.working, Line(text_zh=f"{phrase}：缺少“{lacking}”", value=ZERO)),
            "missing": tuple(dict.fromkeys((*amount.missing, *missing))),
            "lowest": amount.lowest if amount.money is None else amount.money,
            "highest": amount.highest if amount.money is None else amount.money,
        }
    )
