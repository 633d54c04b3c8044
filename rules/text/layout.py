"""How a sentence stands on the page: in one line where it is short, else in lines, numbered by their depth.

The words of a rule come marked with where a list or a bracket opens and closes, since only the whole sentence tells
whether it fits in a line. A bracket never stands in a bracket: what would becomes lines of its own, and where words
follow it (… 的 70%) it is called 甲, 乙, 丙, or by its name, and is said below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_NUMBERED, _PLAIN, _NEXT, _END, _OPEN, _NAMED, _CLOSE = "\ue000\ue001\ue002\ue003\ue004\ue005\ue006"
_MARKS = re.compile(f"([{_NUMBERED}-{_CLOSE}])")
_CONDITION = "条件"
"""In the place of a bracket's name: its words are a condition."""

LONGEST_LINE = 100
"""Characters: a longer list is laid out in lines."""

SHORT_BRACKET = 40
"""Characters of a bracket in the middle of a sentence that has lines; a longer one is said below."""

STEMS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
DIGITS = "零一二三四五六七八九十"
INDENT = "　"  # no cell: our own
_BRACKETS = {"（": 1, "）": -1}


def numbered(parts: Iterable[str]) -> str:
    """A list of its own: `1. …；2. …`, or lines."""
    return f"{_NUMBERED}{_NEXT.join(parts)}{_END}"


def listed(parts: Iterable[str], opening: str = "") -> str:
    """Entries that need no numbers while they stand in one line. `opening` stands before them in lines alone."""
    return f"{_PLAIN}{_NEXT.join((opening, *parts))}{_END}"


def in_brackets(phrase: str, name: str = "") -> str:
    """A part of a sentence that needs bounds: brackets, where it is short, and by its name in quotes."""
    return f"{_OPEN}{name}{_NAMED}{phrase}{_CLOSE}"


def condition_in_brackets(phrase: str) -> str:
    """A group of conditions inside a sentence: （…）, or 条件甲 that is said below."""
    return in_brackets(phrase, _CONDITION)


def laid_out(marked: str, end: str = "。") -> str:
    """The sentence in lines as it is to be read; one line where it is simple."""
    sequence = _read(marked)
    if _is_simple(sequence):
        return f"{_closed_up(_inline(sequence))}{end}"
    page = _Page(_repeated(sequence))
    lines = _ended(page.block(sequence), end)
    told: set[_Words] = set()
    while waiting := [words for words in page.defined if words not in told]:  # a definition may name another
        called, inner = page.defined[waiting[0]]
        opening = f"{'' if told else '其中，'}{called}："
        told.add(waiting[0])
        lines += _ended(page.block(inner, opening), end)
    return "\n".join(_closed_up(line) for line in lines)


def in_one_line(marked: str) -> str:
    """The same where there is room for one line alone, without an end: reasons, lines of a working."""
    if not _MARKS.search(marked):
        return _closed_up(marked)
    return "".join(line.strip(INDENT) for line in laid_out(marked, "；").split("\n")).rstrip("；")


def together(*texts: str) -> str:
    """Several sentences after one another: each in a line of its own where one of them has lines."""
    told = [text for text in texts if text]
    return ("\n" if any("\n" in text for text in told) else "").join(told)


# -- what the marks mean -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _List:
    has_numbers: bool
    opening: str = ""
    entries: list[_Sequence] = field(default_factory=list)


@dataclass(slots=True)
class _Bracket:
    name: str
    inner: _Sequence = field(default_factory=list)


_Sequence = list["str | _List | _Bracket"]
_Words = tuple[str, str]
"""A bracket's name and all its words."""


def _read(marked: str) -> _Sequence:
    pieces = [piece for piece in _MARKS.split(marked) if piece]
    sequence, _rest = _sequence(pieces, 0)
    return sequence


def _sequence(pieces: Sequence[str], at: int) -> tuple[_Sequence, int]:
    found: _Sequence = []
    while at < len(pieces) and pieces[at] not in (_NEXT, _END, _CLOSE, _NAMED):
        piece = pieces[at]
        if piece in (_NUMBERED, _PLAIN):
            made, at = _list(pieces, at)
            found.append(made)
        elif piece == _OPEN:
            name, at = _sequence(pieces, at + 1)
            inner, at = _sequence(pieces, at + 1)
            found.append(_Bracket(_inline(name), inner))
            at += 1
        else:
            found.append(piece)
            at += 1
    return found, at


