"""Several numbers or days declared in the form: exact, in their order, numbers whatever the unit."""

from __future__ import annotations

from contracts.rule import Fact
from services.intake.applications.declaration import exact
from tests.unit.rules.rule_writing import AS_OF


def listed(*values: str, unit: str = "元") -> Fact:
    return Fact(name="wages", kind="numbers", value=values, unit=unit, source="企业申报", as_of=AS_OF)


def test_lists_are_the_same_where_every_entry_is_whatever_the_unit() -> None:
    assert exact(listed("10000", "2.50")) == exact(listed("1", "0.00025", unit="万元"))


def test_lists_in_another_order_are_other_lists_as_their_rows_are_other_rows() -> None:
    assert exact(listed("1", "2")) != exact(listed("2", "1"))


def days(*values: str) -> Fact:
    return Fact(name="loan_on", kind="dates", value=values, source="企业申报", as_of=AS_OF)


def test_lists_of_days_are_the_same_in_the_same_order_only() -> None:
    assert exact(days("2024-01-10", "2025-01-02")) == exact(days("2024-01-10", "2025-01-02"))
    assert exact(days("2024-01-10", "2025-01-02")) != exact(days("2025-01-02", "2024-01-10"))
