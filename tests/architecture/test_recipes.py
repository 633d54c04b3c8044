"""The recipes of CONTRIBUTING.md and the maps of docs name files that are there."""

from __future__ import annotations

import re

import pytest

from console.place import CHECKOUT

PAGES = (
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/architecture.md",
    "docs/chassis.md",
    "docs/contracts.md",
    "docs/pages.md",
)
ROOTS = "contracts|rules|chassis|copies|services|gateway|console|sandbox|tests|bench|docs|k8s|sample"


def paths_in(page: str) -> set[str]:
    """Every path below a folder of ours that stands on the page; placeholders and patterns left out."""
    found = re.findall(rf"(?<![\w/.])((?:{ROOTS})/[\w./-]*)(?![\w<*{{…])", page)
    return {path.rstrip(".") for path in found}


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_names_is_there(page: str) -> None:
    named = paths_in((CHECKOUT / page).read_text())
    assert {path for path in named if not (CHECKOUT / path).exists()} == set()


def test_paths_are_found_and_patterns_left_out() -> None:
    page = "see `chassis/write/uow.py`, tests/architecture/test_sizes.py. Not `services/<name>/x.py` nor `services/*/a.py`."
    assert paths_in(page) == {"chassis/write/uow.py", "tests/architecture/test_sizes.py"}
