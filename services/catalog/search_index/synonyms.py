"""Which words mean the same, and what a query asks for in them.

Words are widened when something is looked for, never when it is indexed: a list that changes counts from the next
search on, and the index knows only what items say themselves. The list that holds everywhere is `synonyms.json`;
places add their own (`services/catalog/synonyms`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from services.catalog.search_index.words import cut, is_common, name_of, runs, telling, tiles

NATIONAL = Path(__file__).with_name("synonyms.json")

Group = tuple[str, ...]

MOST_TOGETHER = 24
"""Words of one group, also where lists were put together: each is looked up in every search for one of them."""

SURE = 3
"""Characters. So long a word is meant wherever it stands; a shorter one only as a word: 提高企业 says nothing of 高企."""

MOST_WIDENED = 6
"""Of the things that one query asks for; people ask for two or three."""


@dataclass(frozen=True, slots=True)
class Notion:
    """One thing that a query asks for: the words that say it, and the words that would say it, too."""

    words: tuple[str, ...]
    instead: tuple[tuple[str, ...], ...] = ()

    @property
    def tells(self) -> bool:
        """Whether it says what is looked for, and not only that something is."""
        return not all(map(is_common, self.words))

    @property
    def is_written_in_latin(self) -> bool:
        """A code, a number, an abbreviation."""
        return all(map(str.isascii, self.words))


class Synonyms:
    """Groups of words that mean the same. A word is in one group only."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self._group = {word: group for group in groups for word in group}
        self._longest = max(map(len, self._group), default=0)

    def alike(self, word: str) -> Group:
        """The word with all that means the same, itself first."""
        name = name_of(word)
        return (name, *(each for each in self._group.get(name, ()) if each != name))

    def asked(self, text: str) -> list[Notion]:
        """What the text asks for, each once and in order; words that say nothing are left out."""
        found: dict[tuple[str, ...], Notion] = {}
        widened = 0
        for run in runs(text):
            for piece in self._pieces(run):
                words = tuple(telling(cut(piece)))
                if not words or words in found:
                    continue
                others = self._group.get(piece, ()) if widened < MOST_WIDENED else ()
                widened += bool(others)
                found[words] = Notion(words, tuple(_words_of(each) for each in others if each != piece))
        return list(found.values())

    def said_in(self, text: str) -> list[str]:
        """The words of groups that the text says, and all that means the same."""
        pieces = [piece for run in runs(text) for piece in self._pieces(run)]
        return [word for piece in pieces if piece in self._group for word in self._group[piece]]

    def _pieces(self, run: str) -> Iterator[str]:
        """The run taken apart: words of groups whole, the longest first, and the words that stand between them."""
        borders = _borders(run)
        place = begun = 0
        while place < len(run):
            end = self._known_until(run, place, borders)
            if end is None:
                place += 1
                continue
            yield from cut(run[begun:place])
            yield run[place:end]
            place = begun = end
        yield from cut(run[begun:])

    def _known_until(self, run: str, place: int, borders: frozenset[int]) -> int | None:
        """Where the longest word of a group ends that begins here; None if none does."""
        for end in range(min(len(run), place + self._longest), place, -1):
            if run[place:end] in self._group and (end - place >= SURE or {place, end} <= borders):
                return end
        return None


def together(*lists: Iterable[Sequence[str]]) -> tuple[Group, ...]:
    """The groups of several lists as one, earlier lists before later ones: groups that share a word are one group.

    A group that would grow beyond `MOST_TOGETHER` stays as it is, and the later one keeps only what is new.
    """
    of_word: dict[str, list[str]] = {}
    for group in (each for one in lists for each in one):
        words = list(dict.fromkeys(name_of(word) for word in group))
        joined = list({id(of_word[word]): of_word[word] for word in words if word in of_word}.values())
        new = [word for word in words if word not in of_word]
        if sum(map(len, joined)) + len(new) <= MOST_TOGETHER:
            new = [word for known in joined for word in known] + new
        if len(new) > 1:
            of_word |= dict.fromkeys(new[:MOST_TOGETHER], new[:MOST_TOGETHER])
    return tuple(tuple(group) for group in {id(group): group for group in of_word.values()}.values())


@cache
def national_groups() -> tuple[Group, ...]:
    """The list that holds everywhere, as it is written."""
    return tuple(tuple(group) for group in json.loads(NATIONAL.read_bytes()))


@cache
def national_words() -> dict[str, Group]:
    """Each word of the national list, with its group."""
    return {word: group for group in together(national_groups()) for word in group}


@cache
def national() -> Synonyms:
    """The list that holds everywhere."""
    return Synonyms(together(national_groups()))


def _borders(run: str) -> frozenset[int]:
    """Where words begin and end, and those that they are made up of."""
    borders, place = {0}, 0
    for word in (tile for each in cut(run) for tile in tiles(each)):
        place += len(word)
        borders.add(place)
    return frozenset(borders)


@lru_cache(maxsize=8192)
def _words_of(word: str) -> tuple[str, ...]:
    return tuple(telling(cut(word)))
