"""Public notices (公示): those of a place, one of them with the form to object, and what has become of an objection.

A notice that has come down is answered with 410 and whom to turn to; nothing that stood in it is shown any more.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from starlette.responses import Response

from contracts.message import Cursor, Model
from contracts.public_notices import (
    CheckObjection,
    GetPublicNotice,
    ListPublicNotices,
    ObjectionStanding,
    PublicNoticePage,
    RaiseObjection,
)
from contracts.refusal import Refused
from contracts.typed import half_width
from gateway.access import PUBLIC
from gateway.door import Door
from gateway.portal.shell.confirmation import asked_once_more
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.shell.portal import portal_of
from gateway.portal.shell.session import session_of

pages = Pages("public_notices")

PLACE = re.compile(r"[a-z0-9_-]{1,40}")
NUMBER = re.compile(r"YY-[A-Z0-9]{8}")
CODE = re.compile(r"[A-Z0-9]{8}")


def _as_printed(text: str) -> str:
    return half_width(text.strip()).upper()


def _place(text: str) -> str:
    return half_width(text.strip()).lower()


Printed = Annotated[str, AfterValidator(_as_printed)]
Place = Annotated[str, AfterValidator(_place)]


class NoticesAsked(Model):
    """What stands in the address of the list: without a place it is asked for."""

    tenant: Place = Field(default="", max_length=100)
    about: str = Field(default="", max_length=60)
    department: str = Field(default="", max_length=60)
    cursor: Cursor | None = None

    @property
    def said(self) -> dict[str, str]:
        return self.model_dump(exclude_defaults=True, exclude={"cursor"})


class ObjectionAsked(Model):
    """What the receipt of an objection says."""

    tenant: Place = Field(default="", max_length=100)
    number: Printed = Field(default="", max_length=100)
    code: Printed = Field(default="", max_length=100)

    @property
    def problems(self) -> dict[str, str]:
        """Field → the key of what is wrong with it; empty where all can be looked up."""
        patterns = {"tenant": (self.tenant, PLACE), "number": (self.number, NUMBER), "code": (self.code, CODE)}
        return {name: f"{name}_wrong" for name, (text, pattern) in patterns.items() if not pattern.fullmatch(text)}


@pages.show("/notices", NoticesAsked, PUBLIC, template="list.html", nav=("public_notices.nav", 20))
async def list_notices(door: Door, asked: NoticesAsked) -> Shown:
    """The notices that are up in a place, those published last at the top, by item, name or department. Whoever names no
    place reads those of whose site it is."""
    session = session_of(door.request)
    site = await portal_of(door.request).sites.of(session.principal.tenant if session else None)
    asked = asked.model_copy(update={"tenant": asked.tenant or site.tenant})
    page, trouble = PublicNoticePage(), ""
    if PLACE.fullmatch(asked.tenant):
        words = {"about": asked.about or None, "department": asked.department or None, "cursor": asked.cursor}
        try:
            page = await door.told(ListPublicNotices(tenant=asked.tenant, **words))
        except Refused as refused:
            if refused.refusal().kind != "invalid":
                raise
            trouble = refused.refusal().message
    elif asked.tenant:
        trouble = f"没有地区“{asked.tenant}”。请填写地区编号或行政区划代码，如 360702。"
    values: dict[str, Any] = {
        "asked_for": asked,
        "listed": asked.said,
        "rows": page.items,
        "next_cursor": page.next_cursor,
    }
    values["places"] = list(site.places.items())
    return Shown({**values, "trouble": trouble}, 422 if trouble else 200)


@pages.show("/notices/{tenant}/{notice_id}", GetPublicNotice, template="notice.html")
async def show_notice(door: Door, query: GetPublicNotice) -> Values:
    """One notice while it is up, and the form to object."""
    return {"notice": await door.told(query)}


@pages.form("/notices/{tenant}/{notice_id}/objections", RaiseObjection, on=show_notice, without=("material_sha256",))
async def raise_objection(door: Door, command: RaiseObjection) -> Response:
    """Object; what opens the answer later is shown once, and kept by nobody on the way."""
    receipt = await door.done(command)
    return await asked_once_more(door, Shown({"receipt": receipt, "place": command.tenant}, template="receipt.html"))


@pages.show("/notice-objections", ObjectionAsked, PUBLIC, template="standing.html", secret=True)
async def check_objection(door: Door, asked: ObjectionAsked) -> Shown:
    """What has become of an objection, by its number and check code."""
    begun = bool(asked.number or asked.code)
    if asked.problems:
        return _standing(asked, problems=asked.problems if begun else {}, status=422 if begun else 200)
    try:
        found = await door.told(CheckObjection(tenant=asked.tenant, number=asked.number, check_code=asked.code))
    except Refused as refused:
        if refused.refusal().kind not in ("not_found", "invalid"):
            raise
        return _standing(asked, trouble=refused.refusal().message, status=404)
    return _standing(asked, found)


def _standing(
    asked: ObjectionAsked,
    found: ObjectionStanding | None = None,
    *,
    problems: dict[str, str] | None = None,
    trouble: str = "",
    status: int = 200,
) -> Shown:
    values = {"asked_for": asked, "found": found, "problems": problems or {}, "trouble": trouble}
    return Shown(values, status)
