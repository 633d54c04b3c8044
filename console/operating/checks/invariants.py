"""The invariants: one module each, one line here."""

from __future__ import annotations

from collections.abc import Mapping

from console.operating.checks import audit_chain, deadlines, ledger, like_the_bank, messages, paid_once
from console.operating.checks.look import Invariant

INVARIANTS: Mapping[str, Invariant] = {
    each.letter: each
    for each in (
        paid_once.INVARIANT,
        like_the_bank.INVARIANT,
        ledger.INVARIANT,
        deadlines.INVARIANT,
        messages.INVARIANT,
        audit_chain.INVARIANT,
    )
}
"""By letter."""
