"""To an identity provider and back. Links, not forms: our content security policy lets no form lead elsewhere."""

from __future__ import annotations

from functools import partial
from typing import Literal

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from contracts.message import Id, Model
from contracts.refusal import Refused
from gateway.access import PUBLIC
from gateway.door import Door
from gateway.errors import problem_of
from gateway.identity.accounts.domain import InvitationInvalid
from gateway.identity.accounts.views import OpenInvitation, invitation_behind
from gateway.identity.sign_in.by_issuer import Callback, come_back, leave
from gateway.identity.sign_in.entrance import Entrance, waiting_session
from gateway.portal.shell.pages import Pages, Shown
from gateway.portal.sign_in.password.pages import ComeIn
from gateway.portal.sign_in.steps import elsewhere, our_origin, proceed, wanted
from gateway.session_cookie import visit_of
from gateway.signing_in import signing_in_of

pages = Pages("sign_in")


class ToIssuer(ComeIn):
    """`confirm`: to sign in there anew, for a step-up. `invitation`: to be linked by it."""

    issuer_id: Id
    purpose: Literal["sign_in", "confirm"] = "sign_in"
    invitation: str = Field(default="", max_length=200)


class FromIssuer(Model):
    """What the provider lets the browser bring back; anything else in the address is nobody's business."""

    state: str = Field(default="", max_length=200)
    code: str = Field(default="", max_length=2000)
    error: str = Field(default="", max_length=200)
    iss: str | None = Field(default=None, max_length=300)


@pages.show("/sign-in/oidc/callback", FromIssuer, PUBLIC, template="trouble.html", secret=True)
async def come_back_from_issuer(door: Door, asked: FromIssuer) -> Shown | Response:
    """Whoever comes back from an identity provider comes in; or is told why not, and which ways there are besides."""
    request, signing_in = door.request, signing_in_of(door.request)
    callback = Callback(asked.state, asked.code, asked.error, asked.iss, signing_in.cookies.journey(request))
    try:
        gate = signing_in.gate(our_origin(request))
        entered, next = await signing_in.asking_issuer(partial(come_back, gate, callback, visit_of(request)))
    except Refused as error:
        return _trouble(error)
    response = proceed(request, entered, next)
    signing_in.cookies.take_journey(response)
    return response


@pages.show("/sign-in/oidc/{issuer_id}", ToIssuer, PUBLIC, template="trouble.html", secret=True)
async def go_to_issuer(door: Door, asked: ToIssuer) -> Shown | Response:
    """To an identity provider; back comes whoever has signed in there."""
    request, signing_in = door.request, signing_in_of(door.request)
    try:
        gate = signing_in.gate(our_origin(request))
        session = None
        if asked.purpose == "confirm":
            session = await run_in_threadpool(waiting_session, signing_in.entrance, visit_of(request), "open")
        invited = await run_in_threadpool(_invited, signing_in.entrance, asked)
        purpose: Literal["sign_in", "confirm", "link"] = "link" if invited else asked.purpose
        step = partial(
            leave, gate, asked.issuer_id, wanted(asked.next), purpose=purpose, session=session, invitation=invited
        )
        address, departure = await signing_in.asking_issuer(step)
    except Refused as error:
        return _trouble(error)
    response = elsewhere(address)
    signing_in.cookies.give_journey(response, departure.binding)
    return response


def _invited(entrance: Entrance, asked: ToIssuer) -> OpenInvitation | None:
    if not asked.invitation:
        return None
    invited = invitation_behind(entrance.frame, asked.invitation)
    if invited is None or invited.purpose != "link" or invited.issuer_id != asked.issuer_id:
        raise InvitationInvalid()
    return invited


def _trouble(error: Refused) -> Shown:
    """Why not; an issuer that is away is 503, so that nobody takes it for an answer."""
    told = problem_of(error)
    return Shown({"detail": told.detail}, 503 if told.retryable else told.status)
