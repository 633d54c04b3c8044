"""An inspection on a phone: recorded by one officer with photographs, confirmed by the others."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from pydantic import Field
from starlette.responses import Response

from chassis.time.clock import CHINA
from contracts.case_sheet import GetCaseSheet
from contracts.inspection_evidence import (
    PHOTOGRAPHS,
    EnterpriseSignature,
    InspectionPhotograph,
    InspectionPosition,
)
from contracts.inspections import ConfirmInspection, ListInspectionOfficers, ListInspections
from contracts.message import Id, Model
from contracts.refusal import NotFound
from contracts.review import RecordInspection
from contracts.uploads import Sha256
from gateway.access import Only, Permitted
from gateway.door import Door
from gateway.pictures import PICTURES, once_pictures
from gateway.portal.shell.allowed import may
from gateway.portal.shell.kept_files import kept_file
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.sent_files import MIB, FilesTaken, SentFile, sent_files
from gateway.portal.staff.names import names_of

pages = Pages("steps")
READERS = Only("department", "bureau")
PHOTOGRAPHS_TAKEN = FilesTaken(
    name="photographs",
    types=frozenset(PICTURES),
    kinds="JPEG、PNG 照片",
    accept="image/jpeg,image/png",
    most=PHOTOGRAPHS,
    largest=20 * MIB,
    together=200 * MIB,
    otherwise="不是照片（可用 JPEG、PNG），请重新拍摄或选择",
)
A_SCRIPTS_TIME = "%Y-%m-%dT%H:%M"


class PhotographUnknown(NotFound):
    code = "photograph_unknown"
    sentence = "没有这张现场照片。"


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
    photographs: tuple[str, ...] = Field(default=(), max_length=PHOTOGRAPHS)
    position: InspectionPosition | None = None
    signature: EnterpriseSignature | None = None


class PhotographAsked(Model):
    case_id: Id
    sha256: Sha256


OF_ITS_OWN = frozenset({"inspected_at", "photographs"})
"""What of the form is put otherwise in the command."""


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
        "now": door.frame.clock.now().astimezone(CHINA).strftime(A_SCRIPTS_TIME),
        "photographs_taken": PHOTOGRAPHS_TAKEN,
        "mine": waits_for_me[0] if waits_for_me and may(door, ConfirmInspection, case.state) else None,
    }


@pages.form(
    "/department/cases/{case_id}/inspections",
    InspectionOnPhone,
    Permitted(RecordInspection),
    on=show_inspection,
    versioned=True,
    files=PHOTOGRAPHS_TAKEN,
)
async def record_inspection(door: Door, said: InspectionOnPhone) -> str:
    """Enter what a site inspection found (登记现场勘查). Raises FilesRefused, PhotographsRefused."""
    at = said.inspected_at
    written = {name: getattr(said, name) for name in InspectionOnPhone.model_fields if name not in OF_ITS_OWN}
    command = RecordInspection(
        **written,
        photographs=_photographs(sent_files(said.photographs, "photographs")),
        inspected_at=at if at.tzinfo else at.replace(tzinfo=CHINA),
    )
    await door.done(await once_pictures(door, command))
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


@pages.show(
    "/department/cases/{case_id}/photographs/{sha256}",
    PhotographAsked,
    READERS,
    template="inspection.html",
    secret=True,
)
async def show_photograph(door: Door, asked: PhotographAsked) -> Response:
    """A photograph of an inspection, to whoever may read it. Raises PhotographUnknown."""
    kept = await door.told(ListInspections(case_id=asked.case_id))
    if not any(each.sha256 == asked.sha256 for one in kept.items for each in one.photographs):
        raise PhotographUnknown()
    return await kept_file(door, asked.sha256)


def _photographs(files: Iterable[SentFile]) -> tuple[InspectionPhotograph, ...]:
    """Each picture once, with the time of the device where a script has said it."""
    found = {each.sha256: each for each in files}
    return tuple(InspectionPhotograph(sha256=each.sha256, taken_at=_instant(each.taken_at)) for each in found.values())


def _instant(text: str) -> datetime | None:
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else None
    return None
