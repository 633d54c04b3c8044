"""Addresses that a page is asked from and leads to: its own site's, and nobody else's."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from fastapi import Request

from contracts.refusal import Forbidden

LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f]*")
"""A path of this site: browsers read `//` and `/\\` as another host, and leave out control characters."""

LONGEST = 2000


class ForeignOrigin(Forbidden):
    """A form of another site was sent here, or a browser that does not say where it comes from."""

    code = "foreign_origin"
    sentence = "该请求不是从本网站的页面提交的，已拒绝。请回到本网站的页面重新办理。"


def local_path(address: str | None, otherwise: str = "/") -> str:
    """`address` if it leads to this site, else `otherwise`: nobody is sent elsewhere by a link to us."""
    if address is not None and len(address) <= LONGEST and LOCAL.fullmatch(address):
        return address
    return otherwise


def from_our_own_pages(request: Request) -> None:
    """Whatever changes something comes from a page of ours, by the browser's own word. Raises ForeignOrigin.

    The scheme is not compared: where TLS ends before us, we see another one than the browser.
    """
    if request.method in ("GET", "HEAD"):
        return
    said = request.headers.get("origin") or request.headers.get("referer") or ""
    try:
        origin = urlsplit(said).netloc.lower()
    except ValueError:
        origin = ""
    if not origin or origin != request.headers.get("host", "").lower():
        raise ForeignOrigin()


def here(request: Request) -> str:
    """The path and query that were asked for."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
