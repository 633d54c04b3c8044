"""Policies on offer (政策事项): the search, and one item as a person reads it (办事指南)."""

from __future__ import annotations

from datetime import datetime, time
from functools import partial
from typing import Any

from pydantic import Field
from starlette.responses import Response

from chassis.papers.card import render_card
from chassis.time.clock import CHINA
from contracts.message import Id, Model
from contracts.policy_guide import GetGuide
from contracts.refusal import Refused
from contracts.search import FoundPolicies, SearchPolicies
from contracts.uploads import Sha256
from gateway.access import PUBLIC
from gateway.door import Door
from gateway.portal.public.items.card import card_of
from gateway.portal.shell.figures import in_field
from gateway.portal.shell.headers import ASK_AGAIN
from gateway.portal.shell.kept_files import PictureUnknown, kept_picture
from gateway.portal.shell.language import PageTexts, language_of
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.shell.portal import portal_of
from gateway.set_papers import SETTING, handed_out, origin_of_pages

pages = Pages("public")

FACETS = ("window", "mode", "amount", "theme", "level", "department", "industry", "benefit_kind")
"""The filters in the order in which people use them."""

NAMED = frozenset({"window", "mode", "amount", "level", "benefit_kind"})
"""Those whose values have texts; the values of the others are what departments have written."""

A_DAY = "private, max-age=86400"
"""A picture is called by its hash: under its name there is never another."""

OPEN_AT_ONCE = frozenset({"window", "mode"})


class PictureAsked(Model):
    """A picture of an item, in its newest version unless one is named."""

    item_id: Id
    sha256: Sha256
    item_version: int | None = Field(default=None, ge=1, le=100_000)


@pages.show(
    "/items",
    SearchPolicies,
    PUBLIC,
    template="search.html",
    without=("facets", "limit"),
    nav=("public.nav.items", 10),
)
async def search_items(door: Door, query: SearchPolicies) -> Shown:
    """Items on offer by words and filters, with counts; what was asked stays in the address."""
    trouble = ""
    try:
        found = await door.told(query)
    except Refused as refused:
        # Words that say nothing, or a page of a search that is no more: told above the form, which stays as it is.
        if refused.refusal().kind != "invalid":
            raise
        found, trouble = FoundPolicies(items=(), total=0), refused.refusal().message
    values = {"query": query, "found": found, "trouble": trouble, "asked": asked_of(query), "facets": FACETS}
    return Shown({**values, "named": NAMED, "open_at_once": OPEN_AT_ONCE}, 422 if trouble else 200)


@pages.show("/items/{item_id}", GetGuide, PUBLIC, template="item.html", called={"item_version": "version"})
async def show_item(door: Door, query: GetGuide) -> Values:
    """One item: who is entitled, to how much, with what papers, by when, and whom to ask."""
    return {"item": await door.told(query), "version_asked": query.item_version}


@pages.show("/items/{item_id}/card", GetGuide, PUBLIC, template="item.html", called={"item_version": "version"})
async def show_card(door: Door, query: GetGuide) -> Response:
    """The item on one page, to be printed, hung up and handed out (明白卡)."""
    item = await door.told(query)
    today = door.frame.clock.now().astimezone(CHINA).date()
    site = await portal_of(door.request).sites.of(item.tenant)
    card = card_of(item, PageTexts(language_of(door.request)), site, origin_of_pages(door.request), today)
    midnight = datetime.combine(today, time(), CHINA)
    pdf = await SETTING.once((card, today), partial(render_card, card, midnight))
    return handed_out(pdf, f"明白卡-{item.title}.pdf", "card.pdf", ASK_AGAIN)


@pages.show(
    "/items/{item_id}/pictures/{sha256}", PictureAsked, PUBLIC, template="item.html", called={"item_version": "version"}
)
async def show_picture(door: Door, asked: PictureAsked) -> Response:
    """A picture that explains the item (图片解读), of the version that is shown. Raises PictureUnknown, ObjectUnknown."""
    item = await door.told(GetGuide(item_id=asked.item_id, item_version=asked.item_version))
    if asked.sha256 not in {each.sha256 for each in item.interpretations}:
        raise PictureUnknown()
    return await kept_picture(door, item.tenant, asked.sha256, A_DAY)


def asked_of(query: SearchPolicies) -> dict[str, Any]:
    """What was asked, by the names of the address: for links that keep it."""
    asked = query.model_dump(mode="json", exclude_defaults=True)
    fen = asked.pop("amount_at_least_fen", None)
    return asked if fen is None else {**asked, "amount_at_least_yuan": in_field(fen)}
