"""Published rules that keep their meaning and may pay too much by it: each kind is found, and sound ones are not."""

from __future__ import annotations

import pytest

from contracts.rule import Band, Elapsed, Fixed, InstalmentPlan, InstalmentRow, InstalmentsBy, ItemRules, Rate, Table
from rules.checking.overpaying import would_overpay
from tests.unit.rules.rule_writing import condition, fixed, item_rules, quantity
from tests.unit.rules.sample_files import ITEMS

FIRST = {"label": "第一年", "fraction": "1/2"}
SCALE = condition("above_scale", "is_true").model_dump()


def found(rules: ItemRules) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in would_overpay(rules)]


def paying(**second: object) -> ItemRules:
    plan = InstalmentPlan.model_validate({"parts": [FIRST, {"label": "第二年", "fraction": "1/2", **second}]})
    return item_rules(instalments=plan)


@pytest.mark.parametrize(
    "second", [{}, {"recheck": SCALE}, {"recheck": SCALE, "if_failed": "stop"}, {"rechecks": [{"condition": SCALE}]}]
)
def test_a_later_instalment_that_nothing_keeps_back_may_be_paid_too_early(second: dict[str, object]):
    assert found(paying(**second)) == [("instalment_without_due", "/instalments/parts/1")]


@pytest.mark.parametrize(
    "second",
    [
        {"due_year": 1},
        {"due_on": {"node": "day", "day": "2027-01-01"}},
        {"recheck": SCALE, "if_failed": "wait"},
        {"rechecks": [{"condition": SCALE, "if_failed": "stop"}, {"condition": SCALE, "if_failed": "wait"}]},
    ],
)
def test_one_with_a_day_or_with_something_to_wait_for_is_kept_back(second: dict[str, object]):
    assert found(paying(**second)) == []


def test_every_schedule_is_looked_at():
    parts = paying().instalments
    assert isinstance(parts, InstalmentPlan)
    rows = [InstalmentRow(codes=["a"], parts=parts.parts[:1]), InstalmentRow(codes=["b"], parts=parts.parts)]
    plan = InstalmentsBy(fact="grade", rows=rows, otherwise=parts.parts)
    assert found(item_rules(instalments=plan)) == [
        ("instalment_without_due", "/instalments/rows/1/parts/1"),
        ("instalment_without_due", "/instalments/otherwise/1"),
    ]


def by_years(*rates: int, unit: str = "年") -> ItemRules:
    since = {"node": "date_fact", "fact": "certified_on"}
    years = Elapsed.model_validate({"since": since, "until": {"node": "today"}, "unit": unit})
    bands = [
        Band(low=str(3 * n), high=str(3 * n + 3), then=Fixed(value=str(rate), unit="%")) for n, rate in enumerate(rates)
    ]
    rate = Table(by=years, unit=unit, bands=bands)
    return item_rules(amount=Rate(base=quantity("revenue"), rate=rate))


def test_a_rate_that_falls_with_whole_years_pays_the_year_between_at_one_rate():
    assert found(by_years(100, 50)) == [("straddled_year", "/amount")]
    assert found(by_years(50, 100)) == []
    assert found(by_years(100)) == []
    assert found(by_years(100, 50, unit="月")) == []


def test_what_has_neither_is_sound():
    assert found(item_rules()) == []
    assert found(item_rules(amount=fixed(1, "元"))) == []
    assert found(by_years(50, 50)) == []


def test_the_samples_that_are_found_are_those_that_pay_later_years_by_number_alone():
    known = {"CN-002", "JL-007", "JS-001", "JX-008"}
    assert {code for code, item in ITEMS.items() if would_overpay(item.rules)} <= known
