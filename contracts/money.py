"""Money as an integer number of fen, and the named ways to round.

No float ever enters: parsing 元 and 万元 is exact or refused, and a fraction becomes fen only by a rounding
rule that somebody named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import total_ordering
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

LARGEST_FEN = 2**63 - 1
"""What a PostgreSQL bigint holds; an amount beyond it is a mistake, not money."""

_YUAN = re.compile(r"^[+-]?[0-9]{1,17}(\.[0-9]{1,12})?\Z")


class Rounding(StrEnum):
    """How a fraction becomes a whole number. Ties and directions are about the size, not the sign."""

    HALF_UP = "half_up"  # 四舍五入
    DOWN = "down"  # 舍去尾数
    UP = "up"  # 进一
    HALF_EVEN = "half_even"  # 四舍六入五成双

    def whole(self, value: Fraction) -> int:
        """`value` rounded to a whole number; −2.5 half up is −3, and −2.5 down is −2."""
        if value.denominator == 1:
            return value.numerator
        size, remainder = divmod(abs(value.numerator), value.denominator)
        doubled = 2 * remainder
        if self is Rounding.UP:
            more = remainder > 0
        elif self is Rounding.DOWN:
            more = False
        elif doubled == value.denominator and self is Rounding.HALF_EVEN:
            more = size % 2 == 1
        else:
            more = doubled >= value.denominator
        size += more
        return -size if value < 0 else size


@total_ordering
class Money:
    """An exact amount in fen (1 yuan = 100 fen). Negative amounts exist: a reversal is one.

    In JSON it is a plain integer of fen. Multiplying takes whole numbers; for a fraction say how to round
    (`Money.rounded`). Raises ValueError beyond ±(2**63 − 1) fen and TypeError for anything but an int.
    """

    __slots__ = ("fen",)
    fen: int

    def __init__(self, fen: int) -> None:
        if type(fen) is not int:
            raise TypeError(f"money is a whole number of fen, not {type(fen).__name__}")
        if abs(fen) > LARGEST_FEN:
            raise ValueError("money beyond ±(2**63 - 1) fen")
        object.__setattr__(self, "fen", fen)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("money does not change")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("money does not change")

    @classmethod
    def from_yuan(cls, yuan: str | int | Decimal) -> Money:
        """Exactly this many yuan. Raises ValueError for a part of a fen or for what is no plain number."""
        if type(yuan) not in (str, int, Decimal):
            raise ValueError("an amount in yuan is a text, a whole number or a Decimal")
        text = format(yuan, "f") if isinstance(yuan, Decimal) else str(yuan)
        if not _YUAN.match(text):
            raise ValueError(f"not an amount in yuan: {text[:40]!r}")
        fen = Fraction(text) * 100
        if fen.denominator != 1:
            raise ValueError(f"a part of a fen: {text[:40]!r}")
        return cls(fen.numerator)

    @classmethod
    def rounded(cls, fen: Fraction, rounding: Rounding, step: int = 1) -> Money:
        """A fraction of fen brought to a multiple of `step` fen by a named rounding rule."""
        return cls(rounding.whole(fen / step) * step)

    @classmethod
    def total(cls, amounts: Iterable[Money]) -> Money:
        """The sum; nothing at all is zero."""
        return cls(sum(amount.fen for amount in amounts))

    @property
    def yuan(self) -> Decimal:
        """The same amount in yuan, with two decimals."""
        return Decimal(self.fen).scaleb(-2)

    def yuan_text(self) -> str:
        """For people, in yuan: `200,000.00`."""
        sign = "-" if self.fen < 0 else ""
        yuan, fen = divmod(abs(self.fen), 100)
        return f"{sign}{yuan:,}.{fen:02d}"

    def wan_text(self) -> str:
        """For people, in 万元 and exact, without trailing zeros: `20`, `1,234.5`, `0.000001`."""
        sign = "-" if self.fen < 0 else ""
        wan, fen = divmod(abs(self.fen), 1_000_000)
        decimals = f"{fen:06d}".rstrip("0")
        return f"{sign}{wan:,}.{decimals}" if decimals else f"{sign}{wan:,}"

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + other.fen) if isinstance(other, Money) else NotImplemented

    def __sub__(self, other: Money) -> Money:
        return Money(self.fen - other.fen) if isinstance(other, Money) else NotImplemented

    def __mul__(self, times: int) -> Money:
        return Money(self.fen * times) if type(times) is int else NotImplemented

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.fen)

    def __abs__(self) -> Money:
        return Money(abs(self.fen))

    def __bool__(self) -> bool:
        return self.fen != 0

    def __eq__(self, other: object) -> bool:
        return self.fen == other.fen if isinstance(other, Money) else NotImplemented

    def __lt__(self, other: Money) -> bool:
        return self.fen < other.fen if isinstance(other, Money) else NotImplemented

    def __hash__(self) -> int:
        return hash((Money, self.fen))

    def __repr__(self) -> str:
        return f"Money({self.fen})"

    def __reduce__(self) -> tuple[type[Money], tuple[int]]:
        return (Money, (self.fen,))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        number = core_schema.no_info_after_validator_function(
            cls, core_schema.int_schema(strict=True, ge=-LARGEST_FEN, le=LARGEST_FEN)
        )
        return core_schema.json_or_python_schema(
            json_schema=number,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), number]),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda money: money.fen, return_schema=core_schema.int_schema()
            ),
        )


ZERO = Money(0)
