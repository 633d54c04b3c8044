"""One claim per period: what counts as the same claim again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rule import Fact, FactSheet, ItemRules, PaymentFrequency
from services.intake.applications.claim_period import claim_period
from services.intake.catalog_copies.domain import PublishedItem

SampleItem = Callable[..., PublishedItem]
DAYS = st.dates(date(2025, 1, 1), date(2035, 12, 31))
NO_FACTS = FactSheet(reference_year=2025)


@pytest.fixture(scope="module")
def rules(sample_item: SampleItem) -> Callable[[PaymentFrequency], ItemRules]:
    return lambda frequency: sample_item("AH-002", frequency=frequency).content.rules


@pytest.mark.parametrize(
    ("frequency", "period"),
    [
        ("once", "once"),
        ("yearly", "2026"),
        ("half_yearly", "2026H1"),
        ("quarterly", "2026Q2"),
        ("monthly", "2026M06"),
    ],
)
def test_a_period_is_written_as_people_would(
    rules: Callable[[PaymentFrequency], ItemRules], frequency: str, period: str
) -> None:
    assert claim_period(rules(PaymentFrequency(frequency)), NO_FACTS, date(2026, 6, 30)) == period


@given(day=DAYS)
def test_the_next_period_begins_on_its_first_day_and_not_before(
    rules: Callable[[PaymentFrequency], ItemRules], day: date
) -> None:
    tomorrow = day + timedelta(days=1)
    first_months = {
        "yearly": {1},
        "half_yearly": {1, 7},
        "quarterly": {1, 4, 7, 10},
        "monthly": set(range(1, 13)),
    }
    for frequency, months in first_months.items():
        item = rules(PaymentFrequency(frequency))
        changes = claim_period(item, NO_FACTS, day) != claim_period(item, NO_FACTS, tomorrow)
        assert changes == (tomorrow.day == 1 and tomorrow.month in months)


def invested(value: str, unit: str = "万元", scope: str = "whole_line", **given: Any) -> FactSheet:
    common = {"period": "2025", "source": "企业申报", "as_of": date(2026, 3, 10)} | given
    return FactSheet(
        facts=(
            Fact(name="equipment_investment", kind="number", value=value, unit=unit, **common),
            Fact(name="renovation_scope", kind="code", value=scope, **common),
        ),
        reference_year=2025,
    )


@given(fen=st.integers(1, 10**12))
def test_the_same_event_is_the_same_in_any_unit_and_told_on_any_day(
    rules: Callable[[PaymentFrequency], ItemRules], fen: int
) -> None:
    item = rules(PaymentFrequency.PER_EVENT)
    wan = Fraction(fen, 1_000_000)
    in_yuan = invested(f"{fen // 100}.{fen % 100:02d}", "元")
    in_wan = invested(f"{int(wan)}.{int((wan - int(wan)) * 1_000_000):06d}", as_of=date(2026, 1, 1))
    first = claim_period(item, in_yuan, date(2026, 3, 10))
    assert first == claim_period(item, in_wan, date(2026, 9, 1))
    assert first.startswith("event-")


def test_another_event_is_another_claim(rules: Callable[[PaymentFrequency], ItemRules]) -> None:
    item, today = rules(PaymentFrequency.PER_EVENT), date(2026, 3, 10)
    told = [invested("5000"), invested("5001"), invested("5000", scope="whole_factory")]
    assert len({claim_period(item, sheet, today) for sheet in told}) == 3


def test_the_same_figures_of_another_year_are_another_event(sample_item: SampleItem) -> None:
    item = sample_item("AH-002", frequency=PaymentFrequency.PER_EVENT, year=None).content.rules
    later = FactSheet(
        facts=tuple(fact.model_copy(update={"period": "2026"}) for fact in invested("5000").facts),
        reference_year=2026,
    )
    earlier = claim_period(item, invested("5000"), date(2025, 12, 31))
    assert claim_period(item, later, date(2026, 3, 10)) != earlier


def test_without_a_form_the_event_is_told_apart_by_the_facts_of_the_file(sample_item: SampleItem) -> None:
    item = sample_item("AH-002", frequency=PaymentFrequency.PER_EVENT, form_fields=()).content.rules
    today = date(2026, 3, 10)
    assert claim_period(item, invested("5000"), today) == claim_period(item, invested("5000.0"), today)
    assert claim_period(item, invested("5000"), today) != claim_period(item, invested("6000"), today)
