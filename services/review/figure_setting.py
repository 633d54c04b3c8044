"""A figure as a person, or a panel's conclusion, has set it for a case. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.aggregate import Aggregate
from contracts.case_figures import FigureSetting


@dataclass(kw_only=True, slots=True)
class SetFigureRecord(Aggregate):
    """One setting of a figure; it never changes. The latest of a name counts."""

    case_id: str
    name: str
    title: str
    value: str
    unit: str
    reason: str
    set_by: str
    set_at: datetime
    panel_id: str | None = None

    def view(self) -> FigureSetting:
        return FigureSetting(**{name: getattr(self, name) for name in FigureSetting.model_fields})
