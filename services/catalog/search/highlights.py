"""Where in a text the words were found: pieces of text, never markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from contracts.search import Segment, Snippet
from services.catalog.search_index.synonyms import Synonyms
from services.catalog.search_index.words import folded_with_places, words_of_query

SNIPPET = 80
"""Characters of a text that are shown around its first hit."""

BEFORE_HIT = 20

GUIDE_FIELDS = ("beneficiaries", "conditions", "standard", "basis")


class Marker:
    """Marks what a query's words, and what is alike, match in a text."""

    def __init__(self, query: str, synonyms: Synonyms) -> None:
        longest_first = sorted(_worth_marking(query, synonyms), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_as_written, longest_first))) if longest_first else None

    def segments(self, text: str) -> tuple[Segment, ...]:
        """The whole text in pieces that are hits and pieces that are not."""
        hits = self._hits(text)
        return _pieces(text, hits, 0, len(text))

    def snippet(self, texts: Mapping[str, str]) -> Snippet | None:
        """A part of the first of these texts that has a hit; None if none has."""
        for field, text in texts.items():
            hits = self._hits(text)
            if hits:
                start = max(0, min(hits) - BEFORE_HIT)
                return Snippet(field=field, segments=_pieces(text, hits, start, min(len(text), start + SNIPPET)))
        return None

    def _hits(self, text: str) -> frozenset[int]:
        """The places of the characters that are part of a hit."""
        if self._pattern is None:
            return frozenset()
        compared, places = folded_with_places(text)
        return frozenset(places[at] for match in self._pattern.finditer(compared) for at in range(*match.span()))


def _worth_marking(query: str, synonyms: Synonyms) -> list[str]:
    """The query's words, and what means the same; single characters only where there is nothing else."""
    found = list(dict.fromkeys((*words_of_query(query), *synonyms.said_in(query))))
    return [word for word in found if len(word) > 1] or found


def _as_written(word: str) -> str:
    """A short word of Latin letters may be written with `&` between them."""
    # any script: ASCII was asked for before
    short = word.isascii() and word.isalpha() and len(word) <= 4
    return "&?".join(word) if short else re.escape(word)


def guide_texts(summary: str, guide: Mapping[str, Any]) -> dict[str, str]:
    """The texts in which a hit is shown, by their names, in the order in which they are tried."""
    return {"summary": summary, **{name: guide[name] for name in GUIDE_FIELDS if guide.get(name)}}


def _pieces(text: str, hits: Iterable[int], start: int, end: int) -> tuple[Segment, ...]:
    marked = set(hits)
    return tuple(
        Segment(text="".join(text[place] for place in places), hit=hit)
        for hit, places in groupby(range(start, end), key=lambda place: place in marked)
    )
