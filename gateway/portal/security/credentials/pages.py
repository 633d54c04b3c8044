"""Tokens of machines and programs (凭证): issued, shown once, exchanged, revoked."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from contracts.credentials import (
    CredentialView,
    IssueCredential,
    ListCredentials,
    RevokeCredential,
    RotateCredential,
)
from contracts.fact_sources import SPOKEN_FOR_NAMES
from contracts.identity import InTenant
from contracts.message import Id
from gateway import handing_out
from gateway.access import Permitted
from gateway.door import Door, said
from gateway.identity.credentials import use_cases, views
from gateway.identity.credentials.domain import CredentialUnknown
from gateway.portal.platform.places import place_values
from gateway.portal.security.shown_once import shown_once
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address
from gateway.session_cookie import origin_of

pages = Pages("security")
KEEPER = Permitted(IssueCredential)
MACHINES = ("partner", "bank", "enterprise")
"""What a machine is given a token for; a person's is issued on the page of the person."""

SOURCES = list(SPOKEN_FOR_NAMES.items())


class OneCredential(InTenant):
    credential_id: Id


@pages.show(
    "/security/credentials", ListCredentials, template="credentials.html", nav=("security.nav.credentials", 140)
)
async def show_credentials(door: Door, query: ListCredentials) -> Values:
    """Those of one place that open something; all of them if asked for."""
    page = await door.found(query, views.list_credentials)
    return {
        "page": page,
        "query": query,
        "machines": MACHINES,
        "sources": SOURCES,
        **await place_values(door, query.tenant),
    }


@pages.form("/security/credentials", IssueCredential, on=show_credentials, without=("department", "department_id"))
async def issue_to_machine(door: Door, command: IssueCredential) -> Response:
    """A token for a machine (发放凭证)."""
    made = said(await handing_out.issue_credential(door, command), IssueCredential)
    back = address("/security/credentials", tenant=command.tenant)
    return await shown_once(door, "token", made.token or "", back=back, until=made.ends_at)


@pages.show("/security/credentials/{credential_id}", OneCredential, KEEPER, template="credential.html")
async def show_credential(door: Door, asked: OneCredential) -> Values:
    """One of them, to be exchanged or revoked. Raises CredentialUnknown."""
    return {
        "credential": await _credential(door, asked),
        "source_names": SPOKEN_FOR_NAMES,
        **await place_values(door, asked.tenant),
    }


@pages.form("/security/credentials/{credential_id}/rotate", RotateCredential, on=show_credential)
async def rotate_credential(door: Door, command: RotateCredential) -> Response:
    """Another token; the one before stays good for a while (更换凭证)."""
    made = said(await handing_out.rotate_credential(door, command), RotateCredential)
    back = address("/security/credentials", tenant=command.tenant)
    return await shown_once(door, "token", made.token or "", back=back, until=made.ends_at)


@pages.form("/security/credentials/{credential_id}/revoke", RevokeCredential, on=show_credential)
async def revoke_credential(door: Door, command: RevokeCredential) -> str:
    """Its tokens open nothing any more (撤销凭证)."""
    await door.decided(command, partial(use_cases.revoke_credential, origin=origin_of(door.request.scope)))
    return address("/security/credentials", tenant=command.tenant, done="credential_revoked")


async def _credential(door: Door, asked: OneCredential) -> CredentialView:
    query = ListCredentials(tenant=asked.tenant, past=True, limit=200)
    while True:
        page = await door.found(query, views.list_credentials)
        found = next((each for each in page.items if each.credential_id == asked.credential_id), None)
        if found is not None:
            return found
        if page.next_cursor is None:
            raise CredentialUnknown()
        query = query.model_copy(update={"cursor": page.next_cursor})
