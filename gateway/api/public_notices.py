"""Public notices: for everybody what is up and a way to object; for departments their cases' notices and what was objected."""

from __future__ import annotations

from starlette.responses import Response

from contracts.public_notices import (
    AnswerObjection,
    CheckObjection,
    GetCaseNotices,
    GetPublicNotice,
    ListObjections,
    ListPublicNotices,
    PreviewNotice,
    RaiseObjection,
    RepeatNotice,
    RevealObjector,
)
from gateway.door import Door
from gateway.kept_answers import not_kept
from gateway.routes import Routes

routes = Routes("公示 public notices")


@routes.ask("/public-notices/{tenant}", ListPublicNotices)
async def list_public_notices(door: Door, query: ListPublicNotices) -> Response:
    """The notices that are up in one place, those published last at the top (公示列表)."""
    return await door.ask(query)


@routes.ask("/public-notices/{tenant}/{notice_id}", GetPublicNotice)
async def get_public_notice(door: Door, query: GetPublicNotice) -> Response:
    """One notice while it is up; 410 once it has come down (公示内容)."""
    return await door.ask(query)


@routes.order("/public-notices/{tenant}/{notice_id}/objections", RaiseObjection, status=201)
async def raise_objection(door: Door, command: RaiseObjection) -> Response:
    """Object to what is on public notice; anybody may (提出异议)."""
    return not_kept(await door.order(command))


@routes.ask("/public-notices/{tenant}/objection-checks", CheckObjection, method="POST")
async def check_objection(door: Door, query: CheckObjection) -> Response:
    """What has become of an objection, by its number and check code (查询异议)."""
    return not_kept(await door.ask(query))


@routes.ask("/objections", ListObjections)
async def list_objections(door: Door, query: ListObjections) -> Response:
    """The objections that the actor's department has to answer, those raised first at the top (待核查的异议)."""
    return await door.ask(query)


@routes.order("/objections/{objection_id}/answer", AnswerObjection, versioned=True)
async def answer_objection(door: Door, command: AnswerObjection) -> Response:
    """Say what looking into an objection has shown (答复异议). If-Match: the version that was read."""
    return await door.order(command)


@routes.ask("/objections/{objection_id}/objector", RevealObjector)
async def reveal_objector(door: Door, query: RevealObjector) -> Response:
    """Who objected and how to reach them, in the open; the look is noted (查看异议人)."""
    return not_kept(await door.ask(query))


@routes.ask("/cases/{case_id}/notices", GetCaseNotices)
async def get_case_notices(door: Door, query: GetCaseNotices) -> Response:
    """The notices of one case with what was objected to them (办件的公示)."""
    return await door.ask(query)


@routes.ask("/cases/{case_id}/notice-preview", PreviewNotice)
async def preview_notice(door: Door, query: PreviewNotice) -> Response:
    """The notice of a case as everybody would read it if it were published now (预览公示)."""
    return await door.ask(query)


@routes.order("/cases/{case_id}/notices", RepeatNotice, status=201, versioned=True)
async def repeat_notice(door: Door, command: RepeatNotice) -> Response:
    """Publish a case anew whose notice an objection has ended (重新公示). If-Match: the case's version."""
    return await door.order(command)
