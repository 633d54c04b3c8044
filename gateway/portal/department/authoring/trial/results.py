"""What a trial came to, line by line, as the frame's list of verdicts shows it."""

from __future__ import annotations

from typing import NamedTuple

from contracts.rule import Verdict

LACKING = {
    "absent": "没有这项数据",
    "expired": "这项数据已过期",
    "wrong_kind": "这项数据的类型不对",
    "wrong_unit": "这项数据的单位不对",
    "uneven": "各串数据的项数不一致",
    "contradicts": "这项数据与其他数据互相矛盾",
}


class VerdictLine(NamedTuple):
    """One condition with its answer; `advice` says what is lacking."""

    verdict: str
    text: str
    value: str | None = None
    source: str | None = None
    as_of: str | None = None
    advice: str | None = None


def verdict_lines(verdict: Verdict) -> list[VerdictLine]:
    """Each condition, and then what is lacking to tell."""
    lines = [
        VerdictLine("spare" if each.is_spare(verdict.state) else each.state.value, each.text_zh, each.actual)
        for each in verdict.reasons
    ]
    return lines + [
        VerdictLine(
            "undetermined", f"{each.label}{f'（{each.period}）' if each.period else ''}", advice=LACKING[each.why]
        )
        for each in verdict.missing
    ]
