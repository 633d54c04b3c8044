"""What browser tests stand on: one Chromium, and the gateway's own application behind a bus that is stood in for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_kit import DESK, PHONE, Visit, new_visit, served
from page_samples import all_people
from page_samples.steps import PHOTOGRAPH, PICTURE
from playwright.sync_api import Browser, sync_playwright
from portal_kit import Bus, Visitor

from chassis.files.objects import Objects
from console.contracts.program import unconnected_gateway
from console.quality.browser import FLAGS, browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of this file's tests. `./zhida test` has fetched it; else it is fetched now.

    Not of the whole session: as long as playwright is there, an event loop runs in this thread, and no test of another
    file could start one.
    """
    found = browser()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=str(found.program), args=list(FLAGS), env={**os.environ, **found.environment}
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def bus() -> Bus:
    """Answers as the test says: `bus.answers = …`."""
    return Bus()


@pytest.fixture(scope="session")
def origin(bus: Bus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the application; everybody of the samples may be signed in, and the picture of the samples is there."""
    app = Visitor(unconnected_gateway(), bus, all_people()).app
    app.state.objects = _objects(tmp_path_factory.mktemp("objects"))
    with served(app) as address:
        yield address


def _objects(folder: Path) -> Objects:
    kept = folder / "zhanggong" / PHOTOGRAPH[:2] / PHOTOGRAPH
    kept.parent.mkdir(parents=True)
    kept.write_bytes(PICTURE)
    return Objects.in_folder(folder)


@pytest.fixture
def visit(chromium: Browser, origin: str) -> Iterator[Callable[..., Visit]]:
    """`visit()`, `visit(script=False)`, `visit(phone=True)` → a new browser profile on an empty page."""
    made: list[Visit] = []

    def make(*, script: bool = True, phone: bool = False) -> Visit:
        made.append(new_visit(chromium, origin, script=script, viewport=PHONE if phone else DESK))
        return made[-1]

    yield make
    for each in made:
        each.page.context.close()
