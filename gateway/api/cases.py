"""For departments: the cases they decide."""

from __future__ import annotations

from starlette.responses import Response

from contracts.review import ApproveCase, GetCase, ListCases, RecordInspection, RejectCase
from gateway.access import Only
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("审核 cases")
OFFICER = Only("department")
READER = Only("department", "bureau", "supervisor")


@routes.ask("/cases", ListCases, READER)
async def list_cases(door: Door, query: ListCases) -> Response:
    """Cases, those accepted first at the top."""
    return await door.ask(query)


@routes.ask("/cases/{case_id}", GetCase, READER)
async def get_case(door: Door, query: GetCase) -> Response:
    """One case: what the rule says of it, and until when it must be decided. ETag is its version."""
    return await door.ask(query)


@routes.order("/cases/{case_id}/approve", ApproveCase, OFFICER, versioned=True)
async def approve_case(door: Door, command: ApproveCase) -> Response:
    """Grant it (审核通过). If-Match: the version that was read."""
    return await door.order(command)


@routes.order("/cases/{case_id}/reject", RejectCase, OFFICER, versioned=True)
async def reject_case(door: Door, command: RejectCase) -> Response:
    """Refuse it with the reason and an explanation of the policy (审核不通过，告知原因)."""
    return await door.order(command)


@routes.order("/cases/{case_id}/inspections", RecordInspection, OFFICER, status=201, versioned=True)
async def record_inspection(door: Door, command: RecordInspection) -> Response:
    """Enter the result of a site inspection (现场勘查)."""
    return await door.order(command)
