"""The answers to conditions in words: which of them tell, with the figure that the enterprise has."""

from __future__ import annotations

from contracts.rule import State, Verdict
from rules.text.layout import shallow

STATES = {State.MET: "符合", State.NOT_MET: "不符合", State.UNDETERMINED: "尚不能判定"}


def answered(verdict: Verdict) -> str:
    """`产值在 5 亿元以上（含）：不符合，实际 3 亿元`, of those on which the answer rests."""
    told = []
    for reason in verdict.reasons:
        if reason.decisive:
            actual = f"，实际 {reason.actual}" if reason.actual is not None else ""
            told.append(f"{reason.text_zh}：{STATES[reason.state]}{actual}")
    return shallow("；".join(told))
