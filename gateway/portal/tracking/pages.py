"""The tracking page (办件进度): receipt number and query code in, steps and clock out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, select_autoescape

from contracts import status_labels
from contracts.intake import ReceiptNumber
from contracts.refusal import NotFound
from gateway.access import PUBLIC
from gateway.api.tracking import Anybody, track
from gateway.errors import Faulted
from gateway.portal.tracking.texts import TEXTS

CHINA = ZoneInfo("Asia/Shanghai")
SECURITY_HEADERS = {
    # The query code stands in the address: it must not leak to anywhere.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
}
Lang = status_labels.Language
OptionalCode = Annotated[str, Query(max_length=20, pattern=r"^[A-Za-z0-9]*$")]

router = APIRouter(include_in_schema=False)
templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(["html"]), enable_async=False
)


def china_time(value: str | None) -> str:
    """An ISO instant as people in China read it; a dash for none."""
    if not value:
        return "—"
    return datetime.fromisoformat(value).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def yuan(fen: int | None) -> str:
    """Fen as yuan with two decimals, exactly."""
    return "—" if fen is None else f"¥{fen // 100:,}.{fen % 100:02d}"


templates.filters.update(china_time=china_time, yuan=yuan)


@router.get("/", dependencies=[Depends(PUBLIC)])
@router.get("/track", dependencies=[Depends(PUBLIC)])
async def tracking_form(
    lang: Lang = "zh",
    receipt: Annotated[str, Query(max_length=60, pattern=r"^[A-Za-z0-9-]*$")] = "",
    code: OptionalCode = "",
) -> Response:
    """Asks for receipt number and query code; with both, leads to the case's own page."""
    if len(receipt) >= 6 and len(code) >= 4:
        return RedirectResponse(f"/track/{receipt}?code={code}&lang={lang}", 303, headers=SECURITY_HEADERS)
    return page(200, lang=lang, receipt=receipt, code=code, case=None, trouble=None)


@router.get("/track/{receipt}")
async def tracking_page(
    door: Anybody, receipt: ReceiptNumber, code: OptionalCode = "", lang: Lang = "zh"
) -> HTMLResponse:
    """Where the case is."""
    if len(code) < 4:
        return page(200, lang=lang, receipt=receipt, code=code, case=None, trouble="code_needed")
    try:
        wire = await track(door, receipt, code)
    except NotFound:
        wire = {"refused": {}}
    if "fault" in wire:
        raise Faulted(bool(wire["fault"].get("retryable")))
    if "ok" not in wire:
        return page(404, lang=lang, receipt=receipt, code="", case=None, trouble="not_found")
    case = wire["ok"]
    label = status_labels.TRACKED.get(case["state"])
    state = label.public(lang) if label else case["state"]
    return page(200, lang=lang, receipt=receipt, code=code, case=case, state=state, trouble=None)


def page(status: int, *, lang: Lang, **values: Any) -> HTMLResponse:
    html = templates.get_template("tracking.html").render(lang=lang, texts=TEXTS[lang], **values)
    return HTMLResponse(html, status, headers=SECURITY_HEADERS)
