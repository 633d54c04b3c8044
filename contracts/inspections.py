"""Inspections on the spot by several officers: what one has recorded the others confirm."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.inspection_evidence import EnterpriseSignature, InspectionPhotograph, InspectionPosition
from contracts.message import Command, Id, Model, Query, ServiceName
from contracts.review import CaseView

InspectionState = Literal["waiting", "counts", "declined", "superseded"]
"""Others have still to confirm it; it is the step's answer; one who was named was not there; a later one came in its place."""


class InspectionAnswer(Model):
    """What an officer who was named says of an inspection."""

    person_id: Id
    was_there: bool
    note: str = ""
    at: datetime


class RecordedInspection(Model):
    """An inspection as it was recorded. `recorded_at` is our time, `inspected_at` the recorder's; `officers` are the others."""

    inspection_id: Id
    case_id: Id
    state: InspectionState
    passed: bool
    findings: str
    place: str
    inspected_at: datetime
    recorded_at: datetime
    recorded_by: Id
    officers: tuple[Id, ...] = ()
    answers: tuple[InspectionAnswer, ...] = ()
    photographs: tuple[InspectionPhotograph, ...] = ()
    position: InspectionPosition | None = None
    signature: EnterpriseSignature | None = None


class Inspections(Model):
    """Every inspection of a case, the latest first. `officers_needed` is how many the plan asks for."""

    items: tuple[RecordedInspection, ...]
    officers_needed: int


class InspectionOfficer(Model):
    """Somebody who may be named as another officer of an inspection."""

    person_id: Id
    name: str


class InspectionOfficers(Model):
    items: tuple[InspectionOfficer, ...]


class ConfirmInspection(Command[CaseView]):
    """An officer who was named says whether they were there and it was so. Once all have said yes, the step is answered; who was
    not there says no with a note, and there has to be another inspection."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    inspection_id: Id
    was_there: bool
    note: str = Field(default="", max_length=400)
    expected_version: int


class ListInspections(Query[Inspections]):
    owner: ClassVar[ServiceName] = "review"

    case_id: Id


class ListInspectionOfficers(Query[InspectionOfficers]):
    """Who of the actor's department holds a duty today by which one inspects, the actor left out."""

    owner: ClassVar[ServiceName] = "review"
