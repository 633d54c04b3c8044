"""The stores of rooms of steps, in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from chassis.testing.fakes import FakeUnit, MemoryStore
from copies.duties import DutyHolder, HeldDuty, KnownDuties
from services.review.figure_setting import SetFigureRecord
from services.review.figure_settings import SetFigures
from services.review.inspections.inspection_record import InspectionRecord, OfficerAnswer
from services.review.inspections.store import OfficerAnswers, RecordedInspections
from services.review.panels.expert import Expert
from services.review.panels.panel import CasePanel
from services.review.panels.store import DrawnPanels, Experts


class MemorySettings(MemoryStore[SetFigureRecord]):
    def setters(self, case_id: str) -> frozenset[str]:
        return frozenset({each.name: each.set_by for each in self.rows.values() if each.case_id == case_id}.values())


class MemoryInspections(MemoryStore[InspectionRecord]):
    def of_case(self, case_id: str) -> list[InspectionRecord]:
        return [each for each in self.rows.values() if each.case_id == case_id]


class MemoryOfficerAnswers(MemoryStore[OfficerAnswer]):
    def of(self, inspection_ids: Collection[str]) -> list[OfficerAnswer]:
        return [each for each in self.rows.values() if each.inspection_id in inspection_ids]


class MemoryExperts(MemoryStore[Expert]):
    def all(self) -> list[Expert]:
        return [each for each in self.rows.values() if each.retired_at is None]


class MemoryPanels(MemoryStore[CasePanel]):
    def peek(self, panel_id: str) -> CasePanel:
        return self.get(panel_id)

    def of_step(self, case_id: str, step: int) -> list[CasePanel]:
        return [each for each in self.rows.values() if (each.case_id, each.step) == (case_id, step)]


class MemoryDuties:
    """Who holds a duty: everybody whom a test names, of whatever department is asked for."""

    def __init__(self, *people: str) -> None:
        self.people = list(people)
        self.unit: FakeUnit | None = None

    def holders(self, asked: Collection[HeldDuty], day: date) -> list[DutyHolder]:
        return [DutyHolder(t, d or "", k, person, person, False) for t, d, k in asked for person in self.people]


def step_stores(*people: str) -> dict[type, Any]:
    """One of each; `people` hold every duty of the department."""
    return {
        SetFigures: MemorySettings(),
        Experts: MemoryExperts(),
        DrawnPanels: MemoryPanels(),
        RecordedInspections: MemoryInspections(),
        OfficerAnswers: MemoryOfficerAnswers(),
        KnownDuties: MemoryDuties(*people),
    }
