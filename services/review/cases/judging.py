"""What the pinned rules say on the facts that a case holds. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from contracts.rule import Assessment, AwardHistory, Decision, Fact, FactSheet, ItemRules, ParameterValue
from rules import assess


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
    sheet = FactSheet(facts=facts, reference_year=filed_on.year, parameters=parameters)
    day = rules.plan.reference_date or today or filed_on
    return assess(rules, sheet, day, awards=awards, decisions=decisions, claimed_on=filed_on)
