"""An item's answer as a whole: verdict, amount and shares on one set of facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from contracts.money import ZERO
from contracts.rule import (
    Amount,
    Assessment,
    AwardHistory,
    Decision,
    FactSheet,
    ItemRules,
    Line,
    MissingFact,
    State,
)
from rules.amounts import amount_of_figure
from rules.eligibility import verdict_of
from rules.facts import FactReader, given
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
    whatever the verdict, as an estimate; without `awards` it is before caps that need them. Shares are given
    only when the conditions are met and the amount is known. Where it cannot be told who bears it, the
    amount is undetermined: nothing may be paid of which nobody knows who pays.
    """
    reader = reader_of(rules, facts, today, awards, decisions)
    verdict = verdict_of(rules.eligibility, reader)
    amount = amount_of_figure(rules.amount, reader, rules.rounding)
    split = find_split(rules.shares, reader)
    if isinstance(split, MissingFact):
        return Assessment(verdict=verdict, amount=_unborne(amount, split))
    due = verdict.state is State.MET and amount.money is not None
    shares = split_shares(amount.money, split) if due and amount.money is not None else ()
    return Assessment(verdict=verdict, amount=amount, shares=shares)


def reader_of(
    rules: ItemRules,
    facts: FactSheet,
    today: date,
    awards: AwardHistory | None = None,
    decisions: Iterable[Decision] = (),
) -> FactReader:
    """The facts as this item reads them: in its reference year, under its declarations."""
    year = rules.reference_year
    if year is not None and year != facts.reference_year:
        facts = facts.model_copy(update={"reference_year": year})
    return FactReader(
        facts, today, rules.fact_types_by_name, given(awards, decisions, rules.parameters_by_name)
    )


def _unborne(amount: Amount, missing: MissingFact) -> Amount:
    words = Line(text_zh=f"由哪一级财政承担尚不能判定：缺少“{missing.label}”", value=ZERO)
    return amount.model_copy(
        update={
            "state": "undetermined",
            "money": None,
            "working": (*amount.working, words),
            "missing": tuple(dict.fromkeys((*amount.missing, missing))),
            "lowest": amount.lowest if amount.money is None else amount.money,
            "highest": amount.highest if amount.money is None else amount.money,
        }
    )
