"""A material's file on its way into the store: judged whole, and kept only if it is one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import IO

from fastapi.concurrency import run_in_threadpool

from chassis.files.objects import Objects, StoredFile, TooLarge
from contracts.message import TenantId
from gateway.material_bytes import LARGEST, MIB, Kind, MaterialFileTooLarge, judge

IN_MEMORY = MIB


async def keep_material_file(
    objects: Objects, tenant: TenantId, pieces: AsyncIterator[bytes], file_name: str | None
) -> tuple[StoredFile, Kind]:
    """Keep what comes, once it is known what it is. Raises MaterialFileRefused; then nothing is kept."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as seen:
        await _gathered(pieces, seen)
        kind = await run_in_threadpool(_judged, seen, file_name)
        kept = await objects.keep(tenant, _pieces(seen), limit=LARGEST, check=lambda _kept: None)
    return kept, kind


async def judge_kept(objects: Objects, tenant: TenantId, sha256: str) -> int:
    """Judge a file that is there already; → how many bytes it has. Raises ObjectUnknown or MaterialFileRefused."""
    try:
        content = await objects.content(tenant, sha256, limit=LARGEST)
    except TooLarge:
        raise MaterialFileTooLarge(limit=LARGEST // MIB) from None
    await run_in_threadpool(judge, content, None)
    return len(content)


async def _gathered(pieces: AsyncIterator[bytes], seen: IO[bytes]) -> None:
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > LARGEST:
            raise MaterialFileTooLarge(limit=LARGEST // MIB)
        seen.write(piece)


def _judged(seen: IO[bytes], file_name: str | None) -> Kind:
    seen.seek(0)
    kind = judge(seen.read(), file_name)
    seen.seek(0)
    return kind


async def _pieces(seen: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := seen.read(MIB):
        yield piece
