"""The archive: what is kept of claims for good, and each package as one file."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from contracts.archive import GetArchivedVoucher, GetArchivePackages, ListArchive
from contracts.intake import ReceiptNumber
from gateway.access import Permitted
from gateway.archive_zip import pieces_of, zip_of
from gateway.door import Door
from gateway.routes import Routes
from gateway.streams import PLACES, TOO_MANY, Streamed, reader_of

routes = Routes("归档 archive")


@routes.ask("/archive", ListArchive)
async def list_archive(door: Door, query: ListArchive) -> Response:
    """Claims of which something is kept (归档目录), those frozen last at the top."""
    return await door.ask(query)


@routes.ask("/archive/{receipt}", GetArchivePackages)
async def get_archive_packages(door: Door, query: GetArchivePackages) -> Response:
    """Every package of a claim with all that it lists (归档包)."""
    return await door.ask(query)


@routes.ask("/archive/{receipt}/vouchers/{sha256}", GetArchivedVoucher)
async def get_archived_voucher(door: Door, query: GetArchivedVoucher) -> Response:
    """A payment's voucher, word for word (支付凭证)."""
    return await door.ask(query)


@routes.special("GET", "/archive/{receipt}/package.zip", GetArchivePackages, media_type="application/zip")
async def download_archive_package(
    door: Annotated[Door, Depends(Permitted(GetArchivePackages))], receipt: ReceiptNumber
) -> Response:
    """The newest package as one ZIP file: its list, and every file by its hash (下载归档包)."""
    return await download(door, receipt)


async def download(door: Door, receipt: ReceiptNumber) -> Response:
    """The same for a page."""
    package = (await door.told(GetArchivePackages(receipt=receipt))).items[0]
    reader = reader_of(door.request, door.principal.actor.id)
    if PLACES.full(reader):
        return TOO_MANY.document()
    headers = {
        "Content-Disposition": f'attachment; filename="{receipt}-{package.number}.zip"',
        "X-Content-Type-Options": "nosniff",
    }
    pieces = pieces_of(await zip_of(door, package))
    return Streamed(pieces, reader, headers=headers, media_type="application/zip")
