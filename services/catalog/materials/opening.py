"""Who has read which material of an enterprise's file. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate


@dataclass(kw_only=True, slots=True)
class KeptMaterialOpening(Aggregate):
    """One reading; kept, and sealed with the audit, before the first byte goes out."""

    material_id: str
    enterprise_id: str
    sha256: str
    opened_by: str
    opened_at: datetime
