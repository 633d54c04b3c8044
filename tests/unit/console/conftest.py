"""Unit tests of the console leave nothing outside their own folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.machine import quarters


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in for /var/tmp; nor are the programs that the test run itself stands on within reach."""
    folder = tmp_path / "var-tmp"
    folder.mkdir()
    monkeypatch.delenv("ZHIDA_PROGRAMS", raising=False)
    monkeypatch.setattr(quarters, "OUTSIDE", folder)
    return folder
