"""What attacks on the whole house share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from claim_kit import ClaimAtTheDoor
from scene_kit import INSTANT, small_scene
from system_kit import House

from chassis.foundation.ids import new_id

Begins = Callable[..., ClaimAtTheDoor]


@pytest.fixture
def begins(house: House) -> Iterator[Begins]:
    """`begins("approve", INSTANT)` → new claims like those of the sample: the first of them, or `each()`.

    `own_item`: of an item that nobody else claims.
    """
    with house.client() as client:

        def begin(name: str, *claims: int, own_item: bool = False) -> ClaimAtTheDoor:
            scene = small_scene(name, claims or [INSTANT])
            if own_item:
                items = {code: {**content, "code": f"{code}-{new_id()[-6:]}"} for code, content in scene.items.items()}
                scene = replace(scene, items=items)
            return ClaimAtTheDoor(house, house.prepare(scene), client)

        yield begin
