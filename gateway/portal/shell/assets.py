"""Style sheets and scripts, served under names that say what is in them: kept by browsers for good.

Our own lie in `static/`; what others publish lies in `fetched/`, brought there at set-up (`console.setup.page_assets`).
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fastapi import Depends, HTTPException, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from chassis.observability.telemetry import get_logger
from gateway.access import PUBLIC
from gateway.portal.shell.headers import with_cache

PORTAL = Path(__file__).parent.parent
OURS = PORTAL / "static"
FETCHED = PORTAL / "fetched"
PREFIX = "/static"

MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
FOR_GOOD = "public, max-age=31536000, immutable"
ENHANCEMENT = "htmx.js"
DIGITS = 16

log = get_logger(__name__)


@dataclass(frozen=True)
class Asset:
    """One file as it is served; `packed` is the same in gzip."""

    address: str
    media_type: str
    content: bytes
    packed: bytes

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'


class Assets:
    """All files, read once. Nothing but what was found at the start can be asked for, whatever a path says."""

    def __init__(self, folders: Iterable[Path] = (OURS, FETCHED)) -> None:
        self._by_name = {
            file.name: _asset(file)
            for folder in folders
            if folder.is_dir()
            for file in sorted(folder.iterdir())
            if file.suffix in MEDIA_TYPES
        }
        self._by_address = {asset.address: asset for asset in self._by_name.values()}

    def say_what_is_missing(self) -> None:
        """Once, when the process begins to serve."""
        if ENHANCEMENT not in self._by_name:
            log.warning("htmx is not there, so that pages work without enhancement", remedy="./zhida assets")

    def address(self, name: str) -> str:
        """Where a file of ours is served. Raises KeyError for one that is not there."""
        return self._by_name[name].address

    def address_if_there(self, name: str) -> str | None:
        """The same of a file of others, which set-up may not have reached."""
        asset = self._by_name.get(name)
        return None if asset is None else asset.address

    def answer(self, request: Request) -> Response:
        """The file, packed for whoever takes it so; 304 for whoever has it. Raises HTTPException 404."""
        asset = self._by_address.get(request.url.path)
        if asset is None:
            raise HTTPException(404)
        headers = {"ETag": asset.etag, "Cache-Control": FOR_GOOD, "Vary": "Accept-Encoding"}
        known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
        if asset.etag in known:
            return with_cache(Response(status_code=304, headers=headers))
        content = asset.content
        if "gzip" in request.headers.get("accept-encoding", ""):
            content, headers["Content-Encoding"] = asset.packed, "gzip"
        return with_cache(Response(content, headers=headers, media_type=asset.media_type))

    def route(self) -> APIRoute:
        async def asset(request: Request) -> Response:
            return self.answer(request)

        return APIRoute(
            f"{PREFIX}/{{name}}",
            asset,
            methods=["GET"],
            dependencies=[Depends(PUBLIC)],
            include_in_schema=False,
            response_model=None,
        )


def _asset(file: Path) -> Asset:
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:DIGITS]
    return Asset(
        f"{PREFIX}/{file.stem}.{digest}{file.suffix}",
        MEDIA_TYPES[file.suffix],
        content,
        gzip.compress(content, mtime=0),
    )
