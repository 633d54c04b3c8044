"""Findings about claims (失信线索): the list, one with all its steps as forms, and opening one from a case."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field
from starlette.responses import Response

from contracts.case_sheet import GetCaseSheet
from contracts.integrity import (
    FULL,
    ConfirmRecovery,
    DecideFinding,
    DecideRecordRequest,
    DeclineRecovery,
    FindingAbout,
    FindingState,
    FindingView,
    GetFinding,
    ListFindings,
    NotifyFinding,
    OpenFinding,
    PreviewFindingDecision,
    PreviewFindingNotice,
    ProposeRecovery,
    SaidAbout,
)
from contracts.integrity_grounds import GROUNDS, TERMS, Gravity, GroundCode
from contracts.integrity_labels import ABOUT, DISPUTED, FINDING, GRAVITY, ORIGIN, RECORD, REQUEST, REQUEST_STATE
from contracts.message import Cursor, Id, Model, Why
from contracts.message_previews import MessagePreviews
from contracts.refusal_grounds import GetRefusalGrounds
from gateway.access import Only, Permitted
from gateway.door import Door
from gateway.portal.department.cases import refusal
from gateway.portal.shell.allowed import may
from gateway.portal.shell.confirmation import asked_once_more
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.shell.time_left import times_left
from gateway.portal.staff.names import names_of

pages = Pages("integrity")
LIST = "/department/integrity"
ONE = LIST + "/{finding_id}"
NEW = "/department/cases/{case_id}/findings"
ROWS = 50

WORDS: Mapping[str, Any] = {
    "states": {code: label.staff_zh for code, label in FINDING.items()},
    "grounds": {code: ground.name for code, ground in GROUNDS.items()},
    "bases": {code: ground.basis for code, ground in GROUNDS.items()},
    "gravities": {code: label.staff_zh for code, label in GRAVITY.items()},
    "origins": {code: label.staff_zh for code, label in ORIGIN.items()},
    "abouts": {code: label.staff_zh for code, label in ABOUT.items()},
    "record_states": {code: label.staff_zh for code, label in RECORD.items()},
    "request_kinds": {code: label.staff_zh for code, label in REQUEST.items()},
    "request_states": {code: label.staff_zh for code, label in REQUEST_STATE.items()},
    "disputed": DISPUTED.staff_zh,
    "terms": [(GRAVITY[gravity].staff_zh, max(term.least, 1), term.most) for gravity, term in TERMS.items()],
}
"""What codes are called, for every page of these."""


class AskedList(Model):
    """What stands in the address: those in which somebody has something to do, unless it says otherwise."""

    state: FindingState | Literal["all"] | None = None
    cursor: Cursor | None = None


class OpenForm(Model):
    """What an officer writes of a case; one thing that is said to be false or broken."""

    case_id: Id
    origin: Literal["officer", "report"] = "officer"
    ground: GroundCode
    about: SaidAbout
    about_label: str = Field(min_length=2, max_length=200)
    facts_zh: str = Field(min_length=4, max_length=FULL)


class FindingsAsked(Model):
    case_id: Id


class NoticeForm(Model):
    """`previewed` is what the officer has been shown of it, as the firm would read it."""

    finding_id: Id
    expected_version: int
    basis_zh: str = Field(min_length=4, max_length=600)
    intended_zh: str = Field(min_length=4, max_length=600)
    days: int = Field(default=5, ge=3, le=30)
    previewed: str = ""


class DecisionForm(Model):
    finding_id: Id
    expected_version: int
    established: Literal["yes", "no"]
    ground: GroundCode
    gravity: Gravity | None = None
    months: int | None = Field(default=None, ge=1, le=36)
    number: str = Field(min_length=2, max_length=80)
    reasons_zh: str = Field(min_length=4, max_length=FULL)
    previewed: str = ""


class AnswerRequestForm(Model):
    finding_id: Id
    request_id: Id
    expected_version: int
    granted: Literal["yes", "no"]
    reason: str = Field(min_length=4, max_length=FULL)


class ConfirmForm(Model):
    finding_id: Id
    recovery_id: Id
    expected_version: int


class DeclineForm(ConfirmForm):
    reason: Why


@pages.show(LIST, AskedList, Permitted(ListFindings), template="list.html", nav=("integrity.nav", 7))
async def list_findings(door: Door, asked: AskedList) -> Values:
    """Those opened last at the top, with the time that the firm or the department has left."""
    state = None if asked.state == "all" else asked.state
    page = await door.told(ListFindings(state=state, waiting=asked.state is None, cursor=asked.cursor, limit=ROWS))
    left = await times_left(door, [_due(each) for each in page.items])
    return {
        "rows": list(zip(page.items, left, strict=True)),
        "next_cursor": page.next_cursor,
        "asked_for": asked,
        "listed": asked.model_dump(mode="json", exclude_defaults=True),
        "words": WORDS,
    }


@pages.show(NEW, FindingsAsked, Permitted(OpenFinding), template="new.html")
async def show_findings_of_case(door: Door, asked: FindingsAsked) -> Values:
    """The findings about the claim of a case, and a form to open one."""
    sheet, page = await gather(
        door.told(GetCaseSheet(case_id=asked.case_id)), door.told(ListFindings(case_id=asked.case_id))
    )
    return {"case": sheet.case, "findings": page.items, "words": WORDS}


@pages.form(NEW, OpenForm, Permitted(OpenFinding), on=show_findings_of_case)
async def open_finding(door: Door, said: OpenForm) -> str:
    """Open it (立案)."""
    about = FindingAbout(kind=said.about, label=said.about_label)
    words = said.model_dump(include={"case_id", "origin", "ground", "facts_zh"})
    finding = await door.done(OpenFinding(about=(about,), **words))
    return f"{LIST}/{finding.finding_id}?done=opened"


@pages.show(ONE, GetFinding, Only("department", "bureau", "supervisor"), template="finding.html")
async def show_finding(door: Door, query: GetFinding) -> Values:
    """One finding with all its steps, and what may be done now."""
    finding = await door.told(query)
    return {
        "finding": finding,
        "names": await names_of(door, _people(finding)),
        "words": WORDS,
        "cases": "/supervisor/cases/" if "supervisor" in door.principal.actor.roles else "/department/cases/",
        "ground_options": list(WORDS["grounds"].items()),
        "gravity_options": [(each, WORDS["gravities"][each]) for each in GROUNDS[finding.ground].gravities],
        "may": {
            "notify": may(door, NotifyFinding, finding.state),
            "decide": may(door, DecideFinding, finding.state),
            "answer": may(door, DecideRecordRequest, finding.state),
            "propose": may(door, ProposeRecovery, finding.state)
            and finding.recoverable_fen > 0
            and not _waits(finding),
            "confirm": may(door, ConfirmRecovery),
        },
        "own": door.principal.actor.id,
    }


@pages.form(ONE + "/notify", NoticeForm, Permitted(NotifyFinding), on=show_finding, versioned=True)
async def notify_finding(door: Door, said: NoticeForm) -> str | Response:
    """Tell the firm (事先告知), once the officer has seen what it will read."""
    finding = await door.told(GetFinding(finding_id=said.finding_id))
    words = said.model_dump(include={"basis_zh", "intended_zh", "days"})
    asked = PreviewFindingNotice(claim=finding.claim, ground=finding.ground, facts_zh=finding.facts_zh, **words)
    previews = await door.told(asked)
    if said.previewed == refusal.digest(previews):
        await door.done(NotifyFinding(finding_id=said.finding_id, expected_version=said.expected_version, **words))
        return f"{LIST}/{said.finding_id}?done=notified"
    return await _letter(door, "notify_finding", said, finding, previews)


@pages.form(ONE + "/decide", DecisionForm, Permitted(DecideFinding), on=show_finding, versioned=True)
async def decide_finding(door: Door, said: DecisionForm) -> str | Response:
    """Decide it (认定), once the leader has seen what the firm will read."""
    finding = await door.told(GetFinding(finding_id=said.finding_id))
    established = said.established == "yes"
    remedies = (await door.told(GetRefusalGrounds(case_id=finding.case_id))).remedies if established else None
    words = said.model_dump(include={"ground", "number", "reasons_zh"}) | {"established": established}
    previews = await door.told(PreviewFindingDecision(claim=finding.claim, remedies=remedies, **words))
    if said.previewed != refusal.digest(previews):
        return await _letter(door, "decide_finding", said, finding, previews)
    term = {"gravity": said.gravity, "months": said.months} if established else {}
    order = DecideFinding(finding_id=said.finding_id, expected_version=said.expected_version, **words, **term)
    await door.done(order)
    return f"{LIST}/{said.finding_id}?done=decided"


@pages.form(
    ONE + "/requests/{request_id}", AnswerRequestForm, Permitted(DecideRecordRequest), on=show_finding, versioned=True
)
async def decide_request(door: Door, said: AnswerRequestForm) -> str:
    """Answer a repair or an objection (答复)."""
    words = said.model_dump(include={"finding_id", "request_id", "expected_version", "reason"})
    await door.done(DecideRecordRequest(granted=said.granted == "yes", **words))
    return f"{LIST}/{said.finding_id}?done=answered"


@pages.form(ONE + "/recoveries", ProposeRecovery, on=show_finding, versioned=True)
async def propose_recovery(door: Door, command: ProposeRecovery) -> str:
    """Propose that money come back (提出追回)."""
    await door.done(command)
    return f"{LIST}/{command.finding_id}?done=recovery_proposed"


@pages.form(
    ONE + "/recoveries/{recovery_id}/confirm", ConfirmForm, Permitted(ConfirmRecovery), on=show_finding, versioned=True
)
async def confirm_recovery(door: Door, said: ConfirmForm) -> str:
    """Agree to it (复核同意追回)."""
    await door.done(ConfirmRecovery(recovery_id=said.recovery_id, expected_version=said.expected_version))
    return f"{LIST}/{said.finding_id}?done=recovery_confirmed"


@pages.form(
    ONE + "/recoveries/{recovery_id}/decline", DeclineForm, Permitted(DeclineRecovery), on=show_finding, versioned=True
)
async def decline_recovery(door: Door, said: DeclineForm) -> str:
    """Say no to it (不同意追回)."""
    words = said.model_dump(include={"recovery_id", "expected_version", "reason"})
    await door.done(DeclineRecovery(**words))
    return f"{LIST}/{said.finding_id}?done=recovery_declined"


async def _letter(
    door: Door, form: str, said: NoticeForm | DecisionForm, finding: FindingView, previews: MessagePreviews
) -> Response:
    kept = said.model_dump(mode="json", exclude={"finding_id", "expected_version", "previewed"}, exclude_none=True)
    values = {
        "form_name": form,
        "version": said.expected_version,
        "receipt": finding.claim.receipt,
        "hidden": list(kept.items()),
        "previews": previews.items,
        "previewed": refusal.digest(previews),
    }
    return await asked_once_more(door, Shown(values, template="letter.html"))


def _waits(finding: FindingView) -> bool:
    return any(each.state == "proposed" for each in finding.recoveries)


def _due(finding: FindingView) -> Any:
    """Until when somebody has something to do: the firm to be heard, the department to answer."""
    if finding.state == "notified" and finding.notice is not None:
        return finding.notice.due_at
    waiting = [each.due_at for each in finding.requests if each.state == "open" and each.due_at is not None]
    return min(waiting, default=None)


def _people(finding: FindingView) -> list[str | None]:
    found: list[str | None] = [finding.opened_by]
    found += [finding.notice.notified_by if finding.notice else None]
    found += [finding.decision.decided_by if finding.decision else None]
    found += [each.decided_by for each in finding.requests]
    for each in finding.recoveries:
        found += [each.proposed_by, each.decided_by]
    return found
