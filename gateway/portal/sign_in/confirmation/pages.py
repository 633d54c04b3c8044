"""Step-up (二次验证): proving oneself once more, and back to where it was asked for."""

from __future__ import annotations

from functools import partial

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gateway.access import PUBLIC
from gateway.door import Door
from gateway.identity.sign_in import use_cases
from gateway.identity.sign_in.entrance import Entrance, Visit, waiting_session
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.session import SignInNeeded, session_of
from gateway.portal.sign_in.password.pages import ComeIn
from gateway.portal.sign_in.steps import proceed, wanted
from gateway.session_cookie import visit_of
from gateway.signing_in import signing_in_of

pages = Pages("sign_in")


class ConfirmFilled(ComeIn):
    """The code, or the password where the account asks for no code."""

    code: str = Field(default="", max_length=60)
    password: str = Field(default="", max_length=1000)


@pages.show("/sign-in/confirm", ComeIn, PUBLIC, template="confirm.html", secret=True)
async def show_confirmation(door: Door, asked: ComeIn) -> Values:
    """Asks for the code once more (二次验证)."""
    if session_of(door.request) is None:
        raise SignInNeeded()
    way = await run_in_threadpool(_way, signing_in_of(door.request).entrance, visit_of(door.request))
    return {"next": wanted(asked.next), **way}


@pages.form("/sign-in/confirm", ConfirmFilled, PUBLIC, on=show_confirmation)
async def confirm(door: Door, said: ConfirmFilled) -> Response:
    """The code once more (二次验证)."""
    if session_of(door.request) is None:
        raise SignInNeeded()
    signing_in = signing_in_of(door.request)
    step = partial(use_cases.confirm, signing_in.entrance, said.code or said.password, visit_of(door.request))
    return proceed(door.request, await signing_in.hashing(step), said.next)


def _way(entrance: Entrance, visit: Visit) -> Values:
    """By a code, by the password, or at the issuer by which the session began."""
    session = waiting_session(entrance, visit, "open")
    if session.account_id is None:
        return {"way": "issuer", "issuer_id": session.issuer_id or ""}
    known = use_cases.account_behind(entrance, session)
    return {"way": "code" if known.second_factor else "password", "issuer_id": ""}
