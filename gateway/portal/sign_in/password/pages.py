"""Signing in by login and password, and the list of the other ways; signing out."""

from __future__ import annotations

from functools import partial

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from contracts.message import Model
from gateway.access import PUBLIC
from gateway.door import Door
from gateway.identity.certificates.ports import KINDS, LABELS
from gateway.identity.issuers.views import offered_issuers
from gateway.identity.sign_in import use_cases
from gateway.portal.shell.language import language_of
from gateway.portal.shell.pages import Nothing, Pages, Shown
from gateway.portal.shell.serving import redirect
from gateway.portal.sign_in.steps import our_origin, place_of, proceed, wanted
from gateway.session_cookie import visit_of
from gateway.signing_in import signing_in_of

pages = Pages("sign_in")


class ComeIn(Model):
    """Where the person wants to go, and which of several ways in they are shown first."""

    next: str = Field(default="", max_length=2000)


class SignInFilled(ComeIn):
    """What is typed. How long it may be is the account's business, and told to nobody."""

    login: str = Field(max_length=200)
    password: str = Field(max_length=1000)


@pages.show("/sign-in", ComeIn, PUBLIC, template="sign_in.html", secret=True)
async def show_sign_in(door: Door, asked: ComeIn) -> Shown | Response:
    """Asks for login and password, and offers the other ways (登录). Whoever is on the way already goes on."""
    request, signing_in = door.request, signing_in_of(door.request)
    cookie = visit_of(request).cookie
    opened = await run_in_threadpool(signing_in.directory.opened, cookie) if cookie else None
    if opened is not None and request.method == "GET" and (opened.stage != "open" or request.state.session):
        return redirect(request, place_of(opened, asked.next))
    if opened is not None and request.method == "GET":
        return redirect(request, "/sign-in/capacity")
    issuers = await run_in_threadpool(offered_issuers, door.frame)
    language = language_of(request)
    connected = [kind for kind in KINDS if kind in signing_in.settings.certificates]
    return Shown(
        {
            "next": wanted(asked.next),
            "issuers": [(each.issuer_id, each.label(language), each.audience) for each in issuers],
            "certificates": [(kind, LABELS[kind][language == "en"]) for kind in connected],
        }
    )


@pages.form("/sign-in", SignInFilled, PUBLIC, on=show_sign_in)
async def sign_in(door: Door, said: SignInFilled) -> Response:
    """Login and password (登录)."""
    our_origin(door.request)
    signing_in = signing_in_of(door.request)
    step = partial(use_cases.sign_in, signing_in.entrance, said.login, said.password, visit_of(door.request))
    return proceed(door.request, await signing_in.hashing(step), said.next)


@pages.form("/sign-out", Nothing, PUBLIC, on=show_sign_in)
async def sign_out(door: Door, _said: Nothing) -> Response:
    """The session ends (退出登录)."""
    signing_in = signing_in_of(door.request)
    await run_in_threadpool(use_cases.sign_out, signing_in.entrance, visit_of(door.request))
    response = redirect(door.request, "/sign-in?done=signed_out")
    signing_in.cookies.take_session(response)
    return response
