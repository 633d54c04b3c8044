"""What a person types into the one box for payments: a number, a name, or an amount in yuan."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from contracts.money import Money
from contracts.typed import half_width
from contracts.written import plain_number

AMOUNT = re.compile(r"¥?\s*[0-9]{1,3}(,[0-9]{3})*(\.[0-9]{1,2})?|¥?\s*[0-9]{1,13}(\.[0-9]{1,2})?")
WAN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*万元?")


def asked_for(about: str | None) -> dict[str, Any]:
    """As treasury's filter knows it: `amount_fen` for an amount, else `about`; nothing where nothing was asked."""
    text = (about or "").strip()
    if not text:
        return {}
    amount = amount_in(text)
    return {"about": text} if amount is None else {"amount_fen": amount}


def amount_in(text: str) -> int | None:
    """200000, 200,000.00, ¥200,000, 20 万元, ２０００ → fen; None for what is no amount, digits of other scripts too. Pure."""
    text = half_width(text).strip()
    text = text.removesuffix("元") if not text.endswith("万元") else text
    if (wan := WAN.fullmatch(text)) is not None:
        return Money.from_yuan(Decimal(wan[1]) * 10_000).fen
    if AMOUNT.fullmatch(text) is None:
        return None
    return Money.from_yuan(plain_number(text.removeprefix("¥"))).fen
