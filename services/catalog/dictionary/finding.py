"""How a fact is found: by its name, label, meaning and codes, by a former name, and by what people say instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from services.catalog.dictionary.facts import DictionaryFact, synonyms
from services.catalog.search_index.words import grams, name_of

NEAREST = 5
NEAR_ENOUGH = 0.3
"""Of the pairs of neighbouring characters of both, the share that both have."""

EXACT, IN_LABEL, IN_NAME, LABEL_INSIDE, IN_CODE, IN_FORMER, IN_MEANING = 0, 20, 30, 40, 60, 70, 80
"""How far a fact is from a word, by where the word stands; what stands beside it in a label or name makes it farther."""

BY_ANOTHER_WORD = 3
"""How much farther what is found by a synonym is: 中小企业 leads to 中小微企业 before 外贸中小企业."""

SHORTEST_INSIDE = 3
"""Characters of a label that is looked for inside what was asked: 营业收入 in 上年度营业收入总额, but no 产值 in all."""


@dataclass(frozen=True, slots=True)
class FoundFact:
    """`rank` is less the nearer it is; `why` says so where the words stand neither in the name nor in the label."""

    name: str
    fact: DictionaryFact
    rank: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Spelling:
    """What is looked for: a word as it was asked, or with a synonym put in its place."""

    text: str
    said: str = ""


def find(words: str, among: Mapping[str, DictionaryFact]) -> list[FoundFact]:
    """The facts that all the words lead to, the nearest first."""
    asked = [spellings for each in words.split() if (spellings := _spellings(each))]
    if not asked:
        return []
    found: list[FoundFact] = []
    for name, fact in among.items():
        ways = [_best(name, fact, spellings) for spellings in asked]
        led = [way for way in ways if way is not None]
        if len(led) == len(asked):
            said = dict.fromkeys(why for _rank, why in led if why)
            found.append(FoundFact(name, fact, sum(rank for rank, _why in led), "；".join(said)))
    return sorted(found, key=lambda each: (each.rank, each.name))


def nearest(words: str, among: Mapping[str, DictionaryFact]) -> list[FoundFact]:
    """Where nothing was found: what is written most alike, the likest first; nothing when all is strange."""
    asked = set(_pairs(name_of(words)))
    likest = sorted(((_likeness(asked, name, fact), name) for name, fact in among.items()), key=lambda e: (-e[0], e[1]))
    return [FoundFact(name, among[name]) for share, name in likest[:NEAREST] if share >= NEAR_ENOUGH]


@cache
def _groups() -> tuple[tuple[tuple[str, str], ...], ...]:
    """(as it is compared, as it is written) of each synonym."""
    return tuple(tuple((name_of(each), each) for each in group) for group in synonyms())


def _spellings(word: str) -> list[_Spelling]:
    plain = name_of(word)
    if not plain:
        return []
    found = {plain: _Spelling(plain)}
    for group in _groups():
        for heard, written in group:
            if heard not in plain:
                continue
            for instead, other in group:
                text = plain.replace(heard, instead)
                # 中小企业 inside 中小微企业: what says more already is not put where it stands.
                if instead not in plain:
                    found.setdefault(text, _Spelling(text, f"“{written}”也作“{other}”"))
    return list(found.values())


def _best(name: str, fact: DictionaryFact, spellings: Iterable[_Spelling]) -> tuple[int, str] | None:
    ways = [
        (rank + (BY_ANOTHER_WORD if spelling.said else 0), "；".join(each for each in (spelling.said, why) if each))
        for spelling in spellings
        for rank, why in _ways(name, fact, spelling.text)
    ]
    return min(ways, default=None, key=lambda way: way[0])


def _ways(name: str, fact: DictionaryFact, text: str) -> Iterator[tuple[int, str]]:
    """All ways by which the text leads to this fact, with how far each is."""
    plain_name, label = name_of(name), name_of(fact.label)
    if text in (plain_name, label):
        yield EXACT, ""
    for former in fact.formerly:
        if text == name_of(former.name):
            yield EXACT + 1, f"{former.name} 是旧名，现名 {name}：{former.said}"
        elif text in name_of(former.name) or text in name_of(former.said):
            yield IN_FORMER, f"旧名 {former.name}"
    if text in label:
        yield IN_LABEL + min(len(label) - len(text), 9), ""
    if text in plain_name:
        yield IN_NAME + min(len(plain_name) - len(text), 9), ""
    if len(label) >= SHORTEST_INSIDE and label in text:
        yield LABEL_INSIDE, ""
    for code in fact.codes:
        if text == name_of(code.code) or text in name_of(code.label):
            yield IN_CODE, f"可取的值 {code.code}（{code.label}）"
            break
    # A meaning names near facts by their names: whoever looks for one of those does not look for this.
    if not text.isascii() and text in name_of(fact.meaning):
        yield IN_MEANING, "说明中提到"


def _likeness(asked: set[str], name: str, fact: DictionaryFact) -> float:
    return max(_shared(asked, set(_pairs(name_of(each)))) for each in (name, fact.label))


def _pairs(text: str) -> list[str]:
    return grams(text) or [text]


def _shared(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))
