"""An item's answer as a whole: verdict, amount and shares on one set of facts."""

from __future__ import annotations

from datetime import date

from contracts.rule import Assessment, FactSheet, ItemRules, State
from rules.amounts import compute_amount
from rules.eligibility import evaluate_eligibility
from rules.shares import split_shares


def assess(rules: ItemRules, facts: FactSheet, today: date) -> Assessment:
    """What this item's rules say on these facts as they stand on `today`.

    Where the item fixes its reference year, that one counts instead of the sheet's. The amount is computed
    whatever the verdict, as an estimate (before caps that need earlier awards); shares are given only when
    the conditions are met and the amount is known.
    """
    year = rules.reference_year
    if year is not None and year != facts.reference_year:
        facts = FactSheet(facts=facts.facts, reference_year=year)
    types = rules.fact_types_by_name
    verdict = evaluate_eligibility(rules.eligibility, facts, today, types)
    amount = compute_amount(rules.amount, facts, today, types, rules.rounding)
    due = verdict.state is State.MET and amount.money is not None
    shares = split_shares(amount.money, rules.shares) if due and amount.money is not None else ()
    return Assessment(verdict=verdict, amount=amount, shares=shares)
