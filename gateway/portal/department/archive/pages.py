"""The archive (归档): the list, a claim's packages, and each newest package as one file."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from contracts.archive import GetArchivePackages, ListArchive
from contracts.intake import ReceiptNumber
from contracts.message import Cursor, Model
from gateway.access import Permitted
from gateway.archive_zip import pieces_of, zip_of
from gateway.door import Door
from gateway.portal.shell.pages import Pages, Values
from gateway.streams import PLACES, TOO_MANY, Streamed, reader_of

pages = Pages("archive")
LIST = "/department/archive"
ROWS = 50


class ArchiveAsked(Model):
    """What stands in the address."""

    about: str | None = Field(default=None, max_length=60)
    cursor: Cursor | None = None


class PackageAsked(Model):
    receipt: ReceiptNumber


@pages.show(LIST, ArchiveAsked, Permitted(ListArchive), template="list.html", nav=("archive.nav", 8))
async def list_archive(door: Door, asked: ArchiveAsked) -> Values:
    """Those frozen last at the top."""
    page = await door.told(ListArchive(about=asked.about or None, cursor=asked.cursor, limit=ROWS))
    return {
        "rows": page.items,
        "next_cursor": page.next_cursor,
        "asked_for": asked,
        "listed": {"about": asked.about} if asked.about else {},
    }


@pages.show(LIST + "/{receipt}", GetArchivePackages, Permitted(GetArchivePackages), template="packages.html")
async def show_packages(door: Door, query: GetArchivePackages) -> Values:
    """What the newest package lists, and those before it."""
    packages = (await door.told(query)).items
    return {"newest": packages[0], "before": packages[1:]}


@pages.show(LIST + "/{receipt}/package.zip", PackageAsked, Permitted(GetArchivePackages), template="packages.html")
async def take_package(door: Door, asked: PackageAsked) -> Response:
    """The newest package as one file."""
    package = (await door.told(GetArchivePackages(receipt=asked.receipt))).items[0]
    reader = reader_of(door.request, door.principal.actor.id)
    if PLACES.full(reader):
        return TOO_MANY.document()
    headers = {"Content-Disposition": f'attachment; filename="{package.receipt}-{package.number}.zip"'}
    return Streamed(pieces_of(await zip_of(door, package)), reader, headers=headers, media_type="application/zip")
