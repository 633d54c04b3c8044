"""A tenant's longest review limits bind what its departments publish."""

from __future__ import annotations

from typing import Any

import pytest

from console.policy.items import sample_item
from contracts.identity import TenantSettings
from contracts.item import PolicyItemContent
from contracts.rule.plan import Mode
from services.catalog.policies.ceilings import beyond_ceilings

INSTANT = "ZJ-005"


def item(**limit: Any) -> PolicyItemContent:
    text = sample_item(INSTANT).model_dump(mode="json")
    assert text["rules"]["plan"]["mode"] == "instant"
    text["rules"]["plan"]["review_limit"] = limit or None
    return PolicyItemContent.model_validate(text)


def codes(content: PolicyItemContent, **ceilings: int) -> list[str]:
    settings = TenantSettings(review_working_days={Mode(mode): days for mode, days in ceilings.items()})
    return [problem.code for problem in beyond_ceilings(content, settings)]


def test_a_longer_limit_than_the_tenants_is_refused_in_the_words_of_the_place() -> None:
    settings = TenantSettings(review_working_days={Mode.INSTANT: 5}, mode_names={"instant": "易申快享"})
    (problem,) = beyond_ceilings(item(limit=6, unit="working_days"), settings)
    assert (problem.code, problem.where) == ("review_limit_over_ceiling", "/rules/plan/review_limit")
    assert problem.text_zh == "审核时限 6 个工作日，超过本地区“易申快享”事项的上限 5 个工作日"


@pytest.mark.parametrize(
    ("limit", "ceilings"),
    [
        ({"limit": 5, "unit": "working_days"}, {"instant": 5}),
        ({"limit": 6, "unit": "working_days"}, {"committed": 5}),
        ({"limit": 6, "unit": "working_days"}, {}),
        ({"limit": 9, "unit": "calendar_days"}, {"instant": 5}),
        ({}, {"instant": 5}),
    ],
)
def test_whatever_is_within_the_ceiling_or_not_compared_with_it_is_let_be(
    limit: dict[str, Any], ceilings: dict[str, int]
) -> None:
    assert codes(item(**limit), **ceilings) == []
