"""Attacks, made from the lists of routes, permissions and entrypoints: what has no row in them fails here.

`./zhida attack` runs all of them; `./zhida test` those that are not marked `attack_only`, two minutes at most. One that
fails is never run again.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from console.quality.testing import ALL_ATTACKS

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "integration"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.attack)
    if os.environ.get(ALL_ATTACKS):
        return
    left_out = [item for item in items if "attack_only" in item.keywords]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if "attack_only" not in item.keywords]
