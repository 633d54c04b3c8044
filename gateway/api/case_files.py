"""For discipline and audit: a case's whole file, under a document number."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from contracts.case_files import OpenCaseFile, ReadCaseFile
from contracts.review import GetCase
from gateway.door import Door
from gateway.identity.case_files import use_cases
from gateway.identity.case_files.opened import opened_case_file
from gateway.kept_answers import not_kept
from gateway.routes import Routes
from gateway.session_cookie import origin_of

routes = Routes("调阅案卷 case files")


@routes.order("/cases/{case_id}/file", OpenCaseFile, status=201)
async def open_case_file(door: Door, command: OpenCaseFile) -> Response:
    """Read a whole file for a while (调阅案卷); it is written down who does and why.

    Nothing is written down of a case that this place does not have: 404.
    """
    there = await door.reply_to(GetCase(case_id=command.case_id))
    if "ok" not in there:
        return door.answer(there)
    handle = partial(use_cases.open_case_file, origin=origin_of(door.request.scope))
    return await door.decide(command, handle)


@routes.ask("/cases/{case_id}/file", ReadCaseFile)
async def read_case_file(door: Door, query: ReadCaseFile) -> Response:
    """The whole file, to whoever has opened it within the last half hour (案卷内容)."""
    opened = await door.looked_up(query, opened_case_file)
    return not_kept(await door.ask(query) if "ok" in opened else door.answer(opened))
