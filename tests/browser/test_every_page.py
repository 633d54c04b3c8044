"""Every page that anybody can open, found from the access table: sound for everybody, at a desk and on a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_kit import DESK, PHONE, Visit, new_visit
from page_samples import PageSample, all_samples
from playwright.sync_api import Browser
from portal_kit import Bus

from console.contracts.program import unconnected_gateway
from gateway.access import access_table
from gateway.portal.shell.serving import DeclaredPage

PAGES = [sample for sample in all_samples() if sample.leads_to is None and sample.gives is None]


def test_every_page_of_the_access_table_is_looked_at() -> None:
    app = unconnected_gateway()
    declared = {route.path for route in app.routes if isinstance(route, DeclaredPage)}
    opened = {path for method, path in access_table(app) if method == "GET" and path in declared}
    assert opened - {sample.path for sample in all_samples()} == set(), "pages without a sample in tests/page_samples"


@pytest.fixture(scope="module")
def desk(chromium: Browser, origin: str) -> Iterator[Visit]:
    """One browser for all of them: a new one for each page would take longer than the page."""
    made = new_visit(chromium, origin, viewport=DESK)
    yield made
    made.page.context.close()


@pytest.fixture(scope="module")
def phone(chromium: Browser, origin: str) -> Iterator[Visit]:
    made = new_visit(chromium, origin, viewport=PHONE)
    yield made
    made.page.context.close()


@pytest.mark.parametrize("sample", PAGES, ids=lambda sample: sample.name)
def test_a_page_is_sound(desk: Visit, phone: Visit, bus: Bus, sample: PageSample, tmp_path: Path) -> None:
    """axe judges it as it stands at a desk; on a phone nobody scrolls sideways, and nothing is complained of on either."""
    bus.answers = dict(sample.answers)
    for browser in (desk, phone):
        _open(browser, sample)
        page = browser.page
        assert page.locator("h1").count() == 1
        assert page.title().strip(" ·")
        assert page.locator("html").get_attribute("lang") == ("en" if "lang=en" in sample.address else "zh-CN")
    desk.must_be_sound()
    phone.must_complain_of_nothing()
    phone.must_fit()
    if os.environ.get("ZHIDA_SCREENSHOTS"):
        for browser, name in ((desk, "desk"), (phone, "phone")):
            browser.picture(tmp_path, f"{sample.name} {name}")


def _open(browser: Visit, sample: PageSample) -> None:
    """As whoever the sample says, with nothing kept of the page before."""
    browser.page.context.clear_cookies()
    browser.complaints.clear()
    if sample.who is not None:
        browser.sign_in_as(sample.who)
    assert browser.open(sample.address) == sample.status
