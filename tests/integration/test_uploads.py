"""Files sent to the gateway: stored under their hash, refused whole, and read back only as they were sent."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import obstore
import pytest
from duties_kit import duties_of
from fastapi import FastAPI
from obstore.store import MemoryStore

from chassis.edge.frame import Frame
from chassis.files.objects import ObjectAltered, Objects, ObjectUnknown
from chassis.files.spool import LOCK
from contracts.message import Actor
from gateway import uploads
from gateway.app import create_app
from gateway.bus import Bus
from gateway.identity.views import Principal
from gateway.left_overs import remove_left_overs

TABLE = "统一社会信用代码,企业名称\n".encode() * 1000
HASH = hashlib.sha256(TABLE).hexdigest()


class RoleIsToken:
    """Whoever comes is signed in with the role that the token names."""

    def remembered(self, token: str) -> tuple[bool, Principal | None]:
        return True, Principal("zhanggong", Actor(id=f"{token}-1", roles=frozenset({token}), duties=duties_of(token)))


class Door:
    def __init__(self, app: FastAPI, folder: Path, frame: Frame) -> None:
        self.app, self.folder, self.frame = app, folder, frame
        self.objects: Objects = app.state.objects

    def sends(
        self, content: Any, *, role: str = "bureau", kind: str = "text/csv", key: str = "key-0001", **more: Any
    ) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
                headers = {"Authorization": f"Bearer {role}", "Content-Type": kind, "Idempotency-Key": key}
                return await client.post("/api/v1/uploads", content=content, headers=headers, **more)

        return asyncio.run(once())

    def kept(self) -> list[str]:
        """Every file in the store."""
        return sorted(str(file.relative_to(self.folder)) for file in self.folder.rglob("*") if file.is_file())


@pytest.fixture
def door(service_frame: Callable[..., Frame], tmp_path: Path) -> Door:
    frame = service_frame("gateway")
    app = create_app(frame, Bus("amqp://nowhere"), None, Objects.in_folder(tmp_path / "objects"))
    app.state.directory = RoleIsToken()
    return Door(app, tmp_path / "objects", frame)


async def in_pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 7):
        yield content[start : start + 7]


def test_a_file_is_stored_under_its_hash_and_told_by_it(door: Door) -> None:
    sent = door.sends(in_pieces(TABLE), params={"file_name": "企业名录.csv"})
    assert sent.status_code == 201, sent.text
    told = sent.json()
    assert (told["sha256"], told["size"], told["media_type"], told["file_name"]) == (
        HASH,
        len(TABLE),
        "text/csv",
        "企业名录.csv",
    )
    assert door.kept() == [f"zhanggong/{HASH[:2]}/{HASH}"]
    assert door.objects.local_file("zhanggong", HASH).read_bytes() == TABLE


def test_the_same_file_again_is_the_same_object_and_a_repeat_is_one_act(door: Door) -> None:
    first, repeat = door.sends(TABLE), door.sends(TABLE)
    again = door.sends(TABLE, key="key-0002")
    assert first.json() == repeat.json()
    assert again.json()["sha256"] == HASH
    assert again.json()["upload_id"] != first.json()["upload_id"]
    assert len(door.kept()) == 1
    with door.frame.reader(["zhanggong"]) as reader:
        assert reader.execute("SELECT uploaded_by, file_name FROM upload").all() == [("bureau-1", None)] * 2


def test_more_than_is_allowed_is_refused_and_leaves_nothing(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.api.uploads.STAFF_LIMIT", 1000)
    for content in (TABLE, in_pieces(TABLE)):  # announced, and not
        refused = door.sends(content)
        assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")
    assert door.kept() == []


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"", "text/csv", "upload_empty"),
        (b"MZ\x90\x00\x03", "application/octet-stream", "upload_type_refused"),
        (b"#!/bin/sh", "application/x-sh", "upload_type_refused"),
        (b"%PDF-1.7 ...", "text/csv", "upload_type_mismatch"),
    ],
)
def test_what_is_no_document_or_table_is_refused_and_leaves_nothing(
    door: Door, content: bytes, kind: str, code: str
) -> None:
    refused = door.sends(content, kind=kind)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert door.kept() == []


def test_an_upload_without_a_key_is_refused_before_a_byte_is_stored(door: Door) -> None:
    refused = door.sends(TABLE, key="short")
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_missing")
    assert door.kept() == []


def test_supervisors_send_no_files(door: Door) -> None:
    assert door.sends(TABLE, role="supervisor").status_code == 403


def test_another_tenant_gets_nothing_for_a_hash_that_it_knows(door: Door) -> None:
    door.sends(TABLE)
    with pytest.raises(ObjectUnknown):
        door.objects.local_file("xingguo", HASH)


def test_an_object_that_was_altered_is_not_read(door: Door) -> None:
    door.sends(TABLE)
    (file,) = door.kept()
    (door.folder / file).write_bytes(TABLE[:-1] + b"!")
    with pytest.raises(ObjectAltered):
        door.objects.local_file("zhanggong", HASH)


def test_a_store_elsewhere_is_copied_once_and_checked(tmp_path: Path) -> None:
    """As with S3, which differs from the memory store in its address only."""
    objects = Objects(MemoryStore(), spool_in=tmp_path)
    kept = asyncio.run(
        objects.keep("zhanggong", in_pieces(TABLE), limit=10**6, check=lambda kept: uploads.check(kept, ""))
    )
    assert kept.sha256 == HASH
    copy = objects.local_file("zhanggong", HASH)
    assert copy.read_bytes() == TABLE
    assert {file for file in tmp_path.rglob("*") if file.is_file()} == {copy, objects.spool.folder / LOCK}
    assert objects.local_file("zhanggong", HASH) == copy
    copy.write_bytes(b"planted")
    assert objects.local_file("zhanggong", HASH).read_bytes() == TABLE, "what lies there is not believed"
    with pytest.raises(ObjectUnknown):
        objects.local_file("zhanggong", "0" * 64)
    obstore.put(objects._store, f"zhanggong/{HASH[:2]}/{HASH}", b"altered")
    copy.unlink()
    with pytest.raises(ObjectAltered):
        objects.local_file("zhanggong", HASH)
    objects.spool.close()


def test_an_object_that_has_grown_without_end_is_not_copied_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.files.objects.LARGEST_FILE", len(TABLE) - 1)
    objects = Objects(MemoryStore(), spool_in=tmp_path)
    obstore.put(objects._store, f"zhanggong/{HASH[:2]}/{HASH}", TABLE)
    with pytest.raises(ObjectAltered):
        objects.local_file("zhanggong", HASH)
    assert [file.name for file in objects.spool.folder.iterdir()] == [LOCK]
    objects.spool.close()


@pytest.mark.parametrize("local", [True, False])
def test_what_an_upload_that_was_killed_has_left_is_removed_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, local: bool
) -> None:
    objects = Objects.in_folder(tmp_path) if local else Objects(MemoryStore())
    for name in ("incoming/left", f"zhanggong/{HASH[:2]}/{HASH}"):
        obstore.put(objects._store, name, TABLE)
    if local:
        (tmp_path / "incoming" / "half#1").write_bytes(b"half")
    assert asyncio.run(objects.forget_left_overs()) == 0, "it may still be coming in"
    monkeypatch.setattr("chassis.files.objects.LEFT_OVER", timedelta(seconds=-5))
    assert asyncio.run(objects.forget_left_overs()) == (2 if local else 1)
    assert [each["path"] for part in obstore.list(objects._store) for each in part] == [f"zhanggong/{HASH[:2]}/{HASH}"]
    assert not list(tmp_path.rglob("*#*"))


def test_a_store_that_is_away_for_the_tidying_is_tried_again(tmp_path: Path) -> None:
    tried: list[int] = []

    class Away:
        async def forget_left_overs(self) -> int:
            tried.append(1)
            if len(tried) == 3:
                raise asyncio.CancelledError
            raise OSError("away")

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(remove_left_overs(Away(), every=0))  # type: ignore[arg-type]
    assert len(tried) == 3
