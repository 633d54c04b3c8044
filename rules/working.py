"""The working of a figure line by line: what is defined once is told once, wherever it is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

Work = tuple[tuple[str, Fraction], ...]


class DefinedLine(str):
    """The line of a named value. Where it comes first, the `lines` by which it was worked out stand above it.

    Which line comes first is known only when the whole working is put together: parts of it are left out on the way.
    """

    __slots__ = ("key", "lines")

    key: object
    lines: Work

    @classmethod
    def of(cls, text: str, key: object, lines: Work) -> DefinedLine:
        """`key` tells apart the values of this working: of those with the same one the lines are told once."""
        line = cls(text)
        line.key, line.lines = key, lines
        return line


class RowLine(str):
    """All lines of one row in one: `begin`, what the lines say, `end`; `plain` where there are no lines."""

    __slots__ = ("begin", "end", "lines", "plain")

    begin: str
    end: str
    lines: Work
    plain: str

    @classmethod
    def of(cls, begin: str, lines: Work, plain: str, end: str) -> RowLine:
        """Its text is that of a working with no other row."""
        line = cls(_joined(begin, expanded(lines, set()), plain, end))
        line.begin, line.lines, line.plain, line.end = begin, lines, plain, end
        return line


def expanded(work: Iterable[tuple[str, Fraction]], told: set[object]) -> Iterator[tuple[str, Fraction]]:
    """The lines as they are read; `told` are the named values whose lines stand above already."""
    for text, added in work:
        if isinstance(text, RowLine):
            yield _joined(text.begin, expanded(text.lines, told), text.plain, text.end), added
        elif not isinstance(text, DefinedLine):
            yield text, added
        elif text.key not in told:
            told.add(text.key)
            yield from expanded(text.lines, told)
            yield str(text), added
        elif added:
            yield str(text), added


def _joined(begin: str, lines: Iterable[tuple[str, Fraction]], plain: str, end: str) -> str:
    return f"{begin}{'；'.join(line for line, _ in lines) or plain}{end}"
