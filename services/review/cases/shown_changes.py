"""How a case's facts have moved since it was filed (`fact_changes` writes it down), and which instalment it is about."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from chassis.read.reader import Reader
from contracts.case_sheet import FactChange, SheetInstalment
from contracts.message import Id
from contracts.rule import Assessment, Fact, FactType, ItemRules
from rules.facts import label, value_text

CHANGES = text(
    "SELECT name, period, was, now, counts, changed_at FROM case_fact_change"
    " WHERE tenant = :tenant AND case_id = :case ORDER BY number LIMIT 200"
)


def shown_changes(case_id: Id, rules: ItemRules, reader: Reader) -> tuple[FactChange, ...]:
    """In the order in which they moved."""
    types = rules.fact_types_by_name
    return tuple(
        FactChange(
            name=row.name,
            label=label(row.name, types),
            period=row.period,
            counts=row.counts,
            changed_at=row.changed_at,
            **_told("was", row.was, types),
            **_told("now", row.now, types),
        )
        for row in reader.execute(CHANGES, {"tenant": reader.tenant, "case": case_id})
    )


def shown_instalment(assessment: Assessment) -> SheetInstalment | None:
    """Which instalment it is about, and what the rule says of it."""
    answer = assessment.instalment
    if answer is None:
        return None
    said = answer.model_dump(include={"number", "of", "label", "outcome", "reason"})
    return SheetInstalment(**said)


def _told(which: str, said: Any, types: dict[str, FactType]) -> dict[str, Any]:
    if said is None:
        return {}
    fact = Fact.model_validate(said)
    return {which: value_text(fact, types), f"{which}_source": fact.source, f"{which}_as_of": fact.as_of}
