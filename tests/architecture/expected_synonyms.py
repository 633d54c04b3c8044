"""Who may call which route of the synonyms of search, and see which page of them."""

from __future__ import annotations

SYNONYMS = {
    ("GET", "/platform/synonyms"): "department platform",
    ("POST", "/platform/synonyms"): "department platform",
    ("GET", "/platform/synonyms/versions"): "department platform",
    ("GET", "/api/v1/synonyms"): "department platform",
    ("POST", "/api/v1/synonyms"): "department platform",
    ("GET", "/api/v1/synonyms/versions"): "department platform",
}
