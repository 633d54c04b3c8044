"""What an enterprise is entitled to, as advice before caps."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from contracts.message import Id, Model, Query, ServiceName
from contracts.rule import Amount, Verdict


class CheckEntitlement(Query):
    """What one enterprise would get from one item, as advice before caps."""

    owner: ClassVar[ServiceName] = "catalog"

    item_id: Id
    enterprise_id: Id


class EntitlementView(Model):
    """`amount` is computed whatever the verdict, as an estimate; `checked_at` is the instant of the answer."""

    item_id: Id
    item_version: int
    enterprise_id: Id
    verdict: Verdict
    amount: Amount
    checked_at: datetime
