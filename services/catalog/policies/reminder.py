"""The reminder that a department gets once before an item's validity ends (到期前评估). Pure: the item is given."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from contracts.aggregate import Aggregate
from contracts.duties import Attention
from contracts.policies import PolicyExpiring
from services.catalog.policies.domain import PolicyItem

TOLD_FROM = 30
"""Days before the end from which on the department is told; what was asked of it earlier stands in its list only."""


def reminder_id(item_id: str, expires_on: date) -> str:
    """One end of an item's validity is told of once, whoever comes to it first."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"item-reminder\x1f{item_id}\x1f{expires_on}"))


@dataclass(kw_only=True, slots=True)
class ExpiryReminder(Aggregate):
    """That the end of an item's validity was told of. A revision with another end is told of anew."""

    item_id: str
    expires_on: date

    @classmethod
    def of(cls, item: PolicyItem, expires_on: date) -> ExpiryReminder:
        """Tell whoever writes the department's policies."""
        content = item.content
        made = cls(id=reminder_id(item.id, expires_on), tenant=item.tenant, item_id=item.id, expires_on=expires_on)
        made.record(
            PolicyExpiring(
                item_id=item.id,
                title=content.title,
                department=content.rules.plan.department,
                expires_on=expires_on,
                attention=Attention(tenant=item.tenant, department_id=item.department_id, duty="policy_author"),
            )
        )
        return made
