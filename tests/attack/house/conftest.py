"""What attacks on the whole house share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from claim_kit import ClaimAtTheDoor
from scene_kit import INSTANT, small_scene
from system_kit import House

Begins = Callable[..., ClaimAtTheDoor]


@pytest.fixture
def begins(house: House) -> Iterator[Begins]:
    """`begins("approve", INSTANT)` → new claims like those of the sample: the first of them, or `each()`."""
    with house.client() as client:
        yield lambda name, *claims: ClaimAtTheDoor(house, house.prepare(small_scene(name, claims or [INSTANT])), client)
