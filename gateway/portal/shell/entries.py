"""What a person filled in, as a browser sends it: names and values, with dots for what lies inside."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request

from contracts.money import Money
from contracts.refusal import Reason
from contracts.typed import half_width
from contracts.written import plain_number
from gateway.limits import MAX_BODY
from gateway.multipart import UNREADABLE, BodyPart, data_of, events_of, is_multipart
from gateway.row_numbers import is_index
from gateway.streams import in_time

Pairs = Sequence[tuple[str, str]]

MOST_FIELDS = 5000
DEEPEST = 16
OURS = "_"
"""Begins the names of what the frame itself puts into a form; the person's fields begin otherwise."""

CSRF, KEY, VERSION = "csrf", "_key", "_version"
NOT_MEANT = frozenset({CSRF, "lang", "done", "cursor_from"})
"""What stands in a form or an address beside what the person says."""

FIGURE = re.compile(r"[0-9][0-9.,:/% -]*|[+-][0-9.,]+")
"""What has digits and signs and nothing else: a number, a day, a telephone, an account, a code."""

YUAN, FEN = "_yuan", "_fen"
SECRET = ("password", "secret")
"""End the names of what is taken as it is typed, and never shown again."""


@dataclass(frozen=True)
class SentForm:
    """One form as it was sent: what the person said, and what the frame had put beside it.

    `files_wrong` is what is wrong with files that came with it (`gateway.portal.shell.sent_files`).
    """

    said: Pairs
    csrf: str = ""
    key: str = ""
    version: str = ""
    files_wrong: Sequence[Reason] = ()

    @property
    def shown_again(self) -> Pairs:
        """What may stand in a page once more."""
        return [(name, value.replace("\0", "")) for name, value in self.said if not name.endswith(SECRET)]


RECEIVED = "sent_form"
"""Where a request keeps a form whose files have been taken in: its body is read once."""


async def sent_form_of(request: Request) -> SentForm:
    """The form in the body; files in it are left out. Raises HTTPException 400 for what is none."""
    received: SentForm | None = getattr(request.state, RECEIVED, None)
    if received is not None:
        return received
    if is_multipart(request):
        received = sent_form([pair async for pair in _fields_alone(request)])
        setattr(request.state, RECEIVED, received)
        return received
    try:
        pairs = parse_qsl(
            (await request.body()).decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise HTTPException(400, UNREADABLE) from None
    return sent_form(pairs)


def sent_form(pairs: Pairs, files_wrong: Sequence[Reason] = ()) -> SentForm:
    """What the person said, and beside it what is ours."""
    ours = dict(pairs)
    return SentForm(meant(pairs), ours.get(CSRF, ""), ours.get(KEY, ""), ours.get(VERSION, ""), files_wrong)


async def field_of(part: BodyPart, data: AsyncIterator[bytes], room: int) -> tuple[str, str]:
    """A field of a form with files, in `room` bytes. Raises HTTPException 400 for no text, 413 for more."""
    text = b""
    async for piece in data:
        text += piece
        if len(text) > room:
            raise HTTPException(413)
    try:
        return part.name, text.decode()
    except UnicodeDecodeError:
        raise HTTPException(400, UNREADABLE) from None


async def _fields_alone(request: Request) -> AsyncIterator[tuple[str, str]]:
    events, room = events_of(request, in_time(request.stream())), MAX_BODY
    async for event in events:
        if isinstance(event, BodyPart) and event.file_name is None:
            pair = await field_of(event, data_of(events), room)
            room -= len(pair[1].encode())
            yield pair


def meant(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """Without what the frame put there, and with the line ends of everybody else."""
    return [
        (name, value.replace("\r\n", "\n") if name.endswith(SECRET) else _typed(value))
        for name, value in pairs
        if name not in NOT_MEANT and not name.startswith(OURS)
    ]


def _typed(value: str) -> str:
    """Without blanks at its ends. A figure in wide digits is the figure: １８０ days, １３８… of a telephone, ２０２７／１／１."""
    plain = value.replace("\r\n", "\n").strip()
    narrow = half_width(plain)
    return narrow if FIGURE.fullmatch(narrow) else plain


def nested(pairs: Pairs, lists: Iterable[str] = ()) -> dict[str, Any]:
    """`contacts.0.phone=1` → {"contacts": [{"phone": "1"}]}; blanks count as not said, a row of blanks as none.

    A name with `[]` behind it, or one of `lists`, has as many values as are sent; of any other the last one counts (so
    that a box that is not ticked can say no). Raises HTTPException 400 for names that cannot be put together.
    """
    many = set(lists)
    tree: dict[str, Any] = {}
    for name, value in pairs:
        path = name.removesuffix("[]").split(".")
        if len(path) > DEEPEST:
            raise HTTPException(400, UNREADABLE)
        node = tree
        for part in path[:-1]:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise HTTPException(400, UNREADABLE)
        listed = name.endswith("[]") or name in many
        if not listed:
            node[path[-1]] = value
        elif isinstance(values := node.setdefault(path[-1], []), list):
            values.append(value)
    compact = _compact(tree)
    return compact if isinstance(compact, dict) else {}


def _compact(node: Any) -> Any:
    """Without blanks; None when nothing is left. What is numbered is a list, closed up where rows fell out."""
    if isinstance(node, list):
        return [value for value in node if value] or None
    if not isinstance(node, dict):
        return node or None
    kept = {name: compact for name, value in node.items() if (compact := _compact(value)) is not None}
    if kept and all(map(is_index, kept)):
        return [kept[name] for name in sorted(kept, key=int)]
    return kept or None


def flat(tree: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The same back as names and values, so that names in it are those in which reasons speak."""
    if isinstance(tree, Mapping):
        for part, value in tree.items():
            yield from flat(value, f"{name}.{part}" if name else str(part))
    elif isinstance(tree, list):
        for at, value in enumerate(tree):
            yield from flat(value, f"{name}.{at}") if isinstance(value, dict | list) else ((name, str(value)),)
    else:
        yield name, str(tree)


def in_fen(tree: Mapping[str, Any]) -> dict[str, Any]:
    """`limit_yuan: "1,000.50"` → `limit_fen: 100050`. What is no amount stays as it was written, for its reason."""
    return {
        name.removesuffix(YUAN) + FEN if name.endswith(YUAN) else name: _inside(name, value)
        for name, value in tree.items()
    }


def _inside(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return in_fen(value)
    if isinstance(value, list):
        return [_inside(name, each) for each in value]
    return _fen(value) if name.endswith(YUAN) else value


def _fen(value: Any) -> Any:
    text = half_width(str(value)).strip().removeprefix("¥").removesuffix("元")
    try:
        return Money.from_yuan(plain_number(text)).fen
    except ValueError:
        # A whole number of yuan must not be taken for one of fen, so that what does not fit is no number at all.
        return f"{value}元"
