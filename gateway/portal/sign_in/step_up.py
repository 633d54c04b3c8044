"""What a page says that wants somebody to have proved themselves just now, and what becomes of its form meanwhile.

    @pages.form("/finance/payments/authorise", AuthorisePayments, PAYER, on=show_payments)
    async def authorise_payments(door: Door, command: AuthorisePayments) -> str:
        await proved_for(door, AuthorisePayments)
        …

Whoever has not, is sent to /sign-in/confirm and comes back to the page, with the form as it was filled in.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from contracts.message import Contract
from gateway.door import Door
from gateway.identity.sessions.kept_forms import KeptForm, keep_form, kept_form
from gateway.identity.sessions.views import SignedInSession
from gateway.permissions import permission_for
from gateway.portal.shell.addresses import here
from gateway.portal.shell.entries import sent_form_of
from gateway.portal.shell.headers import NOBODY_KEEPS, with_cache
from gateway.portal.shell.pages import PageDeclaration
from gateway.portal.shell.rendering import address
from gateway.portal.shell.serving import KEPT, redirect
from gateway.portal.shell.session import SignInNeeded

CONFIRM = "/sign-in/confirm"


class ConfirmationNeeded(Exception):
    """Somebody is signed in, and has not proved themselves within the last minutes."""


async def proved_just_now(door: Door) -> None:
    """Returns for whoever has given the second factor within the last minutes.

    Raises SignInNeeded, ConfirmationNeeded; what raises them nobody needs to catch.
    """
    session: SignedInSession | None = door.request.state.session
    if session is None:
        raise SignInNeeded()
    if not session.fresh(door.frame.clock.now()):
        raise ConfirmationNeeded()


async def proved_for(door: Door, contract: type[Contract]) -> None:
    """The same, where the table of permissions asks for it before this contract is put."""
    if permission_for(contract).step_up:
        await proved_just_now(door)


async def confirm_first(request: Request, _error: Exception) -> Response:
    """To the confirmation, and back from there; what was filled in waits under the person's name."""
    declared: PageDeclaration = request.scope["route"].declared
    page = declared.page.path.format(**request.path_params)
    back = here(request)
    if request.method == "POST":
        back = await _back_to(request, declared, page)
    to = address(CONFIRM, next=back)
    if request.headers.get("hx-request") == "true":
        return with_cache(Response(status_code=401, headers={"HX-Redirect": to}), NOBODY_KEEPS)
    return redirect(request, to)


async def _back_to(request: Request, declared: PageDeclaration, page: str) -> str:
    session: SignedInSession = request.state.session
    sent = await sent_form_of(request)
    parameters = {name: str(value) for name, value in request.path_params.items()}
    form = KeptForm(declared.name, parameters, list(sent.shown_again))
    key = await run_in_threadpool(keep_form, request.app.state.frame, session.person_id, page, form)
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    return address(page, query, **{KEPT: key})


class KeptForms:
    """Gives a form back to whoever filled it in, at the page where they did."""

    async def again(self, request: Request, key: str) -> KeptForm | None:
        session: SignedInSession | None = getattr(request.state, "session", None)
        if session is None:
            return None
        frame = request.app.state.frame
        return await run_in_threadpool(kept_form, frame, key, session.person_id, request.url.path)


def install(app: FastAPI) -> None:
    """Let pages ask for it."""
    app.add_exception_handler(ConfirmationNeeded, confirm_first)
    app.state.form_keeper = KeptForms()
