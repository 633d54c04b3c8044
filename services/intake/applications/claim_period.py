"""One claim per period: what an item's frequency allows an enterprise to claim once. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import sha256

from contracts.rule import FactSheet, ItemRules, PaymentFrequency, absolute_period
from rules.facts import FactReader
from services.intake.applications.declaration import exact


def claim_period(rules: ItemRules, sheet: FactSheet, today: date) -> str:
    """What the item's frequency allows one claim for: ever, or the year, half, quarter or month of the claim.

    Where each event is paid for, events are told apart by the values that the form asks for (or, without a
    form, by all facts that the rule uses): the same event cannot be claimed again in other units.
    """
    half, quarter = (today.month + 5) // 6, (today.month + 2) // 3
    periods: Mapping[PaymentFrequency, str] = {
        PaymentFrequency.ONCE: "once",
        PaymentFrequency.YEARLY: f"{today.year}",
        PaymentFrequency.HALF_YEARLY: f"{today.year}H{half}",
        PaymentFrequency.QUARTERLY: f"{today.year}Q{quarter}",
        PaymentFrequency.MONTHLY: f"{today.year}M{today.month:02d}",
    }
    return periods.get(rules.plan.frequency) or f"event-{_event_mark(rules, sheet, today)}"


def _event_mark(rules: ItemRules, sheet: FactSheet, today: date) -> str:
    asked = {(field.fact, absolute_period(field.period, sheet.reference_year)) for field in rules.plan.form_fields}
    told = asked or {(fact.name, fact.period) for fact in sheet.facts}
    reader = FactReader(sheet, today, rules.fact_types_by_name)
    values = [f"{name}/{period}={exact(reader.read(name, period))}" for name, period in sorted(told, key=str)]
    return sha256("\n".join(values).encode()).hexdigest()[:24]
