"""Actors with all that a role may hold, for tests of doors that are not about who may pass."""

from __future__ import annotations

from contracts.duties import DUTY_KINDS, ROLE_OF
from contracts.people import EVERYTHING


def duties_of(role: str) -> frozenset[str]:
    """Every duty of a role; every scope of a mandate for an enterprise; none for a machine."""
    if role == "enterprise":
        return frozenset(f"enterprise_{scope}" for scope in EVERYTHING)
    return frozenset(kind for kind in DUTY_KINDS if ROLE_OF[kind] == role)
