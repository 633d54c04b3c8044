"""The longest limits that a tenant allows its departments: what an item asks for beyond them.

A limit in another unit than the settings' is not compared.
"""

from __future__ import annotations

from contracts import status_labels
from contracts.identity import TenantSettings
from contracts.item import PolicyItemContent
from contracts.rule import Problem


def beyond_ceilings(content: PolicyItemContent, settings: TenantSettings) -> list[Problem]:
    """What stands against publishing the item in a tenant with these settings."""
    plan = content.rules.plan
    ceiling, limit = settings.review_working_days.get(plan.mode), plan.review_limit
    if ceiling is None or limit is None or limit.unit != "working_days" or limit.limit <= ceiling:
        return []
    mode = settings.mode_names.get(plan.mode.value) or status_labels.MODE[plan.mode].staff_zh
    text = f"审核时限 {limit.limit} 个工作日，超过本地区“{mode}”事项的上限 {ceiling} 个工作日"
    return [Problem(code="review_limit_over_ceiling", where="/rules/plan/review_limit", text_zh=text)]
