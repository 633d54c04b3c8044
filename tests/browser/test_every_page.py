"""Every page that anybody can open, found from the access table: sound for everybody, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from browser_kit import Visit
from page_samples import PageSample, all_samples
from portal_kit import Bus

from console.contracts.program import unconnected_gateway
from gateway.access import access_table
from gateway.portal.shell.serving import DeclaredPage

PAGES = [sample for sample in all_samples() if sample.leads_to is None]


def test_every_page_of_the_access_table_is_looked_at() -> None:
    app = unconnected_gateway()
    declared = {route.path for route in app.routes if isinstance(route, DeclaredPage)}
    opened = {path for method, path in access_table(app) if method == "GET" and path in declared}
    assert opened - {sample.path for sample in all_samples()} == set(), "pages without a sample in tests/page_samples"


@pytest.mark.parametrize("sample", PAGES, ids=lambda sample: sample.name)
def test_a_page_is_sound(visit: Callable[..., Visit], bus: Bus, sample: PageSample, tmp_path: Path) -> None:
    bus.answers = dict(sample.answers)
    for phone in (False, True):
        browser = visit(phone=phone)
        if sample.who is not None:
            browser.sign_in_as(sample.who)
        assert browser.open(sample.address) == sample.status
        page = browser.page
        assert page.locator("h1").count() == 1
        assert page.title().strip(" ·")
        assert page.locator("html").get_attribute("lang") == ("en" if "lang=en" in sample.address else "zh-CN")
        browser.must_be_sound()
        browser.picture(tmp_path, f"{sample.name} {'phone' if phone else 'desk'}")
