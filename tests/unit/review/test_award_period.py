from __future__ import annotations

from datetime import date

import pytest

from contracts.rule import PaymentFrequency
from services.review.register.domain import award_period


@pytest.mark.parametrize(
    ("frequency", "day", "period"),
    [
        ("once", "2026-03-10", "once"),
        ("yearly", "2026-03-10", "2025"),
        ("half_yearly", "2026-06-30", "2026H1"),
        ("half_yearly", "2026-07-01", "2026H2"),
        ("quarterly", "2026-03-31", "2026Q1"),
        ("quarterly", "2026-04-01", "2026Q2"),
        ("quarterly", "2026-12-31", "2026Q4"),
        ("monthly", "2026-02-01", "2026M02"),
        ("per_event", "2026-02-01", "application-7"),
    ],
)
def test_a_enterprise_is_granted_an_item_once_within_the_period_of_its_frequency(frequency, day, period):
    found = award_period(PaymentFrequency(frequency), date.fromisoformat(day), 2025, "application-7")
    assert found == period


def test_every_frequency_has_a_period():
    periods = [award_period(each, date(2026, 3, 10), 2025, "a") for each in PaymentFrequency]
    assert len(set(periods)) == len(PaymentFrequency)
