"""A photograph is what its own bytes say, and the caller's own; everything that is wrong is told at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chassis.files.objects import Objects
from gateway.pictures import PhotographsRefused, is_picture, must_be_pictures

JPEG, PNG, PDF = b"\xff\xd8\xff\xe0 picture", b"\x89PNG\r\n\x1a\n picture", b"%PDF-1.7 paper"


async def kept(objects: Objects, tenant: str, content: bytes) -> str:
    async def pieces() -> AsyncIterator[bytes]:
        yield content

    return (await objects.keep(tenant, pieces(), limit=1000, check=lambda kept: None)).sha256


def door(objects: Objects) -> Any:
    return SimpleNamespace(objects=objects, principal=SimpleNamespace(tenant="zhanggong"))


def test_pictures_of_ones_own_are_taken(tmp_path: Path) -> None:
    async def said() -> None:
        objects = Objects.in_folder(tmp_path)
        named = [await kept(objects, "zhanggong", content) for content in (JPEG, PNG)]
        await must_be_pictures(door(objects), named)

    asyncio.run(said())


def test_what_is_no_picture_or_not_there_or_anothers_is_refused_with_its_place(tmp_path: Path) -> None:
    async def said() -> list[tuple[str, str | None]]:
        objects = Objects.in_folder(tmp_path)
        named = [
            await kept(objects, "zhanggong", PDF),
            await kept(objects, "zhanggong", JPEG),
            await kept(objects, "xingguo", PNG),
            "0" * 64,
        ]
        with pytest.raises(PhotographsRefused) as refused:
            await must_be_pictures(door(objects), named)
        return [(reason.code, reason.field) for reason in refused.value.reasons]

    assert asyncio.run(said()) == [
        ("photograph_no_picture", "photographs.0.sha256"),
        ("photograph_unknown", "photographs.2.sha256"),
        ("photograph_unknown", "photographs.3.sha256"),
    ]


def test_an_empty_file_is_no_picture() -> None:
    assert not is_picture(b"")
