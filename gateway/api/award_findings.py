"""For departments, the bureau and supervisors: what one person in law was granted twice."""

from __future__ import annotations

from starlette.responses import Response

from contracts.award_findings import CloseAwardFinding, GetAwardFinding, ListAwardFindings
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("审核 cases")


@routes.ask("/award-findings", ListAwardFindings)
async def list_award_findings(door: Door, query: ListAwardFindings) -> Response:
    """Awards of one item and period that turned out to be one person's (重复享受线索), those found last at the top."""
    return await door.ask(query)


@routes.ask("/award-findings/{finding_id}", GetAwardFinding)
async def get_award_finding(door: Door, query: GetAwardFinding) -> Response:
    """One of them, with all its cases and amounts. ETag is its version."""
    return await door.ask(query)


@routes.order("/award-findings/{finding_id}/close", CloseAwardFinding, versioned=True)
async def close_award_finding(door: Door, command: CloseAwardFinding) -> Response:
    """Say what was done about it. If-Match: the version that was read."""
    return await door.order(command)
