"""The tracking page (办件进度): receipt number and query code in, steps and clock out."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from starlette.responses import Response

from contracts.message import Model
from contracts.oversight import TrackCase
from contracts.receipt_numbers import receipt_in
from contracts.refusal import Refused
from contracts.typed import half_width
from gateway.access import PUBLIC
from gateway.door import Door, said
from gateway.portal.shell.pages import Pages, Shown
from gateway.portal.shell.rendering import address
from gateway.portal.shell.serving import redirect
from gateway.receipts import track

pages = Pages("public")

RECEIPT = re.compile(r"[A-Za-z0-9-]{6,60}")
CODE = re.compile(r"[A-Za-z0-9]{4,20}")
Narrow = Annotated[str, AfterValidator(half_width)]
AsScanned = Annotated[str, AfterValidator(receipt_in)]


class LookUp(Model):
    """What a receipt says. What does not fit is told beside its field, and what is not there yet is asked for."""

    receipt: AsScanned = Field(default="", max_length=500)
    code: Narrow = Field(default="", max_length=200)

    @property
    def problems(self) -> dict[str, str]:
        """Field → the key of what is wrong with it; empty where both can be looked up."""
        patterns = {"receipt": (self.receipt, RECEIPT), "code": (self.code, CODE)}
        return {name: f"{name}_wrong" for name, (text, pattern) in patterns.items() if not pattern.fullmatch(text)}


class LookUpOne(LookUp):
    receipt: AsScanned = Field(max_length=500)


@pages.show("/track", LookUp, PUBLIC, template="look_up.html", nav=("public.nav.track", 30), secret=True)
async def tracking_form(door: Door, asked: LookUp) -> Shown | Response:
    """Asks for receipt number and query code; with both, leads to the case's own page."""
    if not asked.problems:
        lang = door.request.query_params.get("lang")
        return redirect(door.request, address(f"/track/{asked.receipt}", {"code": asked.code}, lang=lang))
    begun = bool(asked.code)  # a receipt alone comes from the search box: its code is still to be asked for
    return look_up(asked, problems=asked.problems if begun else {}, status=422 if begun else 200)


@pages.show("/track/{receipt}", LookUpOne, PUBLIC, template="case.html", secret=True)
async def tracking_page(door: Door, asked: LookUpOne) -> Shown:
    """Where the case is: newest step first, and whose turn it is."""
    if not asked.code:
        return look_up(asked, trouble="code_needed")
    if asked.problems:
        return look_up(asked, trouble="not_found", status=404)
    try:
        case = said(await track(door, asked.receipt, asked.code), TrackCase)
    except Refused as refused:
        if refused.refusal().kind != "not_found":
            raise
        return look_up(asked, trouble="not_found", status=404)
    return Shown({"case": case, "steps": tuple(reversed(case.steps))})


def look_up(asked: LookUp, *, problems: dict[str, str] | None = None, trouble: str = "", status: int = 200) -> Shown:
    """The form that asks for both; what is wrong is a key of its texts."""
    values = {"asked_for": asked, "problems": problems or {}, "trouble": trouble}
    return Shown(values, status, template="look_up.html")
