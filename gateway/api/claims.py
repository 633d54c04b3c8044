"""From filing to acceptance: departments accept, refuse or ask for more; enterprises mend their claims and take them back."""

from __future__ import annotations

from starlette.responses import Response

from contracts.acceptance import AcceptCase, RefuseAcceptance, WithdrawClaim
from contracts.supplements import AnswerSupplement, GetSupplement, ListSupplements, RequestSupplement
from gateway.claim_places import place_of_claim
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("受理 claims")


@routes.order("/cases/{case_id}/accept", AcceptCase, versioned=True)
async def accept_case(door: Door, command: AcceptCase) -> Response:
    """Accept the claim (受理). The review limit runs from now."""
    return await door.order(command)


@routes.order("/cases/{case_id}/refuse-acceptance", RefuseAcceptance, versioned=True)
async def refuse_acceptance(door: Door, command: RefuseAcceptance) -> Response:
    """Do not accept the claim (不予受理), with the reason and how one objects."""
    return await door.order(command)


@routes.order("/cases/{case_id}/supplements", RequestSupplement, status=201, versioned=True)
async def request_supplement(door: Door, command: RequestSupplement) -> Response:
    """Ask the enterprise to mend all of this at once (一次性补正告知). The clocks stand still meanwhile."""
    return await door.order(command)


@routes.ask("/cases/{case_id}/supplements", ListSupplements)
async def list_supplements(door: Door, query: ListSupplements) -> Response:
    """Every supplement of a case with its answers, the latest first (补正记录)."""
    return await door.ask(query)


@routes.ask("/applications/{application_id}/supplement", GetSupplement)
async def get_supplement(door: Door, query: GetSupplement) -> Response:
    """What the enterprise is asked to mend in its claim, the latest round (补正告知)."""
    return await door.ask(query, tenant=await place_of_claim(door, query.application_id))


@routes.order("/applications/{application_id}/supplement/answer", AnswerSupplement)
async def answer_supplement(door: Door, command: AnswerSupplement) -> Response:
    """Answer every point of a supplement at once (提交补正)."""
    return await door.order(command, tenant=await place_of_claim(door, command.application_id))


@routes.order("/applications/{application_id}/withdraw", WithdrawClaim)
async def withdraw_claim(door: Door, command: WithdrawClaim) -> Response:
    """Take the claim back (撤回申请), until an approval has left the house."""
    return await door.order(command, tenant=await place_of_claim(door, command.application_id))
