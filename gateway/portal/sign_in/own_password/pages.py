"""Changing one's own password."""

from __future__ import annotations

from functools import partial

from pydantic import Field
from starlette.responses import Response

from contracts.message import Model
from gateway.access import PUBLIC
from gateway.door import Door
from gateway.identity.sign_in.changing import NewPassword, change_password
from gateway.portal.shell.pages import Nothing, Pages, Values
from gateway.portal.shell.serving import redirect
from gateway.portal.shell.session import SignInNeeded, session_of
from gateway.session_cookie import visit_of
from gateway.signing_in import signing_in_of

pages = Pages("sign_in")


class PasswordFilled(Model):
    present_password: str = Field(max_length=1000)
    password: str = Field(max_length=1000)
    repeated_password: str = Field(max_length=1000)


@pages.show("/sign-in/password", Nothing, PUBLIC, template="own_password.html", secret=True)
async def show_own_password(door: Door, _asked: Nothing) -> Values:
    """Asks for the present password and a new one (修改口令)."""
    if session_of(door.request) is None:
        raise SignInNeeded()
    return {}


@pages.form("/sign-in/password", PasswordFilled, PUBLIC, on=show_own_password)
async def change_own_password(door: Door, said: PasswordFilled) -> Response:
    """Another password (修改口令); the person's other sessions end."""
    if session_of(door.request) is None:
        raise SignInNeeded()
    signing_in = signing_in_of(door.request)
    filled = NewPassword(present=said.present_password, password=said.password, repeated=said.repeated_password)
    step = partial(change_password, signing_in.entrance, filled, visit_of(door.request))
    entered, _ended = await signing_in.hashing(step)
    response = redirect(door.request, "/sign-in/password?done=password_changed")
    signing_in.cookies.give_session(response, entered.cookie)
    return response
