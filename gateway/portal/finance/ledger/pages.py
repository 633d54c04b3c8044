"""The ledger's totals: every account, and that they balance."""

from __future__ import annotations

from contracts.treasury import GetLedgerTotals
from gateway.access import Only
from gateway.door import Door
from gateway.portal.shell.pages import Nothing, Pages, Values

pages = Pages("budgets")

ACCOUNTS = ("appropriation", "available", "reserved", "paid", "swept")
"""In the order in which money goes through them."""


@pages.show("/finance/ledger", Nothing, Only("finance"), template="ledger.html", nav=("budgets.nav_ledger", 7))
async def show_ledger(door: Door, _asked: Nothing) -> Values:
    """Balances by account, debits positive: they sum to zero."""
    totals = await door.told(GetLedgerTotals())
    named = [(name, totals.accounts[name]) for name in ACCOUNTS if name in totals.accounts]
    others = [(name, fen) for name, fen in totals.accounts.items() if name not in ACCOUNTS]
    return {"totals": totals, "accounts": [*named, *others], "balance": sum(totals.accounts.values())}
