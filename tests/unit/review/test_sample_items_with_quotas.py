"""The sample items that name a quota, each with the last place or the last yuan of it left: granted once, and no more."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from chassis.testing.fakes import FakeUnit
from console.place import CHECKOUT
from contracts.rule import Fact, Fixed, ItemRules
from services.review.cases.case import Case
from services.review.quotas.domain import kept_takes
from services.review.quotas.store import QuotaPlaces
from tests.unit.review.quota_kit import approved
from tests.unit.review.review_kit import COUNTY_PAYS, item_rules, opened, review_unit

ITEMS = CHECKOUT / "sample" / "items"


def fact(name: str, kind: str, value: Any, unit: str | None = None, period: str | None = None) -> Fact:
    said = {"kind": kind, "value": value, "unit": unit, "period": period}
    return Fact.model_validate({"name": name, **said, "source": "填报", "as_of": date(2022, 1, 10)})


FACTS: dict[str, tuple[Fact, ...]] = {
    "SC-018": (fact("little_giant_batch", "code", "2021_batch_3"),),
    "AH-010": (
        fact("above_scale", "flag", True),
        fact("rd_expense", "number", "600", "万元", "2024"),
        fact("rd_expense_rank", "number", "7", "名", "2024"),
    ),
    "GD-007": (
        fact("registered_province", "code", "440000"),
        fact("loan_issued_on", "date", "2025-06-01"),
        fact("loan_channel", "code", "manufacturing"),
        fact("loan_use", "code", "plant"),
        fact("subsidised_loan_principal", "number", "600", "万元"),
    ),
    "HN-001": (
        fact("travel_agency_licensed", "flag", True),
        fact("trip_in_system", "flag", True),
        fact("days_since_trip", "number", "5", "工作日"),
        fact("trip_kind", "code", "one_day_or_group30"),
        fact("trip_people", "number", "100", "人"),
    ),
    "GZ-005": (
        fact("tourist_origin_city", "code", "360800"),
        fact("exchange_award_kind", "code", "convoy"),
        fact("self_drive_cars", "number", "60", "辆"),
        fact("convoy_people", "number", "200", "人"),
    ),
}
LEFT = {"SC-018": 1, "AH-010": 1, "GD-007": 10_000_000, "HN-001": 5_000, "GZ-005": 15_000}
"""Places, or base units of the pot, that are left: enough for one claim and not for two."""

WHEN = {
    "SC-018": datetime(2022, 8, 25, tzinfo=UTC),
    "AH-010": datetime(2025, 3, 10, tzinfo=UTC),
    "GD-007": datetime(2025, 7, 1, tzinfo=UTC),
    "HN-001": datetime(2025, 2, 10, tzinfo=UTC),
    "GZ-005": datetime(2022, 9, 1, tzinfo=UTC),
}


def rules_of(code: str) -> ItemRules:
    """As the item is entered, with a plan of the department alone; where the source does not give a rate, a sum."""
    rules = ItemRules.model_validate(json.loads((ITEMS / f"{code}.json").read_text("utf-8"))["rules"])
    plan = item_rules().plan.model_copy(update={"window": rules.plan.window, "frequency": rules.plan.frequency})
    changed: dict[str, Any] = {"plan": plan, "shares": COUNTY_PAYS}
    if code == "GD-007":
        changed["amount"] = Fixed(value="3", unit="万元")
    return rules.model_copy(update=changed)


def used_but(uow: FakeUnit, rules: ItemRules, left: int) -> None:
    """All of the quota is gone but this."""
    (quota,) = rules.quotas
    whole = quota.places or {"亿元": 10**8, "万元": 10**4}[quota.pot_unit] * int(quota.pot or 0)
    count = whole - left if quota.places else 1
    places = uow.of(QuotaPlaces)
    for number in range(count):
        takes = Fraction(0) if quota.places else Fraction(whole - left)
        row = {"tenant": "zhanggong", "family": "KJ-01", "number": 0, "case_id": f"before-{number}"}
        places.take([{**row, "filed_at": WHEN["SC-018"], "fen": 0, "takes": kept_takes(takes), "state": "held"}])


def claims(uow: FakeUnit, code: str, number: int, facts: tuple[Fact, ...]) -> Case:
    filed_at = WHEN[code] + timedelta(minutes=number)
    return opened(
        uow,
        at=filed_at,
        known=facts,
        estimated_fen=None,
        uscc=f"9136070200000{number:04d}X",
        enterprise_id=f"enterprise-{number}",
    )


def test_these_are_all_sample_items_that_name_a_quota() -> None:
    named = {path.stem for path in ITEMS.glob("*.json") if json.loads(path.read_text("utf-8"))["rules"].get("quotas")}
    assert named == FACTS.keys()


@pytest.mark.parametrize("code", sorted(FACTS))
def test_the_last_of_its_quota_is_granted_once_and_the_next_is_told_why_not(code: str) -> None:
    rules = rules_of(code)
    uow = review_unit(rules, now=WHEN[code] + timedelta(hours=1))
    used_but(uow, rules, LEFT[code])
    first, second = claims(uow, code, 1, FACTS[code]), claims(uow, code, 2, FACTS[code])
    assert approved(uow, second) == ["quota_waits_for_earlier"]
    assert approved(uow, first) == []
    assert approved(uow, second) == ["quota_used_up"]
    assert second.quota is not None and second.quota.against[0].message.endswith("请说明理由后不予批准。")


def test_a_quota_of_one_part_leaves_the_other_parts_alone() -> None:
    rules = rules_of("GZ-005")
    uow = review_unit(rules, now=WHEN["GZ-005"] + timedelta(hours=1))
    used_but(uow, rules, 0)
    outstanding = (
        fact("tourist_origin_city", "code", "360800"),
        fact("exchange_award_kind", "code", "outstanding"),
        fact("exchange_tourists", "number", "30000", "人", "2022"),
        fact("outstanding_contribution_selected", "flag", True, period="2022"),
    )
    assert approved(uow, claims(uow, "GZ-005", 1, outstanding)) == []
