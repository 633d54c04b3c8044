"""The number of a receipt as it comes back: typed, pasted, or scanned off the paper, whose code leads to the tracking page."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

from contracts.intake import ApplicationView, ReceiptNumber
from contracts.message import Query, ServiceName
from contracts.typed import half_width

TRACKING = "/track"
"""The page at which everybody who holds a receipt sees where the case is."""


class FindApplication(Query[ApplicationView]):
    """One application of the place by the number of the receipt that lies on the counter."""

    owner: ClassVar[ServiceName] = "intake"

    receipt: ReceiptNumber


def tracking_address(origin: str, receipt: str) -> str:
    """What the code of a receipt says: the tracking page with the number filled in. Never the query code, which is a secret."""
    return f"{origin}{TRACKING}?{urlencode({'receipt': receipt})}"


def receipt_in(text: str) -> str:
    """The receipt number in what somebody types or a scanner reads: an address that names one, else the text itself.

    Wide letters are made narrow, as a scanner writes them under a Chinese keyboard. What stands on another site's address
    is a number like any other: it is only looked for.
    """
    said = half_width(text).strip()
    if "/" not in said:
        return said
    try:
        parts = urlsplit(said)
    except ValueError:
        return said
    named = parse_qs(parts.query).get("receipt")
    if named:
        return named[0].strip()
    _before, tracked, number = parts.path.partition(f"{TRACKING}/")
    return number.strip("/ ") if tracked else said
