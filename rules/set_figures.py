"""What an assessment says of a figure that was just set: that it counts, is cut to its maximum, or is not taken. Pure."""

from __future__ import annotations

from contracts.rule import Assessment, Decided
from rules.decisions import DecidedNode, title_of
from rules.outside import ABOVE_MAXIMUM


def why_not_taken(found: Assessment, node: DecidedNode) -> str | None:
    """Why the figure cannot stand as it was set; `found` is the assessment with it. None: it counts as it is."""
    still = next((each for each in found.amount.missing if each.name == node.decision), None)
    if still is not None and still.kind == "decision":
        return still.label if still.label != title_of(node) else f"“{title_of(node)}”超出可核定的范围"
    if not isinstance(node, Decided):
        return None
    called = f"{node.name or '核定'}（{node.by}"
    cut = [line.text_zh for line in found.amount.working if called in line.text_zh and ABOVE_MAXIMUM in line.text_zh]
    return cut[0] if cut else None
