"""Official papers of cases (文书): to be listed, opened, downloaded and served."""

from __future__ import annotations

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
from gateway.claim_places import place_of_claim
from gateway.door import Door
from gateway.notice_files import place_of
from gateway.routes import Routes

routes = Routes("文书 papers")


@routes.ask("/cases/{case_id}/papers", ListCaseNotices)
async def list_case_notices(door: Door, query: ListCaseNotices) -> Response:
    """The papers of a case, the newest first, with their files and how they were served (办件文书)."""
    return await door.ask(query)


@routes.ask("/applications/{application_id}/papers", ListOwnNotices)
async def list_own_notices(door: Door, query: ListOwnNotices) -> Response:
    """The same for the enterprise that filed, and until when it may object (我的文书)."""
    return await door.ask(query, tenant=await place_of_claim(door, query.application_id))


@routes.ask("/papers/to-serve", ListNoticesToServe)
async def list_notices_to_serve(door: Door, query: ListNoticesToServe) -> Response:
    """The papers that nobody has served yet, the oldest first (待送达文书)."""
    return await door.ask(query)


@routes.order("/papers/{notice_id}/open", OpenNotice)
async def open_notice(door: Door, command: OpenNotice) -> Response:
    """Open a paper: that is kept, and serves it on an enterprise that has consented to electronic service (打开文书)."""
    return await door.order(command, tenant=await place_of(door, command.application_id))


@routes.ask("/papers/{notice_id}/file", GetNoticeFile)
async def get_notice_file(door: Door, query: GetNoticeFile) -> Response:
    """What the paper's newest file is called, its hash and whether it is sealed; none while it is being made (文书文件)."""
    return await door.ask(query, tenant=await place_of(door, query.application_id))


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
