"""The second step of signing in: the code of the second factor, or a recovery code."""

from __future__ import annotations

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gateway.access import PUBLIC
from gateway.door import Door
from gateway.identity.sign_in import use_cases
from gateway.identity.sign_in.entrance import waiting_session
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.sign_in.password.pages import ComeIn
from gateway.portal.sign_in.steps import proceed, wanted
from gateway.session_cookie import visit_of
from gateway.signing_in import signing_in_of

pages = Pages("sign_in")


class SecondFactor(ComeIn):
    code: str = Field(max_length=60)


@pages.show("/sign-in/code", ComeIn, PUBLIC, template="code.html", secret=True)
async def show_code(door: Door, asked: ComeIn) -> Values:
    """Asks for the code (动态口令). Raises SessionOver."""
    entrance = signing_in_of(door.request).entrance
    await run_in_threadpool(waiting_session, entrance, visit_of(door.request), "second_factor")
    return {"next": wanted(asked.next)}


@pages.form("/sign-in/code", SecondFactor, PUBLIC, on=show_code)
async def give_code(door: Door, said: SecondFactor) -> Response:
    """The code (动态口令)."""
    entrance = signing_in_of(door.request).entrance
    entered = await run_in_threadpool(use_cases.give_code, entrance, said.code, visit_of(door.request))
    return proceed(door.request, entered, said.next)
