"""What went wrong, as a page: in the voice of the refusals, with a way on. What a person filled in is not lost."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from gateway.errors import DoorProblem
from gateway.portal.shell.addresses import here
from gateway.portal.shell.entries import KEY, VERSION, SentForm, sent_form_of
from gateway.portal.shell.headers import NOBODY_KEEPS, with_cache
from gateway.portal.shell.pages import PageDeclaration
from gateway.portal.shell.portal import portal_of

JSON_PATHS = ("/api/", "/openapi.json", "/healthz", "/readyz")
TEMPLATE = "shell/problem.html"
AUDIENCE = "shell"
SIGN_IN = "/sign-in"
SIGNED_OUT = DoorProblem(401, "signed_out", "登录已过期。请重新登录，再继续提交，已填写的内容不会丢失。")

BROWSER_SENTENCES = {
    405: "这个地址只能从页面上的按钮提交，请回到页面上办理。",
    413: "提交的内容过大，请减少内容后重试。",
    415: "提交的内容格式不对，请回到页面上重新提交。",
    428: "页面已过期，请刷新后重试。",
}
"""What is told otherwise to a person at a page than to a program."""


async def problem_page(request: Request, problem: DoorProblem) -> Response | None:
    """The problem as a page for whoever asked for a page, None for a program.

    A form's address that is asked for as if it were a page leads to the page that the form stands on.
    """
    declared = _declared(request)
    if declared is None and not _reads_pages(request):
        return None
    if problem.status == 405 and request.method == "GET" and declared is not None:
        page = declared.page.path.format(**request.path_params)
        return with_cache(RedirectResponse(page, 303), NOBODY_KEEPS)
    return await _shown(request, problem, None)


async def kept_page(request: Request, problem: DoorProblem, sent: SentForm) -> Response:
    """The problem with the form in it as it was sent: once more with the same key is the same order."""
    return await _shown(request, problem, sent)


async def sign_in_first(request: Request, _error: Exception) -> Response:
    """To the sign-in, and back here from there. Whoever was sending a form keeps what was filled in."""
    if request.method == "POST":
        return await kept_page(request, SIGNED_OUT, await sent_form_of(request))
    address = f"{SIGN_IN}?next={quote(here(request), safe='')}"
    if request.headers.get("hx-request") == "true":
        # A redirect would be followed by the script and its page put into a corner of this one.
        return with_cache(Response(status_code=401, headers={"HX-Redirect": address}), NOBODY_KEEPS)
    return with_cache(RedirectResponse(address, 303), NOBODY_KEEPS)


async def _shown(request: Request, problem: DoorProblem, sent: SentForm | None) -> Response:
    declared = _declared(request)
    values = {
        "problem": problem,
        "detail": BROWSER_SENTENCES.get(problem.status, problem.detail),
        "sent": sent,
        "key_name": KEY,
        "version_name": VERSION,
        "signed_out": problem is SIGNED_OUT,
        "back": declared.page.path.format(**request.path_params) if declared else None,
        "page_path": declared.page.path.format(**request.path_params) if declared else request.url.path,
    }
    page = await portal_of(request).render(
        request, TEMPLATE, values, audience=AUDIENCE, status=problem.status, cache=NOBODY_KEEPS
    )
    page.headers.update(problem.headers)
    return page


def _declared(request: Request) -> PageDeclaration | None:
    declared = getattr(request.scope.get("route"), "declared", None)
    return declared if isinstance(declared, PageDeclaration) else None


def _reads_pages(request: Request) -> bool:
    """Whether somebody looks for a page: no route says so where none was found."""
    path = request.url.path
    if path.startswith(JSON_PATHS) or getattr(request.scope.get("route"), "declared", None) is not None:
        return False
    return "text/html" in request.headers.get("accept", "")
