"""What tests before the running house share: the way in which a person uses pages, and people at work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_kit import DESK, PHONE, Visit, new_visit
from house_browser_kit import WAYS, AtWork, Employed, OnlyKeys, Pointer
from playwright.sync_api import Browser
from system_kit import House


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Without a script, with it, or by the keyboard alone on a phone's width."""
    return str(request.param)


@pytest.fixture
def somebody(
    chromium: Browser, house: House, way: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., AtWork]]:
    """`somebody(phone=…)` → a person before a browser of their own, who is not signed in."""
    made: list[Visit] = []

    def make(*, phone: bool = False) -> AtWork:
        keys = way == "by_keyboard"
        viewport = PHONE if phone or keys else DESK
        visit = new_visit(chromium, house.url, script=way != "without_script", viewport=viewport)
        made.append(visit)
        return AtWork(visit, OnlyKeys(visit.page) if keys else Pointer(visit.page))

    yield make
    complaints = [complaint for each in made for complaint in each.complaints]
    for place, each in enumerate(made):
        if os.environ.get("ZHIDA_SCREENSHOTS"):
            each.picture(tmp_path, f"{request.node.name} {place}")  # where each of them stopped
        each.page.context.close()
    assert complaints == []


@pytest.fixture
def at_work(somebody: Callable[..., AtWork]) -> Callable[..., AtWork]:
    """`at_work(who, phone=…)` → that person, signed in, in a browser of their own."""

    def make(who: Employed, *, phone: bool = False) -> AtWork:
        person = somebody(phone=phone)
        person.sign_in(who)
        return person

    return make