def _list(pieces: Sequence[str], at: int) -> tuple[_List, int]:
    made, entries = _List(pieces[at] == _NUMBERED), []
    while pieces[at] != _END:
        entry, at = _sequence(pieces, at + 1)
        entries.append(entry)
    if not made.has_numbers:
        made.opening = _inline(entries.pop(0))
    made.entries = entries
    return made, at + 1


# -- in one line -------------------------------------------------------------------------------------------


def _inline(sequence: _Sequence, *, within: bool = False) -> str:
    """All of it in a line; `within` a numbered line numbers are ①, ②."""
    return "".join(each if isinstance(each, str) else _inline_of(each, within=within) for each in sequence)


def _inline_of(part: _List | _Bracket, *, within: bool = False) -> str:
    if isinstance(part, _Bracket):
        name, inner = part.name, _inline(part.inner, within=within)
        return f"“{name}：{inner}”" if name and name != _CONDITION else f"（{inner}）"
    told = [_inline(entry, within=True) for entry in part.entries]
    if part.has_numbers:
        told = [f"{_circled(count, each) if within else f'{count}. {each}'}" for count, each in enumerate(told, 1)]
    return "；".join(told)


def _circled(count: int, text: str) -> str:
    sign = chr(0x2460 + count - 1) if count <= 20 else "·"
    return f"{sign} {text}" if text[:1].isascii() else f"{sign}{text}"


def _is_simple(sequence: _Sequence) -> bool:
    """Whether it is to stand in one line: nothing nested, no long list."""
    text = _inline(sequence)
    if deepest(text) > 1:
        return False
    lists = [each for each in sequence if isinstance(each, _List)]
    if lists and not isinstance(sequence[-1], _List):
        return False  # what stands behind a list would be read as its last entry
    if any(_holds_list(each.inner) for each in sequence if isinstance(each, _Bracket)):
        return False
    if any(not _is_flat(entry) for each in lists for entry in each.entries):
        return False
    return not lists or len(text) <= LONGEST_LINE


def _is_flat(entry: _Sequence) -> bool:
    return not any(isinstance(each, _List) or _holds_list(each.inner) for each in entry if not isinstance(each, str))


def _holds_list(sequence: _Sequence) -> bool:
    return any(isinstance(each, _List) or (isinstance(each, _Bracket) and _holds_list(each.inner)) for each in sequence)


def deepest(text: str) -> int:
    """How deep brackets stand in one another."""
    depth = most = 0
    for sign in text:
        depth += _BRACKETS.get(sign, 0)
        most = max(most, depth)
    return most


_BLANKS = re.compile(r"(?<![0-9]\.) (?=（)|(?<=）) |(?<=[于过为]) (?=[“\u4e00-\u9fff])")


def _closed_up(phrase: str) -> str:
    """No blanks around full-width brackets and before words: they stand where a figure, which has blanks, might."""
    return shallow(_BLANKS.sub("", phrase))


_NESTED = re.compile(r"（[^）]*（")


def shallow(text: str) -> str:
    """Brackets that stand in others, as labels and notes have them, are 〔〕."""
    if not _NESTED.search(text):  # every line of every working comes by
        return text
    depth, told = 0, []
    for sign in text:
        depth += sign == "（"
        told.append({"（": "〔", "）": "〕"}.get(sign, sign) if depth > 1 else sign)
        depth -= sign == "）"
    return "".join(told)


# -- in lines ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Line:
    depth: int
    number: int | None
    text: str


