"""Many rows as one: lines of JSON, compressed, with the hash of the text as it was."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson

ROWS = 2_000
"""Rows in one chunk at most: one or two megabytes of text, a tenth of that when it is kept."""


class Packed(NamedTuple):
    """`sha256` is of the text, before it was compressed."""

    sha256: bytes
    body: bytes


class ChunkBroken(Exception):
    """What is kept is not what was put there."""


def packed(rows: Iterable[Sequence[Any]]) -> Packed:
    """Each row as a line. Values are what JSON has, and instants."""
    text = b"\n".join(orjson.dumps(tuple(row)) for row in rows)
    return Packed(hashlib.sha256(text).digest(), zlib.compress(text))


def unpacked(chunk: Packed) -> list[list[Any]]:
    """The rows again. Raises ChunkBroken if one bit of them has changed."""
    try:
        text = zlib.decompress(chunk.body)
    except zlib.error as error:
        raise ChunkBroken(str(error)) from error
    if hashlib.sha256(text).digest() != chunk.sha256:
        raise ChunkBroken("its hash is another")
    return [orjson.loads(line) for line in text.split(b"\n")]
