"""PostgreSQL's full-text notation, read as the server reads it: whether an item with these lexemes is found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

TOKEN = re.compile(r"'(?P<word>(?:[^'\\]|''|\\\\)+)'(?::(?P<parts>[ABCD]+))?|(?P<sign>[()&|!])")
HELD = re.compile(r"'((?:[^'\\]|''|\\\\)+)'(?::([0-9ABD,]+))?")


@dataclass(frozen=True)
class Sought:
    """A tsquery: `sign` over `of`, or a word in `parts` (anywhere where none is named)."""

    sign: str
    of: tuple[Sought, ...] = ()
    word: str = ""
    parts: str = ""

    def fits(self, item: Mapping[str, str]) -> bool:
        """Whether an item with these lexemes, and the parts in which each stands, is found."""
        if self.sign == "word":
            return self.word in item and (not self.parts or bool(set(self.parts) & set(item[self.word])))
        if self.sign == "!":
            return not self.of[0].fits(item)
        return (any if self.sign == "|" else all)(each.fits(item) for each in self.of)

    def words(self) -> Iterator[str]:
        if self.sign == "word":
            yield self.word
        for each in self.of:
            yield from each.words()


def lexemes(tsvector: str) -> dict[str, str]:
    """The lexemes of a tsvector, each with the parts in which it stands."""
    return {found.group(1): re.sub("[0-9,]", "", found.group(2) or "") for found in HELD.finditer(tsvector)}


def read(tsquery: str) -> Sought:
    tokens = [found.groupdict() for found in TOKEN.finditer(tsquery)]
    tree, rest = _either(tokens)
    assert not rest, f"left over: {rest}"
    return tree


Tokens = list[dict[str, str | None]]


def _either(tokens: Tokens) -> tuple[Sought, Tokens]:
    return _joined(tokens, "|", lambda left: _joined(left, "&", _one))


def _joined(tokens: Tokens, sign: str, part) -> tuple[Sought, Tokens]:  # type: ignore[no-untyped-def]
    first, rest = part(tokens)
    parts = [first]
    while rest and rest[0]["sign"] == sign:
        each, rest = part(rest[1:])
        parts.append(each)
    return (first if len(parts) == 1 else Sought(sign, tuple(parts))), rest


def _one(tokens: Tokens) -> tuple[Sought, Tokens]:
    first, rest = tokens[0], tokens[1:]
    if first["sign"] == "!":
        inner, rest = _one(rest)
        return Sought("!", (inner,)), rest
    if first["sign"] == "(":
        inner, rest = _either(rest)
        assert rest[0]["sign"] == ")"
        return inner, rest[1:]
    assert first["word"], f"no word: {first}"
    return Sought("word", word=first["word"], parts=first["parts"] or ""), rest