@dataclass(slots=True)
class _Page:
    """`defined`: by their words, what brackets that cannot stand in the sentence are called, and their parts.

    `repeated` are those that are said several times: they are said once, below.
    """

    repeated: frozenset[_Words]
    defined: dict[_Words, tuple[str, _Sequence]] = field(default_factory=dict)

    def block(self, sequence: _Sequence, opening: str = "") -> list[_Line]:
        lines: list[_Line] = []
        self._tell(sequence, lines, 0, None, opening)
        return lines

    def _tell(self, sequence: _Sequence, lines: list[_Line], depth: int, number: int | None, text: str) -> None:
        """Lines of this sequence; `text` is what its first line begins with."""
        rest = list(sequence)
        while rest:
            part = rest.pop(0)
            if isinstance(part, str):
                text += part if text or not lines else part.lstrip("，；")
            elif isinstance(part, _Bracket):
                if _fits(part, text, is_last=not rest):
                    text += _inline_of(part, within=True)
                elif rest or _words(part) in self.repeated or (text.endswith("× ") and _holds_list(part.inner)):
                    text += self._called(part)
                else:
                    text = _introduced(text, part.name)
                    rest = list(part.inner)
            elif _is_simple([text, part]) and not rest and depth:
                text += _inline_of(part, within=True)
            else:
                text += part.opening
                lines.append(_Line(depth, number, text if text.endswith("：") else f"{text}："))
                for index, entry in enumerate(part.entries, 1):
                    self._tell(entry, lines, depth + 1, index, "")
                text, number = "", None
        if text:
            lines.append(_Line(depth, number, text))

    def _called(self, part: _Bracket) -> str:
        words = _words(part)
        if words not in self.defined:
            unnamed = sum(1 for name, _inner in self.defined.values() if not name.startswith("“"))
            stem = STEMS[unnamed % len(STEMS)]
            called = {"": stem, _CONDITION: f"条件{stem}"}.get(part.name, f"“{part.name}”")
            self.defined[words] = (called, part.inner)
        called = self.defined[words][0]
        return f"符合{called}" if part.name == _CONDITION else called


def _words(part: _Bracket) -> _Words:
    return part.name, _inline(part.inner)


def _fits(part: _Bracket, text: str, *, is_last: bool) -> bool:
    """Whether it may stand in brackets behind this text."""
    short = _inline_of(part)
    if _holds_list(part.inner) or deepest(short) > (1 if not part.name or part.name == _CONDITION else 0):
        return False
    return is_last or len(short) <= SHORT_BRACKET


def _introduced(text: str, name: str) -> str:
    """The text before a bracket that is dropped, since nothing stands behind it."""
    if text and not text.endswith(("：", "，", "；", "× ")):
        text = f"{text.rstrip()}："
    return f"{text}{name}：" if name and name != _CONDITION else text


def _repeated(sequence: _Sequence) -> frozenset[_Words]:
    counted: dict[_Words, int] = {}
    _count(sequence, counted)
    return frozenset(words for words, count in counted.items() if count > 1)


def _count(sequence: _Sequence, counted: dict[_Words, int]) -> None:
    """What stands in a bracket that was counted before is not said again."""
    for each in sequence:
        if isinstance(each, _List):
            for entry in each.entries:
                _count(entry, counted)
        elif isinstance(each, _Bracket) and _holds_list(each.inner):
            counted[_words(each)] = counted.get(_words(each), 0) + 1
            if counted[_words(each)] == 1:
                _count(each.inner, counted)


def _ended(lines: list[_Line], end: str) -> list[str]:
    """The lines as text: their numbers by their depth, a stop behind each."""
    depths = max(line.depth for line in lines)
    told = []
    for index, line in enumerate(lines):
        stop = "" if line.text.endswith("：") else end if index == len(lines) - 1 else "；"
        told.append(f"{INDENT * max(line.depth - 1, 0)}{_numbered(line, depths)}{stop}")
    return told


def _numbered(line: _Line, depths: int) -> str:
    """`1.` where there is one depth of lines; 一、（一）1.（1）① where there are more, as documents have it."""
    count, text = line.number, line.text
    if count is None:
        return text
    style = 2 if depths == 1 else line.depth - 1
    if style > 3:
        return _circled(count, text)
    return f"{(f'{chinese(count)}、', f'（{chinese(count)}）', f'{count}. ', f'（{count}）')[style]}{text}"


def chinese(count: int) -> str:
    """A number up to 99 in Chinese: 十二."""
    tens, ones = divmod(count, 10)
    if not tens:
        return DIGITS[ones]
    return f"{DIGITS[tens] if tens > 1 else ''}十{DIGITS[ones] if ones else ''}"
