"""Official papers of cases (文书): to be listed, opened, downloaded and served."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from contracts.case_notices import (
    ConsentToElectronicService,
    GetNoticeFile,
    ListCaseNotices,
    ListNoticesToServe,
    ListOwnNotices,
    OpenNotice,
    RecordService,
    WithdrawElectronicService,
)
from contracts.message import Id
from gateway.access import Permitted
from gateway.claim_places import place_of_claim
from gateway.door import Door
from gateway.notice_files import PDF, handed_out, place_of
from gateway.routes import Routes

routes = Routes("文书 papers")


@routes.ask("/cases/{case_id}/papers", ListCaseNotices)
async def list_case_notices(door: Door, query: ListCaseNotices) -> Response:
    """The papers of a case, the newest first, with their files and how they were served."""
    return await door.ask(query)


@routes.ask("/applications/{application_id}/papers", ListOwnNotices)
async def list_own_notices(door: Door, query: ListOwnNotices) -> Response:
    """The same for the enterprise that filed, and until when it may object."""
    return await door.ask(query, tenant=await place_of_claim(door, query.application_id))


@routes.ask("/papers/to-serve", ListNoticesToServe)
async def list_notices_to_serve(door: Door, query: ListNoticesToServe) -> Response:
    """The papers that nobody has served yet, the oldest first (待送达文书)."""
    return await door.ask(query)


@routes.order("/papers/{notice_id}/open", OpenNotice)
async def open_notice(door: Door, command: OpenNotice) -> Response:
    """Open a paper: that is kept, and serves it on an enterprise that has consented to electronic service."""
    return await door.order(command, tenant=await place_of(door, command.application_id))


@routes.special("GET", "/papers/{notice_id}/file", GetNoticeFile, media_type=PDF)
async def download_notice(
    door: Annotated[Door, Depends(Permitted(GetNoticeFile))], notice_id: Id, application_id: Id | None = None
) -> Response:
    """The paper's newest file (PDF/A); 409 while it is being made (下载文书)."""
    tenant = await place_of(door, application_id)
    answer = await door.told(GetNoticeFile(notice_id=notice_id, application_id=application_id), tenant=tenant)
    return await handed_out(door, answer, tenant)


@routes.order("/papers/{notice_id}/service", RecordService, versioned=True)
async def record_service(door: Door, command: RecordService) -> Response:
    """Record how a paper was served, or that it is on its way (登记送达)."""
    return await door.order(command)


@routes.order("/applications/{application_id}/electronic-service", ConsentToElectronicService)
async def consent_to_electronic_service(door: Door, command: ConsentToElectronicService) -> Response:
    """Consent to electronic service in the place of this application, and confirm the address (同意电子送达)."""
    return await door.order(command, tenant=await place_of_claim(door, command.application_id))


@routes.order("/applications/{application_id}/electronic-service/withdraw", WithdrawElectronicService)
async def withdraw_electronic_service(door: Door, command: WithdrawElectronicService) -> Response:
    """Take the consent back (撤回电子送达同意)."""
    return await door.order(command, tenant=await place_of_claim(door, command.application_id))
