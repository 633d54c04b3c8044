"""For the security administrator: the identity providers that people may sign in with. Carried out by the gateway."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from contracts.issuers import ChangeIssuer, CloseIssuer, ListIssuers, RegisterIssuer
from gateway.door import Door
from gateway.identity.issuers import use_cases, views
from gateway.identity.sessions.use_cases import end_sessions_of_issuer
from gateway.routes import Routes
from gateway.session_cookie import origin_of

routes = Routes("身份提供方 issuers")


@routes.order("/issuers", RegisterIssuer, status=201)
async def register_issuer(door: Door, command: RegisterIssuer) -> Response:
    """Let people sign in with an identity provider (登记身份提供方)."""
    handle = partial(use_cases.register_issuer, cipher=door.frame.cipher, origin=origin_of(door.request.scope))
    return door.answer(await door.carry_out(command, handle))


@routes.ask("/issuers", ListIssuers)
async def list_issuers(door: Door, query: ListIssuers) -> Response:
    """The identity providers of the tenant (身份提供方清单)."""
    return door.answer(await door.looked_up(query, views.list_issuers))


@routes.order("/issuers/{issuer_id}", ChangeIssuer, method="PUT", versioned=True)
async def change_issuer(door: Door, command: ChangeIssuer) -> Response:
    """Other terms with the same provider (变更身份提供方)."""
    handle = partial(use_cases.change_issuer, cipher=door.frame.cipher, origin=origin_of(door.request.scope))
    return door.answer(await door.carry_out(command, handle))


@routes.order("/issuers/{issuer_id}/close", CloseIssuer, versioned=True)
async def close_issuer(door: Door, command: CloseIssuer) -> Response:
    """Nobody signs in with it any more (停用身份提供方)."""
    handle = partial(use_cases.close_issuer, end_sessions=end_sessions_of_issuer, origin=origin_of(door.request.scope))
    return door.answer(await door.carry_out(command, handle))
