"""Who may have said something about an enterprise."""

from __future__ import annotations

from contracts.fact_sources import SOURCE_NAMES, SourceKind


def test_eighteen_kinds_of_source_each_have_one_name() -> None:
    assert len(SourceKind) == 18
    assert set(SOURCE_NAMES) == set(SourceKind)
    assert len(set(SOURCE_NAMES.values())) == 18
