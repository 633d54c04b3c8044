"""Who is to pay an award, and who bears it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from contracts.message import TenantId
from contracts.money import Money
from contracts.refusal import Refused
from contracts.review import Share, ShareMode
from contracts.rule import Level, ShareLine


@dataclass(frozen=True, slots=True)
class Payments:
    """`parts`: who is to pay how much, once per payer. `shares`: who bears how much. Both sum to the amount. `borne`: by payer,
    who bears what it pays; `mode`: whether they settle with it afterwards."""

    parts: tuple[Share, ...]
    shares: tuple[Share, ...]
    borne: Mapping[TenantId, tuple[Share, ...]] = field(default_factory=dict)
    mode: ShareMode = "direct"


PayerOf = Callable[[Level, TenantId], TenantId]
"""Who pays for a level of government, seen from the place where the enterprise filed. Raises what refuses it."""


def payments_of(lines: Iterable[ShareLine], filed_in: TenantId, payer_of: PayerOf) -> tuple[Payments, list[Refused]]:
    """Who pays and who bears; or nobody, and what is in the way."""
    lines = tuple(lines)
    try:
        parts = by_tenant((payer_of(line.payer, filed_in), line.money) for line in lines)
        shares = by_tenant((payer_of(part.level, filed_in), part.money) for line in lines for part in line.borne_by)
        bearers: defaultdict[TenantId, list[tuple[TenantId, Money]]] = defaultdict(list)
        for line in lines:
            payer = payer_of(line.payer, filed_in)
            bearers[payer] += [(payer_of(part.level, filed_in), part.money) for part in line.borne_by]
    except Refused as unknown:
        return Payments((), ()), [unknown]
    advanced = any(part.level is not line.payer for line in lines for part in line.borne_by)
    borne = {payer: by_tenant(each) for payer, each in bearers.items()}
    return Payments(parts, shares, borne, "county_advances" if advanced else "direct"), []


def by_tenant(parts: Iterable[tuple[TenantId, Money]]) -> tuple[Share, ...]:
    """Each tenant once, with the sum of its parts."""
    sums: dict[TenantId, int] = {}
    for tenant, money in parts:
        sums[tenant] = sums.get(tenant, 0) + money.fen
    return tuple(Share(payer=tenant, amount_fen=fen) for tenant, fen in sums.items())
