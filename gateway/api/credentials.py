"""Bearer tokens of machines, and of people who call by program. The gateway keeps them itself."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from contracts.credentials import IssueCredential, ListCredentials, RevokeCredential, RotateCredential
from gateway import handing_out
from gateway.door import Door
from gateway.identity.credentials import use_cases, views
from gateway.kept_answers import not_kept
from gateway.routes import Routes
from gateway.session_cookie import origin_of

routes = Routes("凭证 credentials")


@routes.order("/credentials", IssueCredential, status=201)
async def issue_credential(door: Door, command: IssueCredential) -> Response:
    """Give a person or machine a bearer token (发放凭证), shown this once: a repeat is told `already_issued`."""
    return not_kept(door.answer(await handing_out.issue_credential(door, command)))


@routes.order("/credentials/{credential_id}/rotate", RotateCredential)
async def rotate_credential(door: Door, command: RotateCredential) -> Response:
    """Another token, shown this once; the one before stays good for a while (更换凭证)."""
    return not_kept(door.answer(await handing_out.rotate_credential(door, command)))


@routes.order("/credentials/{credential_id}/revoke", RevokeCredential)
async def revoke_credential(door: Door, command: RevokeCredential) -> Response:
    """Its tokens open nothing any more (撤销凭证)."""
    return await door.decide(command, partial(use_cases.revoke_credential, origin=origin_of(door.request.scope)))


@routes.ask("/credentials", ListCredentials)
async def list_credentials(door: Door, query: ListCredentials) -> Response:
    """The tenant's credentials, without their tokens."""
    return await door.look_up(query, views.list_credentials)
