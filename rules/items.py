"""An item's answer as a whole: verdict, amount, who bears it and who gets it, on one set of facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time

from contracts.money import ZERO
from contracts.rule import (
    Amount,
    Assessment,
    AwardHistory,
    Candidate,
    Decision,
    FactSheet,
    InstalmentAnswer,
    ItemRules,
    Line,
    MissingFact,
    Objection,
    PayeeLine,
    ShareLine,
    Standing,
    State,
    Verdict,
)
from rules.amounts import amount_of_figure
from rules.bounds import contradicted
from rules.eligibility import verdict_of
from rules.facts import FactReader, reader_of
from rules.instalments import conditions_of, instalment_of, next_number, parts_of
from rules.payees import divide_payees
from rules.shares import find_split, split_shares
from rules.stacking import candidate_keys, identity_objections, settle_stacking


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
    pays in instalments it is the one that is due next, and after the first the verdict is that of its recheck.
    Shares and payees are given only when the conditions are met and the amount is known. Where it cannot be
    told who bears it or gets it, the amount is undetermined: nothing is paid of which nobody knows who pays.
    """
    reader = reader_of(rules, facts, today, awards, decisions)
    verdict, amount, instalment = _due(rules, reader)
    amount, objections = _beside(rules, amount, reader)
    split = find_split(rules.shares, reader)
    if isinstance(split, MissingFact):
        amount = _unsettled(amount, (split,), "由哪一级财政承担尚不能判定")
    amount, payees = _divided(rules, amount, reader)
    shares: tuple[ShareLine, ...] = ()
    settled = verdict.state is State.MET and not objections
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
    """The amount with who gets what of it; undetermined while what one of them gets cannot be told."""
    if rules.payees is None or amount.money is None:
        return amount, ()
    divided = divide_payees(amount.money, rules.payees, reader, rules.rounding)
    if missing := [each for each in divided if isinstance(each, MissingFact)]:
        return _unsettled(amount, missing, "各收款人的金额尚不能判定"), ()
    return amount, tuple(each for each in divided if isinstance(each, PayeeLine))


def _due(rules: ItemRules, reader: FactReader) -> tuple[Verdict, Amount, InstalmentAnswer | None]:
    """The verdict and the amount that are asked about now."""
    if (nothing := contradicted(rules.bounds, reader)) is not None:
        return *nothing, None
    if rules.instalments is None:
        verdict = verdict_of(rules.eligibility, reader)
        return verdict, amount_of_figure(rules.amount, reader, rules.rounding), None
    number = next_number(reader.given.awards)
    parts = parts_of(rules.instalments, reader)
    if isinstance(parts, MissingFact) or number == 1:
        verdict = verdict_of(rules.eligibility, reader)
    elif number > len(parts):
        done = Amount(state="known", money=ZERO, working=(Line(text_zh=f"{len(parts)} 期已全部办结", value=ZERO),))
        return Verdict(state=State.MET, reasons=()), done, None
    else:
        conditions = conditions_of(parts[number - 1])
        none = Verdict(state=State.MET, reasons=())
        verdict = verdict_of(conditions, reader) if conditions is not None else none
    answer = instalment_of(rules, number, reader)
    line = Line(text_zh=f"第 {number} 期：{answer.reason}", value=ZERO)
    amount = answer.amount.model_copy(update={"working": (*answer.amount.working, line)})
    return verdict, amount, answer


def _beside(rules: ItemRules, amount: Amount, reader: FactReader) -> tuple[Amount, tuple[Objection, ...]]:
    """What earlier awards leave of it: objections, or a smaller amount where only a difference is paid."""
    history = reader.given.awards
    if history is None or not rules.stacking:
        return amount, ()
    objections = identity_objections(rules, reader)
    if amount.money is None:
        return amount, objections
    standing = _against_granted(rules, amount, history, reader)
    if standing.outcome == "gives_way":
        return amount, (*objections, *standing.because)
    if standing.outcome == "reduced":
        line = Line(text_zh="；".join(each.text_zh for each in standing.because), value=standing.money - amount.money)
        amount = amount.model_copy(update={"money": standing.money, "working": (*amount.working, line)})
    return amount, objections


def _against_granted(rules: ItemRules, amount: Amount, history: AwardHistory, reader: FactReader) -> Standing:
    noon = time(12, tzinfo=UTC)
    asked = Candidate(
        family=history.family,
        title=history.family,
        year=reader.sheet.reference_year,
        money=amount.money or ZERO,
        asked_at=datetime.combine(reader.today, noon),
        keys=candidate_keys(rules, reader),
        stacking=rules.stacking,
        groups=rules.groups,
    )
    granted = [
        Candidate(
            family=award.family,
            title=award.family,
            year=award.year,
            money=award.money,
            asked_at=datetime.combine(award.granted_on, noon),
            keys=award.keys,
            groups=award.groups,
            granted=True,
        )
        for award in history.awards
    ]
    return settle_stacking([asked, *granted])[0]


def _unsettled(amount: Amount, missing: Sequence[MissingFact], phrase: str) -> Amount:
    lacking = "、".join(dict.fromkeys(each.label for each in missing))
    return amount.model_copy(
        update={
            "state": "undetermined",
            "money": None,
            "working": (*amount.working, Line(text_zh=f"{phrase}：缺少“{lacking}”", value=ZERO)),
            "missing": tuple(dict.fromkeys((*amount.missing, *missing))),
            "lowest": amount.lowest if amount.money is None else amount.money,
            "highest": amount.highest if amount.money is None else amount.money,
        }
    )
