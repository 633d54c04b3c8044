"""Small files of the kinds that are taken as materials, made byte by byte: they claim a size and need not unfold to it."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO


def pdf(said: bytes = b"a contract") -> bytes:
    return b"%PDF-1.7\n%" + said + b"\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"


def png(width: int, height: int, content: bytes | None = None) -> bytes:
    """A grey picture that says it is so large; `content` are its lines, packed."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    lines = zlib.compress(b"\0") if content is None else content
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", lines) + part(b"IEND", b"")


def whole_png(width: int = 60, height: int = 40, shade: int = 128) -> bytes:
    """One that unfolds to what it says."""
    return png(width, height, zlib.compress((b"\0" + bytes([shade]) * width) * height))


def jpeg(width: int, height: int, comment: bytes = b"") -> bytes:
    def part(mark: int, data: bytes) -> bytes:
        return bytes([0xFF, mark]) + struct.pack(">H", len(data) + 2) + data

    frame = struct.pack(">BHHB", 8, min(height, 65_535), min(width, 65_535), 1) + b"\x01\x11\x00"
    scan = part(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    told = part(0xFE, comment) if comment else b""
    return (
        b"\xff\xd8"
        + part(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
        + told
        + part(0xC0, frame)
        + scan
        + b"\xff\xd9"
    )


def ofd() -> bytes:
    with BytesIO() as made:
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("OFD.xml", "<ofd:OFD/>")
            archive.writestr("Doc_0/Document.xml", "<ofd:Document/>")
        return made.getvalue()
