"""How a declared page is served: asked and shown; sent, and shown again where it was refused."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import RedirectResponse, Response

from chassis.observability.telemetry import get_logger
from contracts.refusal import Invalid, NotFound, Reason, Refused
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import DoorProblem, Faulted, problem_of
from gateway.portal.shell.addresses import local_path
from gateway.portal.shell.entries import Pairs, SentForm
from gateway.portal.shell.filled import reasons_beside_fields
from gateway.portal.shell.headers import NOBODY_KEEPS, with_cache
from gateway.portal.shell.language import remember
from gateway.portal.shell.page_form import PageForm
from gateway.portal.shell.pages import PageDeclaration, Shown, beside
from gateway.portal.shell.portal import PLACE, Portal, portal_of
from gateway.portal.shell.problem_page import kept_page, sign_in_first
from gateway.portal.shell.sent_files import KEY_LENGTHS, FilesRefused, form_of
from gateway.portal.shell.session import SignInNeeded, csrf_fits, page_guard

log = get_logger(__name__)

SEE_OTHER = 303
STALE = DoorProblem(409, "form_outdated", "页面已过期，请核对填写的内容后再次提交。")

PROVED = "验证已完成。请核对填写的内容，再次提交。"
KEPT = "kept"

Endpoint = Callable[..., Awaitable[Response]]


class FormAgain(Protocol):
    """A form as it was filled in: which, for which of several things, and what was said in it."""

    @property
    def name(self) -> str: ...

    @property
    def parameters(self) -> Mapping[str, str]: ...

    @property
    def said(self) -> Pairs: ...


class FormKeeper(Protocol):
    """`app.state.form_keeper`: gives back what a person had filled in when something had to be done first."""

    async def again(self, request: Request, key: str) -> FormAgain | None: ...


class DeclaredPage(APIRoute):
    """A declaration as the application serves it."""

    def __init__(self, declared: PageDeclaration) -> None:
        self.declared = declared
        super().__init__(
            declared.path,
            _shows(declared) if declared.on is None else _sends(declared),
            methods=[declared.method],
            name=declared.name,
            description=inspect.getdoc(declared.handle),
            include_in_schema=False,
            response_model=None,
        )


def serve_pages(app: FastAPI, portal: Portal) -> None:
    """Take in every page, and the files that they load. Whoever has to sign in first is sent there."""
    setattr(app.state, PLACE, portal)
    app.add_exception_handler(SignInNeeded, sign_in_first)
    app.router.routes += [*(DeclaredPage(each) for each in portal.pages), portal.assets.route()]


def redirect(request: Request, address: str) -> Response:
    """On to a page of ours, with GET."""
    response = with_cache(RedirectResponse(local_path(address), SEE_OTHER), NOBODY_KEEPS)
    remember(request, response)
    return response


def _shows(declared: PageDeclaration) -> Endpoint:
    guarded: Any = Depends(page_guard(declared.guard))

    async def endpoint(door: Door = guarded) -> Response:
        return await _page(door, declared, await _kept(door, declared))

    return endpoint


async def _kept(door: Door, page: PageDeclaration) -> PageForm | None:
    """The form that was filled in before the person had to prove themselves, where the address says one was kept."""
    keeper: FormKeeper | None = getattr(door.request.app.state, "form_keeper", None)
    key = door.request.query_params.get(KEPT)
    kept = await keeper.again(door.request, key) if keeper is not None and key else None
    declared = next((each for each in page.forms if kept is not None and each.name == kept.name), None)
    if kept is None or declared is None:
        return None
    filled = portal_of(door.request).filled(door.request, declared, SentForm(kept.said), PROVED)
    return replace(filled, parameters={**filled.parameters, **kept.parameters})


async def _page(door: Door, page: PageDeclaration, filled: PageForm | None = None, status: int = 200) -> Response:
    """The page as it stands now; with a form on it as a person has filled it in."""
    portal = portal_of(door.request)
    shown = await page.handle(door, await _question(door, page))
    if isinstance(shown, Response):
        return with_cache(shown)
    if not isinstance(shown, Shown):
        shown = Shown(shown)
    values: Mapping[str, Any] = {
        "page_path": page.path.format(**door.request.path_params),
        "forms": portal.forms(door.request, page, filled),
        **shown.values,
    }
    return await portal.render(
        door.request,
        beside(page.handle, shown.template) if shown.template else page.template,
        values,
        audience=page.audience,
        status=status if shown.status == 200 else shown.status,
        cache=page.cache if filled is None else NOBODY_KEEPS,
    )


async def _question(door: Door, page: PageDeclaration) -> Any:
    """What the address asks. Raises NotFound for a path that names nothing, Invalid with what is wrong with the rest."""
    try:
        return await page.reads.read(door)
    except RequestValidationError as error:
        if any(each["loc"][0] == "path" for each in error.errors()):
            raise NotFound() from None
        form = portal_of(door.request).blank(door.request, page)
        raise Invalid(
            *(
                Reason(code=each.code, message=f"{form.label(each.field or '')}：{each.message}", field=each.field)
                for each in reasons_beside_fields(error)
            )
        ) from None


def _sends(declared: PageDeclaration) -> Endpoint:
    guarded: Any = Depends(page_guard(declared.guard))

    async def endpoint(door: Door = guarded) -> Response:
        sent = await form_of(door, declared.files)
        if not csrf_fits(door.request, sent.csrf) or len(sent.key) not in KEY_LENGTHS:
            # From one of our own pages (the guard has looked), but made before this session: nothing is done unseen.
            return await _again(door, declared, sent, STALE)
        door.key = sent.key
        try:
            if sent.files_wrong:
                raise FilesRefused(*sent.files_wrong)
            went = await declared.handle(door, await declared.reads.read(door))
        except RequestValidationError as error:
            return await _again(door, declared, sent, problem_of(error), reasons_beside_fields(error))
        except HTTPException as error:
            if error.status_code != 428:
                raise
            return await _again(door, declared, sent, STALE)
        except Refused as error:
            refused = problem_of(error)
            if error.refusal().retryable:
                return await kept_page(door.request, refused, sent)
            return await _again(door, declared, sent, refused, tuple(refused.reasons))
        except (BusError, Faulted, SQLAlchemyError) as error:
            return await kept_page(door.request, problem_of(error), sent)
        return with_cache(went) if isinstance(went, Response) else redirect(door.request, went)

    return endpoint


async def _again(
    door: Door, declared: PageDeclaration, sent: SentForm, problem: DoorProblem, reasons: tuple[Reason, ...] = ()
) -> Response:
    """The page that the form stands on, with all that was filled in and all that is wrong with it."""
    filled = portal_of(door.request).filled(door.request, declared, sent, problem.detail, reasons)
    try:
        return await _page(door, declared.page, filled, problem.status)
    except Exception as error:  # whatever keeps the page from being shown, what was filled in is not lost with it
        log.warning("a refused form could not be shown on its page", page=declared.page.path, error=str(error)[:200])
        return await kept_page(door.request, problem, sent)
