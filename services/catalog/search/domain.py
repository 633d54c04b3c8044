"""What people search by: words, bands of amounts, windows. Pure: dates are given."""

from __future__ import annotations

from datetime import date, timedelta

from contracts.refusal import Invalid
from contracts.search import AmountBand, WindowState

SOON = timedelta(days=30)
"""Before the last day: time enough to say that it closes soon."""


class QuerySaysNothing(Invalid):
    """There is no word in the query that could be looked for."""

    code = "query_says_nothing"
    sentence = "搜索内容没有可检索的词，请输入更具体的词，例如“研发补助”。"


def amount_band(fen: int | None) -> AmountBand:
    """The band that the most an item can pay lies in."""
    if fen is None:
        return AmountBand.UNKNOWN
    floors = (
        (500_000_000, AmountBand.FROM_5M),
        (100_000_000, AmountBand.FROM_1M),
        (50_000_000, AmountBand.FROM_500K),
        (10_000_000, AmountBand.FROM_100K),
    )
    return next((band for floor, band in floors if fen >= floor), AmountBand.UNDER_100K)


def window_on(day: date, opens: date | None, closes: date | None) -> WindowState:
    """Whether it can be claimed on that day: both ends of the window belong to it."""
    if closes is not None and closes < day:
        return WindowState.CLOSED
    if opens is not None and opens > day:
        return WindowState.NOT_YET_OPEN
    return WindowState.CLOSING_SOON if closes is not None and closes <= day + SOON else WindowState.OPEN
