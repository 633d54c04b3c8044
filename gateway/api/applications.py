"""For enterprises: applying with one form, own applications, messages. For departments: nomination lists."""

from __future__ import annotations

from starlette.responses import Response

from contracts.intake import GetApplication, ListApplications, NominateEnterprises, SubmitApplication
from contracts.notify import ListMessages
from contracts.oversight import TrackOwnCases
from gateway.access import Only
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("申报 applications")
ENTERPRISE = Only("enterprise")


@routes.order("/applications", SubmitApplication, ENTERPRISE, status=201, own_enterprise=True)
async def submit_application(door: Door, command: SubmitApplication) -> Response:
    """Apply with one form (一表申报); answers with the receipt (收件回执)."""
    return await door.order(command)


@routes.ask("/applications", ListApplications, ENTERPRISE, own_enterprise=True)
async def list_applications(door: Door, query: ListApplications) -> Response:
    """The enterprise's own applications and nominations, newest first."""
    return await door.ask(query)


@routes.ask("/applications/{application_id}", GetApplication, ENTERPRISE)
async def get_application(door: Door, query: GetApplication) -> Response:
    return await door.ask(query)


@routes.ask("/my/cases", TrackOwnCases, ENTERPRISE, own_enterprise=True)
async def track_own_cases(door: Door, query: TrackOwnCases) -> Response:
    """Where the enterprise's own cases are, newest first."""
    return await door.ask(query)


@routes.ask("/my/messages", ListMessages, ENTERPRISE, own_enterprise=True)
async def list_messages(door: Door, query: ListMessages) -> Response:
    """Messages to the enterprise, newest first."""
    return await door.ask(query)


@routes.order("/nominations", NominateEnterprises, Only("department"), status=201)
async def nominate_enterprises(door: Door, command: NominateEnterprises) -> Response:
    """Push the list of those entitled to a no-application item (免申即享名单); all lines or none."""
    return await door.order(command)
