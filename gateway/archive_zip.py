"""A claim's newest package as one ZIP file: its list, every file that it names, and what could not be found.

The same package is the same bytes whoever takes it: entries stand in the order of the list, with the instant at which it was frozen.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import AsyncIterator
from typing import IO

from starlette.concurrency import run_in_threadpool

from chassis.files.objects import ObjectAltered, Objects, ObjectUnknown
from chassis.time.clock import CHINA
from contracts.archive import ArchivedFile, ArchivePackage, GetArchivedVoucher
from gateway.door import Door

PIECE = 256 * 1024
IN_MEMORY = 8 * 1024 * 1024
LIST = "清单.json"
MISSING = "未能取得的文件.txt"
ENDINGS = {"case_file": "json", "voucher": "json", "notice": "pdf"}
"""What the system has made is of these types; what was sent keeps its hash for a name, and what it is its own bytes say."""


async def zip_of(door: Door, package: ArchivePackage) -> IO[bytes]:
    """The file, at its beginning; whoever has it closes it."""
    vouchers = {
        each.sha256: (await door.told(GetArchivedVoucher(receipt=package.receipt, sha256=each.sha256))).body.encode()
        for each in package.files
        if each.kind == "voucher"
    }
    return await run_in_threadpool(_written, package, vouchers, door.objects)


async def pieces_of(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while piece := await run_in_threadpool(file.read, PIECE):
            yield piece
    finally:
        file.close()


def _written(package: ArchivePackage, vouchers: dict[str, bytes], objects: Objects) -> IO[bytes]:
    """Raises whatever writing a file raises; nothing is left behind then."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - handed on open
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_entry(LIST, package), package.model_dump_json(indent=2))
            missing = [
                each
                for number, each in enumerate(package.files, 1)
                if not _added(archive, number, each, package, vouchers, objects)
            ]
            if missing:
                lines = "".join(f"{each.sha256}  {each.name}\n" for each in missing)
                archive.writestr(_entry(MISSING, package), lines)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _added(
    archive: zipfile.ZipFile,
    number: int,
    listed: ArchivedFile,
    package: ArchivePackage,
    vouchers: dict[str, bytes],
    objects: Objects,
) -> bool:
    """Put a file in; returns whether it is there, unaltered."""
    ending = ENDINGS.get(listed.kind)
    entry = _entry(f"文件/{number:03d}-{listed.sha256[:16]}{f'.{ending}' if ending else ''}", package)
    if listed.sha256 in vouchers:
        archive.writestr(entry, vouchers[listed.sha256])
        return True
    try:
        path = objects.local_file(listed.kept_by, listed.sha256)
    except (ObjectUnknown, ObjectAltered):
        return False
    with path.open("rb") as source, archive.open(entry, "w") as target:
        while piece := source.read(PIECE):
            target.write(piece)
    return True


def _entry(name: str, package: ArchivePackage) -> zipfile.ZipInfo:
    at = package.frozen_at.astimezone(CHINA)
    entry = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
