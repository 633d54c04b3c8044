"""From filing to acceptance (受理): accept a claim, ask for what is to be mended, or do not accept it."""

from __future__ import annotations

from asyncio import gather

from pydantic import Field
from starlette.responses import Response

from contracts.acceptance import AcceptCase, RefuseAcceptance
from contracts.case_events import SupplementFault, SupplementPoint
from contracts.case_sheet import CaseSheet, GetCaseSheet
from contracts.message import Id, Model
from contracts.message_previews import MessagePreviews, PreviewNotAccepted, PreviewSupplement
from contracts.refusal import Invalid
from contracts.status_labels import SUPPLEMENT_FAULT
from contracts.supplements import ListSupplements, PointAbout, RequestedPoint, RequestSupplement
from gateway.access import Only, Permitted
from gateway.door import Door
from gateway.portal.department.cases import case_facts, refusal
from gateway.portal.department.cases.refusal import RefusalWords
from gateway.portal.platform.today import today
from gateway.portal.shell.allowed import may
from gateway.portal.shell.confirmation import asked_once_more
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.shell.time_left import time_left_until

pages = Pages("cases")
READERS = Only("department", "bureau")


class CaseAsked(Model):
    case_id: Id


class PointLine(Model):
    """One thing that could be mended; without a fault it is in order."""

    about: PointAbout
    code: str = Field(max_length=80)
    label: str = Field(max_length=120)
    fault: SupplementFault | None = None
    text: str = Field(default="", max_length=400)


class SupplementForm(Model):
    """What an officer fills in; `previewed` is what they have been shown of it, as the enterprise would read it."""

    case_id: Id
    expected_version: int
    points: tuple[PointLine, ...] = Field(max_length=60)
    previewed: str = ""


class NoPointChosen(Invalid):
    code = "no_point_chosen"
    sentence = "请至少选择一项需要补正的内容，并写明怎样补正。"


@pages.show("/department/cases/{case_id}/acceptance", CaseAsked, READERS, template="acceptance.html")
async def show_acceptance(door: Door, asked: CaseAsked) -> Values:
    """What there is to accept, what could be mended, and what was mended so far."""
    sheet, mended = await gather(
        door.told(GetCaseSheet(case_id=asked.case_id)), door.told(ListSupplements(case_id=asked.case_id))
    )
    case = sheet.case
    task = next((each for each in sheet.tasks if each.task == "acceptance"), None)
    may_refuse = may(door, RefuseAcceptance, case.state) and task is not None
    return {
        "sheet": sheet,
        "case": case,
        "task": task,
        "left": await time_left_until(door, task.due_at if task else None),
        "conditions": case_facts.conditions(sheet, today(door)),
        "supplements": mended.items,
        "askable": mended.askable,
        "found": _at_fault(sheet),
        "faults": [(code, label.staff_zh) for code, label in SUPPLEMENT_FAULT.items()],
        "fault_names": {code: label.staff_zh for code, label in SUPPLEMENT_FAULT.items()},
        "grounds": await refusal.grounds_of(door, asked.case_id) if may_refuse else None,
        "may": {
            "accept": may(door, AcceptCase, case.state) and task is not None,
            "refuse": may_refuse,
            "ask": may(door, RequestSupplement, case.state) and bool(mended.askable),
        },
    }


@pages.form("/department/cases/{case_id}/acceptance", AcceptCase, on=show_acceptance, versioned=True)
async def accept_case(door: Door, command: AcceptCase) -> str:
    """Accept it (受理)."""
    await door.done(command)
    return f"/department/cases/{command.case_id}?done=accepted"


@pages.form(
    "/department/cases/{case_id}/acceptance/supplement",
    SupplementForm,
    Permitted(RequestSupplement),
    on=show_acceptance,
    versioned=True,
)
async def request_supplement(door: Door, said: SupplementForm) -> str | Response:
    """Ask for all of it at once (补正告知), once the officer has seen what the enterprise will read."""
    chosen = [each for each in said.points if each.fault is not None]
    if not chosen:
        raise NoPointChosen()
    command = RequestSupplement(
        case_id=said.case_id,
        points=tuple(RequestedPoint.model_validate(each.model_dump(exclude={"label"})) for each in chosen),
        expected_version=said.expected_version,
    )
    sheet = await door.told(GetCaseSheet(case_id=said.case_id))
    points = tuple(SupplementPoint.model_validate(each.model_dump()) for each in chosen)
    previews = await door.told(PreviewSupplement(claim=sheet.case.claim, points=points))
    if said.previewed == refusal.digest(previews):
        await door.done(command)
        return f"/department/cases/{said.case_id}/acceptance?done=asked"
    hidden = [
        (f"points.{place}.{name}", value)
        for place, each in enumerate(chosen)
        for name, value in each.model_dump(mode="json").items()
    ]
    return await _letter(door, "request_supplement", said.expected_version, sheet.case.claim.receipt, hidden, previews)


@pages.form(
    "/department/cases/{case_id}/acceptance/refuse",
    RefusalWords,
    Permitted(RefuseAcceptance),
    on=show_acceptance,
    versioned=True,
)
async def refuse_acceptance(door: Door, said: RefusalWords) -> str | Response:
    """Do not accept it (不予受理), once the officer has seen what the enterprise will read."""
    sheet = await door.told(GetCaseSheet(case_id=said.case_id))
    claim = sheet.case.claim
    words, whole = await refusal.issued(door, said, claim)
    previews = await door.told(PreviewNotAccepted(claim=claim, **whole))
    if said.previewed == refusal.digest(previews):
        await door.done(RefuseAcceptance(case_id=said.case_id, expected_version=said.expected_version, **words))
        return f"/department/cases/{said.case_id}?done=not_accepted"
    hidden = [*([("reason", said.reason)] if said.reason else []), *said.hidden]
    return await _letter(door, "refuse_acceptance", said.expected_version, claim.receipt, hidden, previews)


def _at_fault(sheet: CaseSheet) -> dict[str, tuple[str, str]]:
    """What was found wrong with materials, as it is proposed to be asked for: by code, the fault and what to do."""
    looked_at = [(each.code, each.confirmed) for each in sheet.materials if each.confirmed is not None]
    return {code: (found.finding, found.note) for code, found in looked_at if found.finding in SUPPLEMENT_FAULT}


async def _letter(
    door: Door, form: str, version: int, receipt: str, hidden: list[tuple[str, str]], previews: MessagePreviews
) -> Response:
    values = {"form_name": form, "version": version, "receipt": receipt, "hidden": hidden, "previews": previews.items}
    shown = Shown({**values, "previewed": refusal.digest(previews)}, template="letter.html")
    return await asked_once_more(door, shown)
