"""Opening a whole case file (调阅案卷): asked for under a document number, written down, and then shown."""

from __future__ import annotations

from asyncio import gather
from functools import partial
from uuid import uuid4

from starlette.responses import Response

from contracts.case_files import OpenCaseFile, OpenedCaseFile
from contracts.case_materials import MATERIAL_MEANS
from contracts.case_sheet import GetCaseSheet
from contracts.deadlines import ListReviewDeadlineMoves
from contracts.message import Id, Model
from contracts.review import GetCase
from contracts.treasury import ListDisbursements
from gateway.access import Permitted
from gateway.door import Door
from gateway.identity.case_files import use_cases
from gateway.portal.department.cases.case_facts import conditions, people_in
from gateway.portal.platform.today import today
from gateway.portal.shell.confirmation import asked_once_more
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.shell.time_left import times_left
from gateway.portal.sign_in.step_up import proved_for
from gateway.portal.staff.names import names_of
from gateway.session_cookie import origin_of

pages = Pages("supervision")


class FileAskedFor(Model):
    case_id: Id


@pages.show("/supervisor/cases/{case_id}/file", FileAskedFor, Permitted(OpenCaseFile), template="ask.html", secret=True)
async def ask_for_case_file(door: Door, asked: FileAskedFor) -> Values:
    """Whose file it is, and what has to be said before it is opened. Nothing of the file itself is read yet."""
    return {"case": await door.told(GetCase(case_id=asked.case_id))}


@pages.form("/supervisor/cases/{case_id}/file", OpenCaseFile, on=ask_for_case_file)
async def open_case_file(door: Door, command: OpenCaseFile) -> Response:
    """Write down who looks and under which document, and show the file: once, to whoever has just said so."""
    await proved_for(door, OpenCaseFile)
    await door.told(GetCase(case_id=command.case_id))  # nothing is written down of a case that is not here
    # Each look is a look: the same form sent again, by loading the page anew, is another one and not a repeat.
    door.key = uuid4().hex
    opened = await door.decided(command, partial(use_cases.open_case_file, origin=origin_of(door.request.scope)))
    return await asked_once_more(door, Shown(await _whole_file(door, opened), template="file.html"))


async def _whole_file(door: Door, opened: OpenedCaseFile) -> Values:
    sheet, moves, payments = await gather(
        door.told(GetCaseSheet(case_id=opened.case_id)),
        door.told(ListReviewDeadlineMoves(case_id=opened.case_id)),
        door.told(ListDisbursements(case_id=opened.case_id, order="due")),
    )
    due = [sheet.case.due_at, *(each.due_at for each in payments.items)]
    (left, *payments_left), names = await gather(
        times_left(door, due),
        names_of(door, [*people_in(sheet), *(each.authorised_by for each in payments.items)]),
    )
    return {
        "opened": opened,
        "sheet": sheet,
        "case": sheet.case,
        "left": left,
        "conditions": conditions(sheet, today(door)),
        "means_of": MATERIAL_MEANS,
        "names": names,
        "moves": moves.items,
        "payments": list(zip(payments.items, payments_left, strict=True)),
    }
