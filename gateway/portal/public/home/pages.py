"""The front page: what this is, what is on offer now, and where to go from here."""

from __future__ import annotations

import re

from pydantic import Field
from starlette.responses import Response

from contracts.message import Model
from contracts.receipt_numbers import receipt_in
from contracts.search import FoundPolicies, SearchPolicies
from gateway.access import PUBLIC
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import Faulted
from gateway.portal.shell.pages import Nothing, Pages, Values
from gateway.portal.shell.rendering import address
from gateway.portal.shell.serving import redirect

pages = Pages("public")

LATEST = 6
COUNTED = {
    "open": ("window", "open"),
    "closing_soon": ("window", "closing_soon"),
    "no_application": ("mode", "no_application"),
}
"""What is counted on the front page: name → filter and value, to which its number leads."""

RECEIPT = re.compile(r"[A-Za-z0-9]{2,12}-[A-Za-z0-9-]{4,47}")
"""A receipt number: the place's prefix, a hyphen, the rest."""


class Sought(Model):
    """What stands in the search box of the head."""

    q: str = Field(default="", max_length=200)


@pages.show("/", Nothing, PUBLIC, template="home.html", nav=("shell.home", 0))
async def home(door: Door, _asked: Nothing) -> Values:
    """What it is, how much there is of it, and the newest of it. It opens while the catalogue is away, without counts."""
    try:
        found = await door.told(SearchPolicies(limit=LATEST))
    except (BusError, Faulted):
        found = FoundPolicies(items=())
    return {"found": found, "counts": {name: _count(found, *where) for name, where in COUNTED.items()}}


@pages.show("/find", Sought, PUBLIC, template="home.html")
async def find(door: Door, sought: Sought) -> Response:
    """A receipt number leads to its case, anything else to the policies that fit it."""
    receipt = receipt_in(sought.q)
    if RECEIPT.fullmatch(receipt):
        return redirect(door.request, address("/track", {"receipt": receipt}))
    return redirect(door.request, address("/items", {"q": sought.q}))


def _count(found: FoundPolicies, facet: str, value: str) -> int | None:
    """How many items have this value; None where nobody has counted."""
    counted = next((each for each in found.facets if each.name == facet), None)
    return None if counted is None else sum(each.count for each in counted.values if each.value == value)
