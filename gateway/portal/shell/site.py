"""What this site says of itself: its name and the lines that a government site must have at its foot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from chassis.edge.frame import Frame
from chassis.observability.telemetry import get_logger
from contracts.identity import SiteFooter, TenantSettings
from contracts.message import TenantId

KEPT_SECONDS = 30.0

log = get_logger(__name__)


@dataclass(frozen=True)
class Site:
    """`name` is that of the place, `tenant` its id; empty where it is not known whose site this is. `mode_names`: what the
    place calls the ways of handling an item, by mode. `places`: all places of the platform by their names."""

    name: str = ""
    footer: SiteFooter = field(default_factory=SiteFooter)
    mode_names: Mapping[str, str] = field(default_factory=dict)
    tenant: TenantId = ""
    places: Mapping[TenantId, str] = field(default_factory=dict)


class SiteLookup(Protocol):
    """Whose site a page is shown as; None: of nobody in particular."""

    async def of(self, tenant: TenantId | None) -> Site: ...


class Sites:
    """The sites of the tenants, read again when they are half a minute old: whoever asks is not kept waiting for that.

    A database that is away costs a footer, not the page. What nobody in particular reads is the site of `home`, or of the
    one tenant that has no other above it.
    """

    def __init__(self, frame: Frame, home: TenantId | None = None) -> None:
        self._frame = frame
        self._home = home
        self._read_at: float | None = None
        self._reading: asyncio.Task[None] | None = None
        self._sites: dict[TenantId | None, Site] = {}

    async def of(self, tenant: TenantId | None) -> Site:
        if self._reading is None and (self._read_at is None or time.monotonic() - self._read_at > KEPT_SECONDS):
            self._reading = asyncio.create_task(self._renew())
        if self._read_at is None and self._reading is not None:
            await asyncio.wait({self._reading})
        return self._sites.get(tenant) or self._sites.get(None) or Site()

    async def _renew(self) -> None:
        try:
            self._sites = await run_in_threadpool(self._read)
        except SQLAlchemyError as error:
            log.warning("the sites of the tenants could not be read", error=str(error)[:200])
        finally:
            self._read_at, self._reading = time.monotonic(), None

    def _read(self) -> dict[TenantId | None, Site]:
        with self._frame.reader(()) as reader:
            rows = reader.execute("SELECT id, parent_id, name, settings FROM tenant").all()
        places = {row.id: row.name for row in sorted(rows, key=lambda row: (row.parent_id is not None, row.name))}
        sites: dict[TenantId | None, Site] = {row.id: _site(row.id, row.name, row.settings, places) for row in rows}
        roots = [row.id for row in rows if row.parent_id is None]
        sites[None] = sites.get(self._home or (roots[0] if len(roots) == 1 else ""), Site())
        return sites


def _site(tenant: TenantId, name: str, settings: Any, places: Mapping[TenantId, str]) -> Site:
    said = TenantSettings.model_validate(settings)
    return Site(name, said.footer, said.mode_names, tenant, places)
