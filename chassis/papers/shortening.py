"""A text made shorter for a page that has no more room: whole sentences, or at least whole clauses, and where the rest stands. Pure."""

from __future__ import annotations

import re

ENDS = re.compile(r"[。！？；]+[”’）]*|(?<=[.!?;])(?= )|\n")
"""Behind which a sentence is over."""

PAUSES = re.compile(r"[，、]")
"""Behind which a clause is over. No comma of figures (1,000) is among them, and no colon: what comes behind it is the point."""

COUNTED_ONLY = re.compile(r"[\s（(]*[一二三四五六七八九十0-9①-⑳]*[）).．、\s]*")
"""The number of a point whose words are cut off."""


def shortened(text: str, most: int, more: str) -> str:
    """The text where it has at most so many characters; else how it begins, up to where a sentence or clause ends, and `more`.

    What is left is always how the text begins, and never ends within a word or a figure: where nothing ends in time,
    only `more` is said.
    """
    if len(text) <= most:
        return text
    sentence, clause = _last(ENDS, text, most), _last(PAUSES, text, most)
    kept = text[: clause if sentence < most // 2 < clause else sentence].rstrip()
    head, line_break, last = kept.rpartition("\n")
    if COUNTED_ONLY.fullmatch(last):
        kept = head.rstrip() if line_break else ""
    return f"{kept.rstrip('，、；')}{more}" if kept else more.lstrip("…")


def _last(ends: re.Pattern[str], text: str, most: int) -> int:
    """Where the last of these ends within what may be kept; 0 for none."""
    return max((found.end() for found in ends.finditer(text) if found.end() <= most), default=0)
