"""Words in PostgreSQL's own notation: what an item is found by (tsvector), what is looked for (tsquery).

Besides its words an item has the pairs of neighbouring characters of its names ("grams", marked by `~`): by them
a name is found that was cut into other words, or typed with one character wrong, missing or too many. (The
embedded server has no pg_trgm; and pairs suit Chinese better than its three bytes.) Everything is made here and
quoted, so that nothing a person types is ever read as an operator.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

from services.catalog.search_index.domain import Texts
from services.catalog.search_index.synonyms import Notion, Synonyms
from services.catalog.search_index.words import (
    grams,
    grams_of_text,
    is_common,
    name_of,
    names,
    words_of_query,
    words_of_text,
)

GRAM = "~"
IN_TITLE = ":A"
"""Behind a lexeme that is looked for in titles only."""

MOST_WORDS = 12
"""Of a query: more tell no more, and each is looked up in every hit to rank it."""

FEW = 4
"""Things that are asked for, of which one may be left out; more than that are a sentence."""

SHORTEST_SLIP = 3
"""Characters: in a shorter name one wrong character leaves nothing to go by."""

LONGEST_SLIP = 14

Matched = Literal["all", "similar", "some", "any"]
"""How items fit: all words; a name with a slip in it; two words that follow each other; any word."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One query, read ever more forgivingly. How near an item comes is told by `rank`, or by `words` alone.

    `itself`: what says all of it in the query's own words; None where it has no others. `others`: for each thing that is
    asked for and has other words, the titles that say it in those only. `things`: how many are asked for.
    """

    all: str
    similar: str | None
    some: str | None
    any: str | None
    rank: str
    words: str
    name: str
    itself: str | None
    others: tuple[str, ...]
    things: int

    def ways(self) -> Iterable[tuple[Matched, str, str]]:
        """Its readings in the order in which they are tried, each with what it is ranked by.

        Where a part of the words will do, thousands of items do: pairs tell little then, and cost most of all.
        """
        for name in get_args(Matched):
            sought = getattr(self, name)
            if sought is not None:
                yield name, sought, self.rank if name in ("all", "similar") else self.words


def words_lexemes(texts: Texts) -> str:
    """All that an item can be found by, as a tsvector: its words, and the pairs of its names."""
    said = (*texts.title, *texts.belongs_to, *texts.guide, *texts.document)
    names = (*texts.title, *texts.belongs_to, *texts.document)
    return " ".join(map(_quoted, dict.fromkeys((*_words(said), *_pairs(names)))))


def heading_lexemes(texts: Texts) -> str:
    """What an item is ranked by, as a tsvector: A its title, B whose and what about, D its document.

    The guide is left out: to rank is to read this of every hit, and a hit that is not in here is in the guide.
    A word stands once per part however often it is said, so that repeating it gains nothing.
    """
    places: dict[str, str] = {}
    for number, (weight, lexemes) in enumerate(
        (
            ("A", [*_words(texts.title), *_pairs(texts.title)]),
            ("B", _words(texts.belongs_to)),
            ("D", _words(texts.document)),
        ),
        1,
    ):
        for lexeme in dict.fromkeys(lexemes):
            places[lexeme] = f"{places[lexeme]},{number}{weight}" if lexeme in places else f"{number}{weight}"
    return " ".join(f"{_quoted(lexeme)}:{where}" for lexeme, where in places.items())


def wanted(text: str, synonyms: Synonyms) -> Wanted | None:
    """What `text` looks for; None if there is no word in it."""
    words = words_of_query(text)[:MOST_WORDS]
    if not words:
        return None
    asked = _first(synonyms.asked(text)) or [Notion(tuple(words))]
    # What nearly every item says counts only where nothing else is asked for.
    about = [each for each in asked if each.tells] or asked
    telling = [word for word in words if not is_common(word)] or words
    telling = [word for word in telling if len(word) > 1] or telling
    long = [each for each in about if any(len(word) > 1 for word in each.words)]
    itself = _all(_found_by(word) for word in words)
    widened = [each for each in asked if each.instead]
    pairs = [gram for name in names(text) for gram in grams(name) if not is_common(gram)]
    ranked = dict.fromkeys((*telling, *(GRAM + pair for pair in pairs[: 2 * MOST_WORDS])))
    return Wanted(
        # A word of a list may cut others in two: what says the query as it stands is found all the same.
        all=_any((itself, _all(map(_said, asked)))) if widened else itself,
        similar=_similar(text),
        some=_some(about),
        any=_any((*map(_found_by, telling), *map(_said, long or about))) if len(words) > 1 else None,
        rank=_any(_quoted(each) for each in ranked),
        words=_any(map(_quoted, telling)),
        name=name_of(text),
        # Thousands say 补助 and its like: which of them in what words, tells nothing and costs most.
        itself=itself if any(each.tells for each in widened) else None,
        others=tuple(_in_other_words(each) for each in widened if each.tells),
        things=len(about),
    )


def _some(about: Sequence[Notion]) -> str | None:
    """All but one of the few things that are asked for; of many, two that follow each other.

    A code or a number is never left out: whoever types one means that one.
    """
    if len(about) > FEW:
        return _any(_all(map(_said, pair)) for pair in pairwise(about))
    rests = [[each for each in about if each is not left] for left in about if not left.is_written_in_latin]
    return _any(_all(map(_said, rest)) for rest in rests) if rests and len(about) > 1 else None


def _first(asked: Iterable[Notion]) -> list[Notion]:
    """The first things asked for, with no more words than are looked for."""
    kept: list[Notion] = []
    left = MOST_WORDS
    for each in asked:
        left -= len(each.words)
        if left < 0 and kept:
            break
        kept.append(each)
    return kept


def _said(asked: Notion) -> str:
    """In its own words or in others."""
    return _any(_all(map(_found_by, words)) for words in (asked.words, *asked.instead))


def _in_other_words(asked: Notion) -> str:
    """A title that says it, but not in its own words."""
    own = _all(_quoted(word) + IN_TITLE for word in asked.words)
    instead = _any(_all(_quoted(word) + IN_TITLE for word in words) for words in asked.instead)
    return f"(!{own} & {instead})"


def _found_by(word: str) -> str:
    """The word itself, or a name with these characters side by side."""
    if len(word) == 1:
        return _any((_quoted(word), _quoted(GRAM + word)))
    return _any((_quoted(word), _all(_quoted(GRAM + gram) for gram in grams(word))))


def _similar(text: str) -> str | None:
    """Names with one slip in each; a short one must be there as it is."""
    found = [(name, _with_a_slip(name)) for name in names(text)]
    if not any(slip for _name, slip in found):
        return None
    return _all(slip or _found_by(name) for name, slip in found)


def _with_a_slip(name: str) -> str | None:
    """All pairs but those that one character belongs to: for each character that may be the wrong one."""
    if not SHORTEST_SLIP <= len(name) <= LONGEST_SLIP:
        return None
    pairs = [_quoted(GRAM + gram) for gram in grams(name)]
    rests = [pairs[: max(0, wrong - 1)] + pairs[wrong + 1 :] for wrong in range(len(name))]
    return _any(_all(rest) for rest in rests if rest)


def _words(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in words_of_text(text)]


def _pairs(texts: Iterable[str]) -> list[str]:
    return [GRAM + gram for text in texts for gram in grams_of_text(text)]


def _all(parts: Iterable[str]) -> str:
    return f"({' & '.join(parts)})"


def _any(parts: Iterable[str]) -> str:
    return f"({' | '.join(parts)})"


def _quoted(lexeme: str) -> str:
    # Words consist of letters and digits and need no escaping; it is done all the same.
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
