"""The house whose clock is moved: one for all journeys that take weeks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from later_kit import LaterHouse, later_house


@pytest.fixture(scope="session")
def months(test_home: Path) -> Iterator[LaterHouse]:
    with later_house(test_home) as house:
        yield house
