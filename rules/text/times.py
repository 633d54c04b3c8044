"""Terms and what depends on them in words: days and months between dates, interest."""

from __future__ import annotations

from contracts.rule import Earliest, Elapsed, Interest, Latest, Shifted
from rules.text.phrases import Names, date_text
from rules.text.trees import AMOUNTS, bracketed

_MADE = (Shifted, Earliest, Latest)
"""Days in several words: 自 and 起, 至 and 止 stand around them."""


def _elapsed(rule: Elapsed, names: Names) -> str:
    unit_text = {"天": "天数", "月": "整月数", "年": "整年数"}[rule.unit]
    notes = ["首尾均计"] if rule.both_days else []
    notes += ["不足一个的按一个计"] if rule.rounding == "up" and rule.unit != "天" else []
    note = f"（{'，'.join(notes)}）" if notes else ""
    since, until = date_text(rule.since, names), date_text(rule.until, names)
    if isinstance(rule.since, _MADE) or isinstance(rule.until, _MADE):
        return f"自{since}起至{until}止的{unit_text}{note}"
    return f"{since}至{until}的{unit_text}{note}"


def _interest(rule: Interest, names: Names) -> str:
    parts = " × ".join(bracketed(part, names) for part in (rule.principal, rule.rate, rule.term))
    return f"按本金、年利率、期限计算的利息，即{parts}（按日计的一年按 {rule.days_in_year} 天）"


AMOUNTS.update({Elapsed: _elapsed, Interest: _interest})
