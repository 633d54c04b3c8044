"""The archive: what is kept of claims for good, and what payments were settled by."""

from __future__ import annotations

from starlette.responses import Response

from contracts.archive import GetArchivedVoucher, GetArchivePackages, ListArchive
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("归档 archive")


@routes.ask("/archive", ListArchive)
async def list_archive(door: Door, query: ListArchive) -> Response:
    """Claims of which something is kept (归档目录), those frozen last at the top."""
    return await door.ask(query)


@routes.ask("/archive/{receipt}", GetArchivePackages)
async def get_archive_packages(door: Door, query: GetArchivePackages) -> Response:
    """Every package of a claim with all that it lists (归档包)."""
    return await door.ask(query)


@routes.ask("/archive/{receipt}/voucher", GetArchivedVoucher)
async def get_archived_voucher(door: Door, query: GetArchivedVoucher) -> Response:
    """A payment's voucher, word for word (支付凭证)."""
    return await door.ask(query)
