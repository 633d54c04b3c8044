"""What is paid once. Pure."""

from __future__ import annotations

from typing import NamedTuple

from contracts.message import TenantId


class Place(NamedTuple):
    """One payer's share of what one receiver gets with one instalment of a case, whatever was approved how often."""

    tenant: TenantId
    case_id: str
    instalment: int
    part: int
