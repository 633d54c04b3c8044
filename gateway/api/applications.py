"""For enterprises: applying with one form, own applications, messages. For departments: nomination lists."""

from __future__ import annotations

from starlette.responses import Response

from contracts.intake import GetApplication, ListApplications, NominateEnterprises, SubmitApplication
from contracts.nomination_lists import ImportNominations
from contracts.notify import CountUnread, ListMessages, MarkMessageRead
from contracts.oversight import TrackOwnCases
from contracts.receipt_numbers import FindApplication
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("申报 applications")


@routes.order("/applications", SubmitApplication, status=201, own_enterprise=True)
async def submit_application(door: Door, command: SubmitApplication) -> Response:
    """Apply with one form (一表申报); answers with the receipt (收件回执)."""
    return await door.order(command)


@routes.ask("/applications", ListApplications, own_enterprise=True)
async def list_applications(door: Door, query: ListApplications) -> Response:
    """The enterprise's own applications and nominations, newest first."""
    return await door.ask(query)


@routes.ask("/applications/by-receipt/{receipt}", FindApplication)
async def find_application(door: Door, query: FindApplication) -> Response:
    """The application whose receipt lies on the counter (按收件编号查找)."""
    return await door.ask(query)


@routes.ask("/applications/{application_id}", GetApplication)
async def get_application(door: Door, query: GetApplication) -> Response:
    """One application of the enterprise, with its receipt and query code (申报详情)."""
    return await door.ask(query)


@routes.ask("/my/cases", TrackOwnCases, own_enterprise=True)
async def track_own_cases(door: Door, query: TrackOwnCases) -> Response:
    """Where the enterprise's own cases are, newest first."""
    return await door.ask(query)


@routes.ask("/my/messages", ListMessages, own_enterprise=True)
async def list_messages(door: Door, query: ListMessages) -> Response:
    """Messages to the enterprise, newest first."""
    return await door.ask(query)


@routes.ask("/my/messages/count", CountUnread, own_enterprise=True)
async def count_unread(door: Door, query: CountUnread) -> Response:
    """How many messages to the enterprise the caller has not read."""
    return await door.ask(query)


@routes.order("/my/messages/{message_id}/read", MarkMessageRead, own_enterprise=True)
async def mark_message_read(door: Door, command: MarkMessageRead) -> Response:
    """The caller has read it; others who act for the enterprise have not."""
    return await door.order(command)


@routes.order("/nominations", NominateEnterprises, status=201)
async def nominate_enterprises(door: Door, command: NominateEnterprises) -> Response:
    """Push the list of those entitled to a no-application item (免申即享名单); all lines or none."""
    return await door.order(command)


@routes.order("/nominations/imports", ImportNominations, status=202)
async def import_nominations(door: Door, command: ImportNominations) -> Response:
    """Push a no-application list of any length out of an uploaded table (推送名单), line by line; `Location` says where to look
    how far it is, and what became of each line."""
    return await door.order(command)
