"""What the pinned rules say on the facts that a case holds. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from contracts.rule import Assessment, AwardHistory, Decision, Fact, FactSheet, ItemRules, ParameterValue
from rules import assess

DECLARED_SOURCE = "企业申报"
"""The source of what the enterprise has declared in its form, as intake writes it."""


def facts_that_count(facts: Iterable[Fact], filed_on: date, reference_date: date | None) -> tuple[Fact, ...]:
    """Those of a case's facts that it is judged on.

    What an authority says outweighs what the enterprise has declared. What was good for a past period when it was claimed stays
    good: it changes by correction alone. Of what is about no period, nothing later than the plan's own day counts.
    """
    facts = tuple(facts)
    told = {
        (fact.name, fact.period) for fact in facts if fact.source != DECLARED_SOURCE and _in_time(fact, reference_date)
    }
    kept = [fact for fact in facts if fact.source != DECLARED_SOURCE or (fact.name, fact.period) not in told]
    return tuple(_as_of_filing(fact, filed_on) for fact in kept if _in_time(fact, reference_date))


def _in_time(fact: Fact, reference_date: date | None) -> bool:
    """Whether it was so by the plan's own day. What the enterprise declares it says of that day, whenever it files."""
    late = reference_date is not None and fact.period is None and fact.as_of > reference_date
    return fact.source == DECLARED_SOURCE or not late


def _as_of_filing(fact: Fact, filed_on: date) -> Fact:
    good = fact.period is not None and fact.valid_until is not None and fact.valid_until >= filed_on
    return fact.model_copy(update={"valid_until": None}) if good else fact


def judged(
    rules: ItemRules,
    facts: tuple[Fact, ...],
    parameters: tuple[ParameterValue, ...],
    filed_on: date,
    *,
    today: date | None = None,
    awards: AwardHistory | None = None,
    decisions: Iterable[Decision] = (),
) -> Assessment:
    """The assessment of a claim that was filed on `filed_on`, as it stands on `today` (absent: that day).

    The year of the claim, and whether the item took claims, are those of the filing, whenever it is judged. Facts are judged as
    they are on the day of the decision, unless the plan names a day of its own (基准日).
    """
    counting = facts_that_count(facts, filed_on, rules.plan.reference_date)
    sheet = FactSheet(facts=counting, reference_year=filed_on.year, parameters=parameters)
    day = rules.plan.reference_date or today or filed_on
    return assess(rules, sheet, day, awards=awards, decisions=decisions, claimed_on=filed_on)
