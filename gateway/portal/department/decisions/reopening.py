"""A decided case is looked at again (重新审查): proposing it, what was proposed, and a second person's answer."""

from __future__ import annotations

from asyncio import gather

from contracts.case_sheet import GetCaseSheet
from contracts.message import Id, Model, Why
from contracts.refusal import NotFound
from contracts.reopening import ConfirmReopening, DeclineReopening, ListReopenings, ProposeReopening
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address
from gateway.portal.staff.names import names_of

pages = Pages("cases")
LIST = "/department/cases/{case_id}/reopenings"
ONE = LIST + "/{reopening_id}"


class ReopeningNotListed(NotFound):
    code = "reopening_not_listed"
    sentence = "该办件没有这一重新审查申请。"


class ReopeningAsked(Model):
    case_id: Id
    reopening_id: Id


class ConfirmingForm(ReopeningAsked):
    expected_version: int


class DecliningForm(ConfirmingForm):
    reason: Why


@pages.show(LIST, ListReopenings, Permitted(ProposeReopening), template="reopenings.html")
async def list_reopenings(door: Door, query: ListReopenings) -> Values:
    """What was proposed about the case, and a form for another proposal."""
    found, sheet = await gather(door.told(query), door.told(GetCaseSheet(case_id=query.case_id)))
    case = sheet.case
    waiting = any(each.state == "proposed" for each in found.items)
    people = [each.proposed_by for each in found.items] + [each.decided_by for each in found.items]
    return {
        "case": case,
        "items": found.items,
        "names": await names_of(door, people),
        "steps": [step for step in case.steps if step.number > 0 and step.kind != "approval"],
        "may_propose": may(door, ProposeReopening, case.state) and case.undo_until is None and not waiting,
    }


@pages.form(LIST, ProposeReopening, on=list_reopenings, versioned=True)
async def propose_reopening(door: Door, command: ProposeReopening) -> str:
    """Ask for it (申请重新审查)."""
    proposed = await door.done(command)
    return address(f"/department/cases/{command.case_id}/reopenings/{proposed.reopening_id}", done="reopening_proposed")


@pages.show(ONE, ReopeningAsked, Permitted(ConfirmReopening), template="reopening.html")
async def show_reopening(door: Door, asked: ReopeningAsked) -> Values:
    """One proposal, to be agreed to by a second person."""
    found, sheet = await gather(
        door.told(ListReopenings(case_id=asked.case_id)), door.told(GetCaseSheet(case_id=asked.case_id))
    )
    proposed = next((each for each in found.items if each.reopening_id == asked.reopening_id), None)
    if proposed is None:
        raise ReopeningNotListed()
    return {
        "case": sheet.case,
        "proposed": proposed,
        "steps": [step for step in sheet.case.steps if step.number in proposed.steps],
        "names": await names_of(door, [proposed.proposed_by, proposed.decided_by]),
        "own": proposed.proposed_by == door.principal.actor.id,
        "may_answer": may(door, ConfirmReopening, proposed.state),
    }


@pages.form(ONE + "/confirm", ConfirmingForm, Permitted(ConfirmReopening), on=show_reopening, versioned=True)
async def confirm_reopening(door: Door, said: ConfirmingForm) -> str:
    """Agree to it (复核同意)."""
    await door.done(ConfirmReopening(reopening_id=said.reopening_id, expected_version=said.expected_version))
    return address(f"/department/cases/{said.case_id}", done="reopened")


@pages.form(ONE + "/decline", DecliningForm, Permitted(DeclineReopening), on=show_reopening, versioned=True)
async def decline_reopening(door: Door, said: DecliningForm) -> str:
    """Say no to it (不同意)."""
    words = said.model_dump(include={"reopening_id", "reason", "expected_version"})
    await door.done(DeclineReopening(**words))
    return address(f"/department/cases/{said.case_id}/reopenings", done="reopening_declined")
