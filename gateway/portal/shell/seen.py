"""What a person had before them when they filled in a form, so that they are told what has changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

from gateway.door import Door

FIELD = "_seen"
LONGEST = 8000


class Change(NamedTuple):
    """One thing that is otherwise than the person saw it."""

    label: str
    was: str
    now: str


def as_seen(shown: Mapping[str, str]) -> str:
    """What the hidden field says: each thing by its label, as it is shown."""
    return json.dumps(dict(shown), ensure_ascii=False, separators=(",", ":"))


async def changes_since(door: Door, shown: Mapping[str, str]) -> list[Change]:
    """What is otherwise now than when the form was filled in that is being sent; nothing where none is."""
    if door.request.method != "POST":
        return []
    pairs = dict(parse_qsl((await door.request.body()).decode(errors="replace"), keep_blank_values=True))
    try:
        before = json.loads(pairs.get(FIELD, "")[:LONGEST])
    except (ValueError, RecursionError):
        return []
    if not isinstance(before, dict):
        return []
    return [
        Change(label, str(before[label]), now)
        for label, now in shown.items()
        if label in before and str(before[label]) != now
    ]
