"""Whether a file is in the object store: asked before anything refers to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from obstore.store import MemoryStore

from chassis.files.objects import Objects


async def pieces() -> AsyncIterator[bytes]:
    yield b"%PDF-"


def test_a_file_is_there_for_the_tenant_that_put_it_and_for_no_other() -> None:
    objects = Objects(MemoryStore())
    kept = asyncio.run(objects.keep("zhanggong", pieces(), limit=100, check=lambda _kept: None))
    assert asyncio.run(objects.has("zhanggong", kept.sha256))
    assert not asyncio.run(objects.has("xingguo", kept.sha256))
    assert not asyncio.run(objects.has("zhanggong", "0" * 64))
