"""What a claim meets besides its conditions: the days on which it can be made, and quotas that many claims share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from contracts.rule import Quota, Ranked, Window
from contracts.rule.results import SubjectTo
from rules.units import number, quantity_text

Claimable = Literal["open", "not_yet_open", "closed"]

ALWAYS = Window()
"""It can be claimed on any day."""


def claim_window(*windows: Window) -> Window | None:
    """The days that lie in all of these; None where none of them has an end."""
    opens = max((each.opens for each in windows if each.opens is not None), default=None)
    closes = min((each.closes for each in windows if each.closes is not None), default=None)
    return Window(opens=opens, closes=closes) if opens or closes else None


def claimable_on(day: date, window: Window | None) -> Claimable:
    """Whether it can be claimed on that day; both ends of the window belong to it."""
    if window is not None and window.closes is not None and day > window.closes:
        return "closed"
    if window is not None and window.opens is not None and day < window.opens:
        return "not_yet_open"
    return "open"


def subject_to(quotas: Iterable[Quota]) -> tuple[SubjectTo, ...]:
    """On what a payment depends though the conditions are met; each once."""
    found: list[SubjectTo] = []
    for quota in quotas:
        if isinstance(quota.order, Ranked):
            found.append("ranking")
        if quota.places is not None:
            found.append("places")
        if quota.pot is not None:
            found.append("pot")
        if comes_first(quota):
            found.append("first_come")
    return tuple(dict.fromkeys(found))


def comes_first(quota: Quota) -> bool:
    """Whether those who file first are served first: not where a pot alone is shared out in proportion."""
    return not isinstance(quota.order, Ranked) and (quota.places is not None or quota.when_short != "pro_rata")


def subject_to_text(quotas: Sequence[Quota]) -> tuple[str, ...]:
    """The same in words, with the figures, one for each quota: 须经择优排序（名额 100 个）."""
    return tuple(dict.fromkeys(_text(quota) for quota in quotas))


def _text(quota: Quota) -> str:
    limits = [f"名额 {quota.places} 个"] if quota.places is not None else []
    if quota.pot is not None:
        limits.append(f"总额 {quantity_text(number(quota.pot), quota.pot_unit)}")
    if quota.pot is not None and quota.when_short == "pro_rata":
        limits.append("不足时同比例折算")
    if comes_first(quota):
        limits.append("先到先得")
    ranked = isinstance(quota.order, Ranked)
    what = "须经择优排序" if ranked else "以资金池余额为限" if quota.pot is not None else "名额有限"
    part = f"其中“{quota.part}”" if quota.part is not None else ""
    return f"{part}{what}（{'，'.join(limits)}）"
