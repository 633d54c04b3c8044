"""The letters that papers are set in, and making sure that every character of a text is one of them.

PDF/A forbids a character without a glyph, and a paper must not fail for a rare name: what no font has is written as its
Unicode number, 〔U+2A6D6〕, which says exactly which character it is.
"""

from __future__ import annotations

import struct
import unicodedata
from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_jp
import pylopdf_fonts_zh_cn
import pylopdf_fonts_zh_tw

FONTS = (pylopdf_fonts_zh_cn, pylopdf_fonts_zh_tw, pylopdf_fonts_jp)
"""In this order: a glyph of the mainland's shape wherever there is one. Noto Sans and Serif each (SIL OFL 1.1)."""

BLANKS = {"\t": " ", "\u00a0": " ", "\u2028": "\n", "\u2029": "\n", "\r\n": "\n", "\r": "\n"}
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Controls, among them those that make text run backwards: a paper says what is seen."""

SEGMENTS = 12
"""The format of the table that maps all of Unicode to glyphs (OpenType, `cmap`)."""


def folders() -> list[str]:
    """Where the fonts lie."""
    return [str(font.serif_path().parent) for font in FONTS]


def fitted(text: str) -> str:
    """The same text in characters that can be set: NFC, blanks as spaces, no controls, unknown characters by number."""
    for blank, instead in BLANKS.items():
        text = text.replace(blank, instead)
    return "".join(map(_fitted, unicodedata.normalize("NFC", text)))


def _fitted(character: str) -> str:
    if character == "\n" or ord(character) in _known():
        return character
    if unicodedata.category(character) in UNSEEN or _varies(character):
        return ""
    return f"〔U+{ord(character):04X}〕"


def _varies(character: str) -> bool:
    """Whether it only asks for another shape of the character before it."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    """The characters of which both the sans and the serif of one font have a glyph."""
    both = (_of_font(font.sans_path()) & _of_font(font.serif_path()) for font in FONTS)
    return frozenset(point for known in both for point in known if unicodedata.category(chr(point)) not in UNSEEN)


def _of_font(path: Path) -> frozenset[int]:
    content = path.read_bytes()
    (tables,) = struct.unpack_from(">H", content, 4)
    found = {content[at : at + 4]: content[at + 8 : at + 16] for at in range(12, 12 + 16 * tables, 16)}
    start, _length = struct.unpack(">II", found[b"cmap"])
    (maps,) = struct.unpack_from(">H", content, start + 2)
    points: set[int] = set()
    for number in range(maps):
        (offset,) = struct.unpack_from(">I", content, start + 4 + 8 * number + 4)
        if struct.unpack_from(">H", content, start + offset) == (SEGMENTS,):
            (groups,) = struct.unpack_from(">I", content, start + offset + 12)
            body = content[start + offset + 16 : start + offset + 16 + 12 * groups]
            points |= {
                point for first, last, _glyph in struct.iter_unpack(">III", body) for point in range(first, last + 1)
            }
    return frozenset(points)
