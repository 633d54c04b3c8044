"""Who has read which material in a case. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.refusal import NotFound


class CaseMaterialNotFound(NotFound):
    code = "paper_unknown"
    sentence = "该办件没有这份材料。"


@dataclass(kw_only=True, slots=True)
class CaseMaterialOpening(Aggregate):
    """One reading; kept, and sealed with the audit, before the first byte goes out."""

    case_id: str
    material_id: str
    sha256: str
    opened_by: str
    department: str | None
    opened_at: datetime
