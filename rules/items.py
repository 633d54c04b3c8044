"""An item's answer as a whole: verdict, amount, who bears it and who gets it, on one set of facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

from contracts.money import ZERO, Money
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
    Objection,
    PayeeLine,
    Reduction,
    ShareLine,
    Split,
    State,
    Verdict,
    Window,
)
from rules.amounts import amount_of_figure
from rules.beside import due_beside
from rules.bounds import contradicted
from rules.claims import ALWAYS, claim_window, claimable_on, subject_to, subject_to_text
from rules.eligibility import verdict_of
from rules.facts import FactReader, reader_of
from rules.headline import UNKNOWN_KEY, headline_of, objections_to_all
from rules.instalments import instalment_line, judged_instalment, next_number
from rules.parts import adding_up
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
    claimed_on: date | None = None,
    validity: Window = ALWAYS,
) -> Assessment:
    """What this item's rules say on these facts as they stand on `today`, and what it comes to (`headline`).

    Where the item fixes its reference year, that one counts instead of the sheet's. The amount is an estimate whatever
    the verdict, before caps where there are no `awards`, and nothing where an earlier award stands against all of it.
    Of instalments it is the one that is due next; after the first the verdict is that of its recheck. Shares and payees
    are given only when the conditions are met, the amount is known and the item took claims on the day of the claim
    (`claimed_on`, absent `today`). Where it cannot be told who bears it or gets it, the amount is undetermined.
    `validity` is when the item itself is in force, where that is known.
    """
    reader = reader_of(rules, facts, today, awards, decisions)
    (verdict, amount, instalment), objections = due_beside(rules, reader, partial(_due, rules))
    amount, instalment = _barred(amount, instalment, objections)
    if isinstance(split := find_split(rules.shares, reader), MissingFact):
        amount = _unsettled(amount, (split,), "由哪一级财政承担尚不能判定")
    amount, payees = _divided(rules, amount, reader)
    found = Assessment(
        verdict=verdict,
        amount=_paid_in_all(amount, awards) if rules.instalments is not None and instalment is None else amount,
        payees=payees,
        instalment=instalment,
        objections=objections,
        figures=tuple(dict.fromkeys(reader.trail.figures)),
        **_when_and_among_whom(rules, claimed_on or today, validity, first=next_number(awards) == 1),
    )
    return _told(found, split)


def brought_down(
    rules: ItemRules,
    facts: FactSheet,
    today: date,
    found: Assessment,
    money: Money,
    text: str,
    *,
    part: str | None = None,
    awards: AwardHistory | None = None,
    decisions: Iterable[Decision] = (),
) -> Assessment:
    """The same answer with less money, and a line of the working that says why: who bears it and who gets it anew.

    `part`: it is this named part alone that is less. What is more than was due is not less, and changes nothing.
    """
    amount = found.amount
    if amount.money is None or money >= amount.money:
        return found
    by = amount.money - money
    update: dict[str, Any] = {"money": money, "working": (*amount.working, Line(text_zh=text, value=-by))}
    if part is not None:
        update["parts"] = tuple(
            each.model_copy(update={"money": max(each.money - by, ZERO)}) if each.part == part else each
            for each in amount.parts
        )
    reader = reader_of(rules, facts, today, awards, decisions)
    split = find_split(rules.shares, reader)
    less, payees = _divided(rules, adding_up(amount.model_copy(update=update)), reader)
    instalment = _less_now(found.instalment, less)
    return _told(found.model_copy(update={"amount": less, "payees": payees, "instalment": instalment}), split)


def _less_now(instalment: InstalmentAnswer | None, amount: Amount) -> InstalmentAnswer | None:
    """The instalment with this amount, and its record with it."""
    if instalment is None:
        return None
    records = instalment.records
    if len(records) == 1 and amount.money is not None:
        records = (records[0].model_copy(update={"money": amount.money}),)
    return instalment.model_copy(update={"amount": amount, "records": records})


def _told(found: Assessment, split: Split | MissingFact) -> Assessment:
    """With who pays and the headline; nobody pays or gets anything of what is not due."""
    shares: tuple[ShareLine, ...] = ()
    met = found.claimable == "open" and found.verdict.state is State.MET and not objections_to_all(found)
    if met and found.amount.money is not None and not isinstance(split, MissingFact):
        shares = split_shares(found.amount.money, split)
    told = {"shares": shares, "payees": found.payees if shares else (), "headline": headline_of(found)}
    return found.model_copy(update=told)


def _paid_in_all(amount: Amount, history: AwardHistory | None) -> Amount:
    """Where no instalment is due any more: with what all came to, as fixed with the first, else what was paid. This
    tells it from an item that pays at once (`headline_of`).
    """
    if history is None or amount.money is None:
        return amount
    paid = Money.total(record.money for record in history.instalments)
    return amount.model_copy(update={"whole": paid if history.whole is None else history.whole})


def _when_and_among_whom(rules: ItemRules, day: date, validity: Window, *, first: bool) -> dict[str, Any]:
    """Whether it can be claimed on that day, and the quotas that it then falls under.

    The first instalment is the claim: the later ones meet neither window nor quota.
    """
    window = claim_window(rules.plan.window, validity)
    if not first:
        return {"window": window}
    return {
        "claimable": claimable_on(day, window),
        "window": window,
        "subject_to": subject_to(rules.quotas),
        "subject_to_zh": subject_to_text(rules.quotas),
    }


def _barred(
    amount: Amount, instalment: InstalmentAnswer | None, objections: Sequence[Objection]
) -> tuple[Amount, InstalmentAnswer | None]:
    """Nothing is due where an objection stands against all of it, and no figure reads as if it were.

    Where it only cannot be told whether there is one, the amount lies between nothing and all of it.
    """
    against = [each for each in objections if each.part is None]
    if not against:
        return amount, instalment
    money, said = amount.money, "；".join(each.text_zh for each in against)
    if money is not None and all(each.code == UNKNOWN_KEY for each in against):
        line = Line(text_zh=said, value=ZERO)
        unknown = {"state": "undetermined", "money": None, "lowest": ZERO, "highest": money, "parts": ()}
        amount = amount.model_copy(update={**unknown, "working": (*amount.working, line)})
    elif money is not None and money.fen > 0:
        kind = "once_only" if any(each.code == "used_up" for each in against) else "exclusive"
        lost = Reduction.model_validate({"kind": kind, "text_zh": said, "money": money})
        none = {"money": ZERO, "parts": (), "benefits": (), "reductions": (*amount.reductions, lost)}
        amount = amount.model_copy(update={**none, "working": (*amount.working, Line(text_zh=said, value=-money))})
    elif money is not None:
        amount = amount.model_copy(update={"benefits": ()})
    if instalment is not None and instalment.outcome in ("due", "reduced"):
        instalment = instalment.model_copy(
            update={"outcome": "skipped", "reason": said, "amount": amount, "records": ()}
        )
    return amount, instalment


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
