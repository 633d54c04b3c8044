"""The link that a security administrator has handed over: an account is set up, or an identity is linked."""

from __future__ import annotations

from functools import partial

import segno
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from contracts.message import Model
from gateway.access import PUBLIC
from gateway.door import Door
from gateway.identity.accounts.domain import InvitationInvalid, needs_second_factor
from gateway.identity.accounts.second_factor import enrolment_address
from gateway.identity.accounts.setting_up import (
    SetUp,
    account_invited,
    offer,
    offered_secret,
    set_up_account,
)
from gateway.identity.accounts.views import OpenInvitation, invitation_behind
from gateway.identity.certificates.ports import KINDS, LABELS
from gateway.identity.issuers.domain import IssuerMissing
from gateway.identity.issuers.views import open_issuer
from gateway.identity.sign_in.by_certificate import issuer_id_of
from gateway.identity.sign_in.entrance import Entrance, Visit
from gateway.portal.shell.entries import sent_form_of
from gateway.portal.shell.headers import NOBODY_KEEPS
from gateway.portal.shell.language import language_of
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.shell.portal import portal_of
from gateway.session_cookie import visit_of
from gateway.signing_in import signing_in_of

pages = Pages("sign_in")
SERVICE = "直达 Zhida"
MODULE_PIXELS = 4


class ByLink(Model):
    token: str = Field(max_length=200)


class SetUpFilled(ByLink):
    """`code` may be left out where the second factor is not compulsory."""

    password: str = Field(max_length=1000)
    repeated_password: str = Field(max_length=1000)
    offered: str = Field(max_length=1000)
    code: str = Field(default="", max_length=60)


@pages.show("/sign-in/invitation/{token}", ByLink, PUBLIC, template="invitation.html", secret=True)
async def show_invitation(door: Door, asked: ByLink) -> Shown:
    """Password and second factor are to be set (首次登录、重置), or an identity linked (关联身份)."""
    entrance, visit = signing_in_of(door.request).entrance, visit_of(door.request)
    try:
        invited = await run_in_threadpool(invitation_behind, entrance.frame, asked.token)
        if invited is not None and invited.purpose == "link":
            linking = await run_in_threadpool(_linking, entrance, invited, language_of(door.request))
            return Shown({**linking, "token": asked.token}, template="link.html")
        sent = dict((await sent_form_of(door.request)).said) if door.request.method == "POST" else {}
        return Shown(await run_in_threadpool(_setting_up, entrance, asked.token, sent.get("offered"), visit))
    except (InvitationInvalid, IssuerMissing) as error:
        return Shown({"detail": error.message}, 410, template="used.html")


@pages.form("/sign-in/invitation/{token}", SetUpFilled, PUBLIC, on=show_invitation)
async def set_up(door: Door, said: SetUpFilled) -> Response:
    """Set the password and the second factor (设置口令与动态口令); the recovery codes are shown once."""
    signing_in, request = signing_in_of(door.request), door.request
    filled = SetUp(password=said.password, repeated=said.repeated_password, offered=said.offered, code=said.code)
    step = partial(_set_up, signing_in.entrance, said.token, filled, visit_of(request))
    codes = await signing_in.hashing(step)
    return await portal_of(request).render(
        request,
        "sign_in/invitation/set_up.html",
        {"codes": codes, "page_path": "/sign-in"},
        audience=pages.audience,
        status=200,
        cache=NOBODY_KEEPS,
    )


def _set_up(entrance: Entrance, token: str, filled: SetUp, visit: Visit) -> tuple[str, ...]:
    _invited, known = account_invited(entrance.frame, token, visit.origin)
    return set_up_account(
        entrance.frame,
        entrance.hashes,
        token,
        filled,
        name=entrance.people.name_of(known.person_id),
        compulsory=_compulsory(entrance, known.person_id),
        origin=visit.origin,
    )


def _setting_up(entrance: Entrance, token: str, offered: str | None, visit: Visit) -> Values:
    """The form, with the same secret in it for as long as it is filled in."""
    invited, known = account_invited(entrance.frame, token, visit.origin)
    secret = offered_secret(entrance.frame, invited, offered) if offered else None
    if secret is None or offered is None:
        secret, offered = offer(entrance.frame, invited)
    return {
        "login": known.login,
        "name": entrance.people.name_of(known.person_id),
        "recovering": invited.purpose == "recovery",
        "until": invited.expires_at,
        "compulsory": _compulsory(entrance, known.person_id),
        "offered": offered,
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "picture": _picture(enrolment_address(secret, login=known.login, service=SERVICE)),
    }


def _linking(entrance: Entrance, invited: OpenInvitation, language: str) -> Values:
    there = invited.issuer_id or "-"
    kind = next((each for each in KINDS if issuer_id_of(each) == there), None)
    if kind is not None:
        label, go = LABELS[kind][language == "en"], f"/sign-in/certificate/{kind}"
    else:
        issuer = open_issuer(entrance.frame, there)
        label, go = issuer.label_zh if language == "zh" else issuer.label_en, f"/sign-in/oidc/{issuer.id}"
    return {"name": entrance.people.name_of(invited.person_id), "label": label, "go": go, "until": invited.expires_at}


def _compulsory(entrance: Entrance, person_id: str) -> bool:
    return any(needs_second_factor(each.duties) for each in entrance.people.capacities(person_id))


def _picture(text: str) -> str:
    """The QR code as the address of an image: SVG, so that it is sharp on any screen."""
    return str(segno.make(text, error="m").svg_data_uri(scale=MODULE_PIXELS, border=4, light="white"))
