"""One part of what a firm was granted, as pages show it."""

from __future__ import annotations

from typing import Any

from staff_kit import LAKH, NOON, claim

from contracts.award_register import AwardPartView


def award(n: int = 1, **changed: Any) -> AwardPartView:
    """One part of what a firm was granted."""
    said: dict[str, Any] = {
        "award_id": f"award-{n}",
        "what": "granted",
        "claim_id": f"application-{n}",
        "case_id": f"case-{n}",
        "uscc": "91360702DEM000014H",
        "family": "NM-002",
        "title": claim(1).item_title,
        "level": "county",
        "year": 2026,
        "instalment": 1,
        "amount_fen": LAKH * n,
        "granted_on": NOON.date(),
        "source": "review",
        "state": "reserved",
        "recorded_at": NOON,
    }
    return AwardPartView.model_validate(said | changed)
