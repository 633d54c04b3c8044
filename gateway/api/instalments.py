"""For departments: the later instalments of a claim, each rechecked before it is paid."""

from __future__ import annotations

from starlette.responses import Response

from contracts.case_instalments import DecideRecheck, ListClaimInstalments
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("分期兑付 instalments")


@routes.ask("/cases/{case_id}/instalments", ListClaimInstalments)
async def list_claim_instalments(door: Door, query: ListClaimInstalments) -> Response:
    """All instalments of the claim that the case belongs to, in their order (分期兑付安排)."""
    return await door.ask(query)


@routes.order("/cases/{case_id}/recheck", DecideRecheck, versioned=True)
async def decide_recheck(door: Door, command: DecideRecheck) -> Response:
    """Whether a later instalment may be paid (分期复核). What the rule refuses nobody pays. If-Match: the version that was read."""
    return await door.order(command)
