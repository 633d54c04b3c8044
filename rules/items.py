"""An item's answer as a whole: verdict, amount, who bears it and who gets it, on one set of facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from contracts.money import ZERO, Money
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
    Reduction,
    ShareLine,
    Split,
    Standing,
    State,
    Verdict,
    Window,
)
from rules.amounts import amount_of_figure
from rules.claims import ALWAYS, claim_window, claimable_on, subject_to, subject_to_text
from rules.eligibility import verdict_of
from rules.facts import FactReader, reader_of
from rules.headline import UNKNOWN_KEY, headline_of, objections_to_all
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
    verdict, amount, instalment = _due(rules, reader)
    amount, objections = _beside(rules, amount, reader)
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
        none = {"money": ZERO, "parts": (), "reductions": (*amount.reductions, lost)}
        amount = amount.model_copy(update={**none, "working": (*amount.working, Line(text_zh=said, value=-money))})
    if instalment is not None and instalment.outcome in ("due", "reduced"):
        instalment = instalment.model_copy(update={"outcome": "skipped", "reason": said, "amount": amount})
    return amount, instalment


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
