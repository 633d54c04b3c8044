"""What is worked out of rules once, however often the same rules are read: by which object they are, which never changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from contracts.rule import ItemRules

T = TypeVar("T")
MOST = 512
"""So many rules are remembered; then it begins anew."""


def once_per_rules(work_out: Callable[[ItemRules], T]) -> Callable[[ItemRules], T]:
    """The same answer for the same object, worked out once. To compare rules by what they say costs more than the answer."""
    kept: dict[int, tuple[ItemRules, T]] = {}

    @wraps(work_out)
    def answer(rules: ItemRules) -> T:
        found = kept.get(id(rules))
        if found is not None and found[0] is rules:
            return found[1]
        worked_out = work_out(rules)
        if len(kept) >= MOST:
            kept.clear()
        kept[id(rules)] = (rules, worked_out)  # the rules too: their identity is nobody else's while they are here
        return worked_out

    return answer
