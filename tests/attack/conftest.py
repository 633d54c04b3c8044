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

from door_kit import door_with, operations, request_for  # noqa: E402
from fastapi import FastAPI  # noqa: E402
from hostile import Behind, Json  # noqa: E402


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


@pytest.fixture(scope="module")
def behind() -> Behind:
    return Behind()


@pytest.fixture(scope="module")
def app(behind: Behind) -> FastAPI:
    return door_with(behind, behind.registers)


@pytest.fixture(scope="module")
def document(app: FastAPI) -> Json:
    return app.openapi()


@pytest.fixture(scope="module")
def good(document: Json) -> list[tuple[str, Json, Json]]:
    """(path as it is declared, operation, a request that is answered with success)."""
    return [
        (path, operation, request_for(document, method, path, operation))
        for method, path, operation in operations(document)
    ]
