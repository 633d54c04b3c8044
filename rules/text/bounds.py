"""What facts owe each other, in words."""

from __future__ import annotations

from contracts.rule import FactBound
from rules.text.layout import laid_out, numbered, together
from rules.text.phrases import Names
from rules.text.trees import leaf_text


def bounds_sentence(bounds: tuple[FactBound, ...], names: Names) -> str:
    """What is looked at when the facts are entered; nothing where an item asks for nothing."""
    if not bounds:
        return ""
    parts = [leaf_text(bound, names) for bound in bounds]
    owed = laid_out(f"所填数据须互相符合：{parts[0] if len(parts) == 1 else numbered(parts)}")
    return together(owed, "不符合的须先核对更正。")
