"""Terms and what depends on them in words: days and months between dates, interest."""

from __future__ import annotations

from contracts.rule import Earliest, Elapsed, Interest, Latest, Shifted, YearSchedule, absolute_period
from rules.text.phrases import Names, date_text, period_text
from rules.text.trees import AMOUNTS, bracketed, entry
from rules.written_units import written_unit

MONTHLY = ("月", "个月", "年", "季度", "个季度")
"""Units of a term that is reckoned in months."""

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
    by_days = written_unit(rule.term, names.fact_types, names.parameters) not in MONTHLY
    year = f"按日计，一年按 {rule.days_in_year} 天" if by_days else "按月计，一年按 12 个月"
    return f"按本金、年利率、期限计算的利息，即{parts}（{year}）"


def _year_schedule(rule: YearSchedule, names: Names) -> str:
    done, steps = 0, []
    for step in rule.steps:
        first, done = done + 1, done + step.years
        years = f"第 {first} 年" if first == done else f"第 {first} 至 {done} 年"
        steps.append(f"{years} {entry(step.then, names)}")
    when = absolute_period(rule.period, names.reference_year) if names.reference_year else rule.period
    unit_text = "天" if rule.by == "day" else "月"
    split = f"{period_text(when)}跨段或不满的按{unit_text}折算"
    if rule.out_of == "covered":
        split = f"{period_text(when)}跨段的按{unit_text}折算，以期内的{unit_text}数为全部"
    until = f"至{date_text(rule.until, names)}止" if rule.until is not None else ""
    return f"自{date_text(rule.since, names)}起{until}{'、'.join(steps)}，{split}"


AMOUNTS.update({Elapsed: _elapsed, Interest: _interest, YearSchedule: _year_schedule})
