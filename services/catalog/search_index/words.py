"""How Chinese text becomes words that can be looked up.

Text is folded first (full-width to half-width, Latin to lower case), taken apart where it has no letters or
digits, and cut by rjieba, which knows our trade's own words from `vocabulary.json`. They are data: whoever changes
them adds a migration that names the new digest, after which the index is built anew (`rebuild.py`; a test asks for
it). What means the same is no matter of the index (`synonyms.py`).
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rjieba

VOCABULARY = Path(__file__).with_name("vocabulary.json")
RUN = re.compile(r"[^\W_]+")  # any script: what is looked for is whatever stands in the text
ABBREVIATION = re.compile(r"(?<=[a-z])&(?=[a-z])")
"""The one sign that stands inside a word: R&D."""

LONGEST_WORD = 40
"""Characters. What is longer is no word, and nobody looks for it."""


def folded(text: str) -> str:
    """The text as it is compared: ＡＢＣ１２３ is abc123."""
    return unicodedata.normalize("NFKC", text).casefold()


def folded_with_places(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its characters the place in `text` that it comes from."""
    whole = folded(text)
    if len(whole) == len(text):  # as good as always
        return whole, range(len(text))
    parts = [(folded(character), place) for place, character in enumerate(text)]
    return "".join(part for part, _place in parts), [place for part, place in parts for _each in part]


def runs(text: str) -> list[str]:
    """The unbroken runs of letters and digits of the folded text: quotes, brackets and signs divide."""
    return RUN.findall(ABBREVIATION.sub("", folded(text)))


def words_of_query(text: str) -> list[str]:
    """The words that a person asks for, without those that say nothing, each once and in order."""
    return telling(word for run in runs(text) for word in cut(run))


def words_of_text(text: str) -> list[str]:
    """The words by which a text can be found: long ones and those inside them."""
    return telling(word for run in runs(text) for word in _cutter().cut_for_search(run))


def cut(run: str) -> list[str]:
    """The words of an unbroken run, one after the other."""
    words: list[str] = _cutter().cut(run)
    return words


def tiles(word: str) -> list[str]:
    """The word in shorter words where they make up all of it: 外贸企业 is 外贸 and 企业. Else the word."""
    inner = [each for each in _cutter().cut_for_search(word) if each != word]
    return inner if "".join(inner) == word else [word]


def telling(words: Iterable[str]) -> list[str]:
    """The words that say something, each once and in order."""
    silent = _silent()
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in words if word not in silent))


def is_common(word: str) -> bool:
    """Whether nearly every item could say it: 补助, 企业. It tells little of what is looked for."""
    return word in _common()


def names(text: str) -> list[str]:
    """The runs of letters and digits with what stands between blanks put together: 专精特新“小巨人” is one name."""
    return [name for part in text.split() if (name := "".join(runs(part)))]


def name_of(text: str) -> str:
    """All of the text as one name, as names are compared."""
    return "".join(runs(text))


def grams(name: str) -> list[str]:
    """Pairs of neighbours: how a name is found although it was cut otherwise, or has a slip in it."""
    return [name[place : place + 2] for place in range(len(name) - 1)]


def grams_of_text(text: str) -> list[str]:
    """The pairs of a name, and its single characters, each once."""
    return list(dict.fromkeys(gram for name in names(text) for gram in (*grams(name), *name)))


def digest() -> str:
    """What the index of a text depends on besides the text."""
    return hashlib.sha256(VOCABULARY.read_bytes()).hexdigest()[:16]


@cache
def _vocabulary() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(VOCABULARY.read_bytes())
    return found


@cache
def _silent() -> frozenset[str]:
    return frozenset(_vocabulary()["silent"])


@cache
def _common() -> frozenset[str]:
    return frozenset(_vocabulary()["common"])


@cache
def _cutter() -> rjieba.Jieba:
    import rjieba  # with its dictionary, only where words are cut

    cutter = rjieba.Jieba()
    for word in _vocabulary()["words"]:
        cutter.add_word(word, None, None)
    return cutter
