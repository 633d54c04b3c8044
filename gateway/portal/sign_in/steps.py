"""From one step of the way in to the next: the session under its new id, and where it goes on."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from contracts.refusal import Conflict
from gateway.identity.sessions.domain import OpenedSession, Stage
from gateway.identity.sign_in.entrance import Entered
from gateway.portal.shell.addresses import local_path
from gateway.portal.shell.headers import NOBODY_KEEPS, with_cache
from gateway.portal.shell.rendering import address
from gateway.portal.shell.serving import SEE_OTHER, redirect
from gateway.signing_in import signing_in_of

START = "/sign-in"
HOME = "/"
PLACES: Mapping[Stage, str] = {
    "second_factor": "/sign-in/code",
    "notice": "/sign-in/notice",
    "capacity": "/sign-in/capacity",
}


class NotOverThisConnection(Conflict):
    """Session cookies travel over https, or on this machine alone: the operator has not said which address is ours."""

    code = "not_over_this_connection"
    sentence = "当前网址不能登录：请用本网站的 https 网址访问；尚未配置的，请系统管理员设置 ZHIDA_PUBLIC_URL。"


def wanted(next: str) -> str:
    """Where the person goes in the end: a page of ours, and not one of the way in itself."""
    path = local_path(next, HOME)
    return HOME if path.partition("?")[0].startswith((START, "/sign-out")) else path


def place_of(session: OpenedSession, next: str) -> str:
    """The page of what the session waits for; where the person wanted to go when it waits for nothing."""
    place = PLACES.get(session.stage)
    return wanted(next) if place is None else address(place, next=wanted(next))


def proceed(request: Request, entered: Entered, next: str) -> Response:
    """On to the next step, with the session's new id."""
    response = redirect(request, place_of(entered.session, next))
    signing_in_of(request).cookies.give_session(response, entered.cookie)
    return response


def elsewhere(address_there: str) -> Response:
    """To an identity provider, by its own address."""
    return with_cache(RedirectResponse(address_there, SEE_OTHER), NOBODY_KEEPS)


def our_origin(request: Request) -> str:
    """The origin that the person's browser shows. Raises NotOverThisConnection."""
    origin = signing_in_of(request).settings.address.origin(request)
    if origin is None:
        raise NotOverThisConnection()
    return origin
