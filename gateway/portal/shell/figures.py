"""Instants, days and amounts as people in China read them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from contracts.money import Money

CHINA = ZoneInfo("Asia/Shanghai")
NONE = "—"
FEN_OF_TEN_THOUSAND = 1_000_000


def instant(value: datetime | str | None) -> str:
    """An instant to the minute; a dash for none."""
    return NONE if value is None else _local(value).strftime("%Y-%m-%d %H:%M")


def second(value: datetime | str | None) -> str:
    """An instant to the second."""
    return NONE if value is None else _local(value).strftime("%Y-%m-%d %H:%M:%S")


def machine_time(value: datetime | str) -> str:
    """The same for the attribute of a <time>."""
    return _local(value).isoformat(timespec="seconds")


def day(value: date | datetime | str | None) -> str:
    """A day; of an instant the day that it falls on in China."""
    if value is None:
        return NONE
    if isinstance(value, datetime) or (isinstance(value, str) and "T" in value):
        value = _local(value).date()
    return str(value)


def yuan(fen: int | None) -> str:
    """Fen as yuan with two decimals, exactly: ¥200,000.00."""
    return NONE if fen is None else f"¥{Money(fen).yuan_text()}"


def wan(fen: int | None) -> str:
    """Fen in ten thousands of yuan where that is shorter, exactly: 20 万元, 1,500 元."""
    if fen is None:
        return NONE
    if fen and fen % (FEN_OF_TEN_THOUSAND // 100) == 0 and fen >= FEN_OF_TEN_THOUSAND:
        return f"{Money(fen).wan_text()} 万元"
    return f"{Money(fen).yuan_text().removesuffix('.00')} 元"


def round_yuan(fen: int | None) -> str:
    """Fen as yuan, without decimals where there are none: ¥200,000."""
    return yuan(fen).removesuffix(".00")


def in_field(fen: int | None) -> str:
    """Fen as it stands in a field for yuan: plain digits."""
    return "" if fen is None else f"{Money(fen).yuan:f}".removesuffix(".00")


def number(value: int | None) -> str:
    """A count with thousands set apart."""
    return NONE if value is None else f"{value:,}"


def _local(value: datetime | str) -> datetime:
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(CHINA)
