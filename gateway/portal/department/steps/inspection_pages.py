"""An inspection on a phone: recorded by one officer, confirmed by the others."""

from __future__ import annotations

from asyncio import gather
from datetime import datetime

from pydantic import Field

from chassis.time.clock import CHINA
from contracts.case_sheet import GetCaseSheet
from contracts.inspection_evidence import EnterpriseSignature, InspectionPosition
from contracts.inspections import ConfirmInspection, ListInspectionOfficers, ListInspections
from contracts.message import Id, Model
from contracts.review import RecordInspection
from gateway.access import Only, Permitted
from gateway.door import Door
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.staff.names import names_of

pages = Pages("steps")
READERS = Only("department", "bureau")


class OfInspection(Model):
    case_id: Id


class InspectionOnPhone(Model):
    """An inspection as it is written down: its time is China's. A signature that nobody chose is none."""

    case_id: Id
    expected_version: int
    passed: bool
    findings: str = Field(min_length=2, max_length=2000)
    place: str = Field(min_length=2, max_length=200)
    inspected_at: datetime
    with_officers: tuple[Id, ...] = Field(default=(), max_length=5)
    position: InspectionPosition | None = None
    signature: EnterpriseSignature | None = None


@pages.show("/department/cases/{case_id}/inspection", OfInspection, READERS, template="inspection.html")
async def show_inspection(door: Door, asked: OfInspection) -> Values:
    """Record an inspection, confirm one, and read those that there are."""
    sheet, kept = await gather(
        door.told(GetCaseSheet(case_id=asked.case_id)), door.told(ListInspections(case_id=asked.case_id))
    )
    case, me = sheet.case, door.principal.actor.id
    records = may(door, RecordInspection, case.state) and case.inspection_required
    officers = (await door.told(ListInspectionOfficers())).items if records else ()
    people = [person for each in kept.items for person in (each.recorded_by, *each.officers)]
    waits_for_me = [
        each
        for each in kept.items
        if each.state == "waiting" and me in each.officers and me not in {said.person_id for said in each.answers}
    ]
    return {
        "case": case,
        "kept": kept,
        "records": records,
        "officers": [(each.person_id, each.name) for each in officers],
        "names": await names_of(door, people),
        "mine": waits_for_me[0] if waits_for_me and may(door, ConfirmInspection, case.state) else None,
    }


@pages.form(
    "/department/cases/{case_id}/inspections",
    InspectionOnPhone,
    Permitted(RecordInspection),
    on=show_inspection,
    versioned=True,
)
async def record_inspection(door: Door, said: InspectionOnPhone) -> str:
    """Enter what a site inspection found (登记现场勘查)."""
    at = said.inspected_at
    written = {name: getattr(said, name) for name in InspectionOnPhone.model_fields if name != "inspected_at"}
    await door.done(RecordInspection(**written, inspected_at=at if at.tzinfo else at.replace(tzinfo=CHINA)))
    return f"/department/cases/{said.case_id}/inspection?done=inspected"


@pages.form(
    "/department/cases/{case_id}/inspections/{inspection_id}/confirm",
    ConfirmInspection,
    on=show_inspection,
    versioned=True,
)
async def confirm_inspection(door: Door, command: ConfirmInspection) -> str:
    """Say whether one was there and it was so (确认勘查)."""
    await door.done(command)
    return f"/department/cases/{command.case_id}/inspection?done=inspection_answered"
