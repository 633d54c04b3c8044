"""Whoever asks or sends without having signed in, and where."""

from __future__ import annotations

from contracts.message import Actor, TenantId
from contracts.public_notices import OfOnePlace

ANYBODY = Actor(id="public", roles=frozenset({"public"}), name="社会公众")
"""Whoever sends what needs no sign-in."""


def place_named_by(contract: object) -> TenantId | None:
    """Where the public asks, as what it asks says."""
    return contract.tenant if isinstance(contract, OfOnePlace) else None
