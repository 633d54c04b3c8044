"""The version of an item that a claim is pinned to. Pure."""

from __future__ import annotations

from contracts.intake import Claim

PinnedVersion = tuple[str, int]


def version_of(claim: Claim) -> PinnedVersion:
    """The item and the version that the claim was filed under."""
    return claim.item_id, claim.item_version
