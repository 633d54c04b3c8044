"""Parts of a long plan: a day of public notice, places by rank, two instalments."""

from __future__ import annotations

NOTICE = {"kind": "public_notice", "period": {"limit": 1, "unit": "calendar_days"}, "first_day_counts": False}
RANKED = {
    "places": 10_000,
    "order": {
        "node": "ranked",
        "keys": [{"by": {"node": "fact", "fact": "software_revenue_first_reach", "period": "Y"}}],
    },
}
HALVES = {
    "node": "instalments",
    "parts": [
        {"label": "首期", "fraction": "1/2"},
        {"label": "第二期", "fraction": "1/2", "due_on": {"node": "day", "day": "2026-01-01"}},
    ],
}
