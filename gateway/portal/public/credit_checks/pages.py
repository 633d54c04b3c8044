"""Results of checks (抽查结果公开), by place."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from contracts.credit_checks import ListPublishedDraws, PublishedDraws
from contracts.message import Cursor, Model
from contracts.refusal import Refused
from contracts.typed import half_width
from gateway.access import PUBLIC
from gateway.door import Door
from gateway.portal.shell.pages import Pages, Shown

pages = Pages("credit_results")

PLACE = re.compile(r"[a-z0-9_-]{1,40}")
Place = Annotated[str, AfterValidator(lambda text: half_width(text.strip()).lower())]


class ResultsAsked(Model):
    """What stands in the address: without a place it is asked for."""

    tenant: Place = Field(default="", max_length=100)
    cursor: Cursor | None = None


@pages.show("/credit-checks", ResultsAsked, PUBLIC, template="list.html", nav=("credit_results.nav", 21))
async def list_results(door: Door, asked: ResultsAsked) -> Shown:
    """Those published last at the top."""
    page, trouble = PublishedDraws(), ""
    if PLACE.fullmatch(asked.tenant):
        try:
            page = await door.told(ListPublishedDraws(tenant=asked.tenant, cursor=asked.cursor))
        except Refused as refused:
            if refused.refusal().kind != "invalid":
                raise
            trouble = refused.refusal().message
    elif asked.tenant:
        trouble = f"没有地区“{asked.tenant}”。请填写地区编号或行政区划代码，如 360702。"
    said = asked.model_dump(exclude_defaults=True, exclude={"cursor"})
    values = {"asked_for": asked, "listed": said, "rows": page.items, "next_cursor": page.next_cursor}
    return Shown({**values, "trouble": trouble}, 422 if trouble else 200)
