"""A draft as others read it: with what its guide leaves to the rules written out."""

from __future__ import annotations

import copy
from typing import Any

from contracts.authoring import GUIDE_PARTS
from contracts.drafting import DraftView

BETWEEN_STEPS = "；"
"""Stands between the steps of a guide where they are one text."""


def whole_text(draft: DraftView) -> dict[str, Any]:
    """The draft's content with the parts of the guide that follow the rules, as far as the rules can be read."""
    content = copy.deepcopy(draft.content)
    guide = content.get("guide")
    if isinstance(guide, dict):
        for each in draft.guide:
            if each.written is None:
                guide[each.part] = each.from_rules.split(BETWEEN_STEPS) if each.part == "steps" else each.from_rules
    return content


def copied_text(content: dict[str, Any], code: str, title: str) -> dict[str, Any]:
    """Another item's content as the beginning of a new one, whose guide follows its rules."""
    text = {**copy.deepcopy(content), "code": code, "title": title, "sample": False, "sample_notes": []}
    text["guide"] = {name: value for name, value in text.get("guide", {}).items() if name not in GUIDE_PARTS}
    return text
