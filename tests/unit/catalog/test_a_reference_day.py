"""The day on whose facts cases are decided is one that cases can be decided on."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.item import PolicyItemContent
from services.catalog.policies.publication import problems_of
from tests.unit.rules.sample_files import ITEMS

TODAY = date(2026, 3, 16)


def judged_on(day: date, valid_to: date | None = None) -> PolicyItemContent:
    item = ITEMS["AH-002"]
    plan = item.rules.plan.model_copy(update={"reference_date": day})
    rules = item.rules.model_copy(update={"plan": plan})
    return item.model_copy(update={"rules": rules, "valid_to": valid_to, "valid_from": None})


def codes(content: PolicyItemContent) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in problems_of(content, TODAY)]


@pytest.mark.parametrize(
    ("day", "last", "code"),
    [
        (date(2026, 12, 31), date(2026, 12, 31), None),
        (date(2027, 1, 1), date(2026, 12, 31), "reference_date_after_validity"),
        (date(2027, 3, 17), date(2027, 12, 31), None),
        (date(2027, 3, 18), date(2028, 12, 31), "reference_date_far"),
    ],
)
def test_a_day_that_no_case_could_wait_for_is_refused(day: date, last: date, code: str | None) -> None:
    assert codes(judged_on(day, last)) == ([(code, "/rules/plan/reference_date")] if code else [])
