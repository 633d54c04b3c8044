"""Signing in by a certificate (电子营业执照、UKey): a text to sign, and the answer of the person's device."""

from __future__ import annotations

from functools import partial

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from contracts.refusal import Refused
from gateway.access import PUBLIC
from gateway.door import Door
from gateway.identity.accounts.views import invitation_behind
from gateway.identity.certificates.ports import LABELS, CertificateKind
from gateway.identity.sign_in.by_certificate import answer, challenge
from gateway.identity.sign_in.journeys import Departure
from gateway.portal.shell.headers import NOBODY_KEEPS
from gateway.portal.shell.language import language_of
from gateway.portal.shell.pages import Pages
from gateway.portal.shell.portal import portal_of
from gateway.portal.sign_in.password.pages import ComeIn
from gateway.portal.sign_in.steps import our_origin, proceed, wanted
from gateway.session_cookie import visit_of
from gateway.signing_in import signing_in_of

pages = Pages("sign_in")
TEMPLATE = "sign_in/certificate/certificate.html"


class ByCertificate(ComeIn):
    kind: CertificateKind
    invitation: str = Field(default="", max_length=200)


class Signed(ByCertificate):
    """`state` finds the challenge; `answer` is what the device has made of it."""

    state: str = Field(max_length=200)
    answer: str = Field(max_length=20_000)


@pages.show("/sign-in/certificate/{kind}", ByCertificate, PUBLIC, template="certificate.html", secret=True)
async def show_challenge(door: Door, asked: ByCertificate) -> Response:
    """What is to be signed (证书登录); or that there is no such way here."""
    return await _challenge_page(door, asked)


@pages.form("/sign-in/certificate/{kind}", Signed, PUBLIC, on=show_challenge)
async def give_answer(door: Door, said: Signed) -> Response:
    """What the device has signed (提交签名)."""
    request, signing_in = door.request, signing_in_of(door.request)
    departure = Departure(said.state, signing_in.cookies.journey(request) or "")
    certificates = signing_in.settings.certificates
    try:
        origin, visit = our_origin(request), visit_of(request)
        step = partial(answer, signing_in.entrance, certificates, said.kind, departure, said.answer, origin, visit)
        entered, next = await run_in_threadpool(step)
    except Refused as error:
        return await _challenge_page(door, said, error)
    response = proceed(request, entered, next)
    signing_in.cookies.take_journey(response)
    return response


async def _challenge_page(door: Door, asked: ByCertificate, refused: Refused | None = None) -> Response:
    """A challenge of its own each time, bound to this browser; above it why the one before came to nothing."""
    request, signing_in = door.request, signing_in_of(door.request)
    portal, page = portal_of(request), request.scope["route"].declared.page
    values = {
        "label": LABELS[asked.kind][language_of(request) == "en"],
        "detail": refused.message if refused else "",
        "challenge": "",
        "state": "",
        "next": wanted(asked.next),
        "forms": portal.forms(request, page),
        "page_path": page.path.format(kind=asked.kind),
    }
    departure, status = None, 200 if refused is None else 403
    try:
        values["challenge"], departure = await _challenged(door, asked)
        values["state"] = departure.state
    except Refused as error:
        values["detail"], status = error.message, 404
    response = await portal.render(
        request, TEMPLATE, values, audience=pages.audience, status=status, cache=NOBODY_KEEPS
    )
    if departure is not None:
        signing_in.cookies.give_journey(response, departure.binding)
    return response


async def _challenged(door: Door, asked: ByCertificate) -> tuple[str, Departure]:
    """Raises CertificateNotConnected, NotOverThisConnection."""
    signing_in, origin = signing_in_of(door.request), our_origin(door.request)
    invited = await run_in_threadpool(invitation_behind, door.frame, asked.invitation) if asked.invitation else None
    certificates, next = signing_in.settings.certificates, wanted(asked.next)
    step = partial(challenge, signing_in.entrance, certificates, asked.kind, next, origin, invited)
    return await run_in_threadpool(step)
