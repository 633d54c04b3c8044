"""A paper as a file on its way out: an attachment that no browser looks into for another kind. Shared by routes and pages."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from contracts.case_notices import GetNoticeFile, NoticeFileAnswer, OpenNotice
from contracts.message import Id, TenantId
from contracts.refusal import Conflict
from gateway.claim_places import place_of_claim
from gateway.door import Door
from gateway.handed_files import attached

LOOKS = 40
PATIENCE_SECONDS = 0.25
"""How often, and after what time, a file is looked for that is being made: ten seconds in all."""


class NoticeNotReady(Conflict):
    """It is being made; that takes seconds."""

    code = "notice_not_ready"
    sentence = "文书正在生成，请稍后再次下载。"
    retryable = True


async def opened(door: Door, notice_id: Id, application_id: Id | None = None) -> Response:
    """Keep that it was opened, and hand it out; one that is not there yet is waited for. Raises NoticeNotReady, RefusedThere."""
    tenant = await place_of(door, application_id)
    answer = await door.done(OpenNotice(notice_id=notice_id, application_id=application_id), tenant=tenant)
    for _look in range(LOOKS):
        if answer.file is not None:
            return await handed_out(door, answer, tenant)
        await asyncio.sleep(PATIENCE_SECONDS)
        answer = await door.told(GetNoticeFile(notice_id=notice_id, application_id=application_id), tenant=tenant)
    raise NoticeNotReady()


async def place_of(door: Door, application_id: Id | None) -> TenantId:
    """Where the paper lies: in the place of the case."""
    if application_id is None:
        return door.principal.tenant
    return await place_of_claim(door, application_id)


async def handed_out(door: Door, answer: NoticeFileAnswer, tenant: TenantId) -> Response:
    """Its bytes as an attachment that is called by its number. Raises NoticeNotReady, ObjectUnknown or ObjectAltered."""
    if answer.file is None:
        raise NoticeNotReady()
    return await attached(door, tenant, answer.file.sha256, answer.name, fallback="notice")
