"""Whether a file is in the object store: asked before anything refers to it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from obstore.store import MemoryStore

from chassis.files import objects as stores
from chassis.files.objects import Objects
from tests.outside_kit import NEVER_DONE, rude


async def pieces() -> AsyncIterator[bytes]:
    yield b"%PDF-"


def test_a_file_is_there_for_the_tenant_that_put_it_and_for_no_other() -> None:
    objects = Objects(MemoryStore())
    kept = asyncio.run(objects.keep("zhanggong", pieces(), limit=100, check=lambda _kept: None))
    assert asyncio.run(objects.has("zhanggong", kept.sha256))
    assert not asyncio.run(objects.has("xingguo", kept.sha256))
    assert not asyncio.run(objects.has("zhanggong", "0" * 64))


@pytest.mark.parametrize("conduct", ["drip", "half-open", "endless"])
def test_a_store_that_never_comes_to_an_end_is_given_up_in_time(conduct: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its library would try again for three minutes, in which a green process does nothing else."""
    for name, said in {"ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "REGION": "x"}.items():
        monkeypatch.setenv(f"AWS_{name}", said)
    monkeypatch.setattr(stores, "STORE_SECONDS", 1)
    with rude(NEVER_DONE[conduct]) as server:
        monkeypatch.setenv("AWS_ENDPOINT", server.url)
        objects = Objects.from_env({"OBJECTS_URL": "s3://bucket", "AWS_ALLOW_HTTP": "true"})
        begun = time.monotonic()
        with pytest.raises(Exception, match="S3"):
            objects.local_file("zhanggong", "0" * 64)
        assert time.monotonic() - begun < 6
        assert 1 <= len(server.asked) <= 3
