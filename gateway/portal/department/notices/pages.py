"""Notices of a case and objections to them (公示与异议): what is up, what was objected, until when, and the answer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from starlette.responses import Response

from contracts.message import Cursor, Id, Model
from contracts.public_notices import (
    AnswerObjection,
    CaseNotices,
    GetCaseNotices,
    ListObjections,
    PreviewNotice,
    RepeatNotice,
    RevealObjector,
)
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.shell.allowed import may
from gateway.portal.shell.confirmation import asked_once_more
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.shell.time_left import times_left
from gateway.portal.sign_in.step_up import proved_for
from gateway.portal.staff.names import names_of

pages = Pages("notices")
ROWS = 50
OF_CASE = "/department/cases/{case_id}/notices"


class OpenObjections(Model):
    cursor: Cursor | None = None


class AnswerForm(Model):
    """What an officer writes to one objection of a case."""

    case_id: Id
    objection_id: Id
    expected_version: int
    upheld: Literal["yes", "no"]
    answer: str = Field(min_length=4, max_length=2000)


class LookForm(Model):
    case_id: Id
    objection_id: Id


@pages.show(
    "/department/objections",
    OpenObjections,
    Permitted(ListObjections),
    template="objections.html",
    nav=("notices.nav", 5),
)
async def list_objections(door: Door, asked: OpenObjections) -> Values:
    """What the department has to look into: those raised first stand first, with the time that their cases have left."""
    page = await door.told(ListObjections(cursor=asked.cursor, limit=ROWS))
    left = await times_left(door, [each.case_due_at for each in page.items])
    return {"rows": list(zip(page.items, left, strict=True)), "next_cursor": page.next_cursor, "asked_for": asked}


@pages.show(OF_CASE, GetCaseNotices, template="notices.html")
async def show_notices(door: Door, query: GetCaseNotices) -> Values:
    """All notices of a case with what was objected; before the first, what would be published."""
    case = await door.told(query)
    preview = await door.told(PreviewNotice(case_id=query.case_id)) if _none_up(door, case) else None
    who = [each.answered_by for notice in case.notices for each in notice.objections]
    return {
        "case": case,
        "preview": preview,
        "names": await names_of(door, who),
        "may_answer": may(door, AnswerObjection),
        "may_repeat": may(door, RepeatNotice) and bool(case.notices) and case.notices[0].state == "objected",
    }


@pages.form(
    OF_CASE + "/objections/{objection_id}/answer",
    AnswerForm,
    Permitted(AnswerObjection),
    on=show_notices,
    versioned=True,
)
async def answer_objection(door: Door, said: AnswerForm) -> str:
    """Say what looking into it has shown (答复异议)."""
    words = said.model_dump(include={"objection_id", "expected_version", "answer"})
    await door.done(AnswerObjection(upheld=said.upheld == "yes", **words))
    return f"/department/cases/{said.case_id}/notices?done=objection_answered"


@pages.form(OF_CASE + "/objections/{objection_id}/objector", LookForm, Permitted(RevealObjector), on=show_notices)
async def reveal_objector(door: Door, said: LookForm) -> Response:
    """Who objected, in the open, after a proof of who looks; the page is kept by nobody (查看异议人)."""
    await proved_for(door, RevealObjector)
    shown = await door.told(RevealObjector(objection_id=said.objection_id))
    return await asked_once_more(door, Shown({"shown": shown, "case_id": said.case_id}, template="objector.html"))


@pages.form(OF_CASE, RepeatNotice, on=show_notices, versioned=True)
async def repeat_notice(door: Door, command: RepeatNotice) -> str:
    """Publish it anew, once what was wrong is put right (重新公示)."""
    await door.done(command)
    return f"/department/cases/{command.case_id}/notices?done=notice_repeated"


def _none_up(door: Door, case: CaseNotices) -> bool:
    return not case.notices and may(door, PreviewNotice)
