"""A place calls the ways of handling an item as it likes, on its Chinese pages; English has one word for everybody."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from page_samples import PageSample
from page_samples import public as samples
from portal_kit import FOOTER, Bus, Visitor

from console.contracts.program import unconnected_gateway
from gateway.portal.shell.portal import PLACE
from gateway.portal.shell.site import Site


class Named:
    def __init__(self, mode_names: Mapping[str, str]) -> None:
        self._site = Site("章贡区", FOOTER, mode_names)

    async def of(self, _tenant: str | None) -> Site:
        return self._site


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    visitor = Visitor(unconnected_gateway(), Bus(), {})
    getattr(visitor.app.state, PLACE).sites = Named({"instant": "秒批秒兑"})
    return visitor


def item() -> PageSample:
    """The page of an item that is handled at once."""
    return next(each for each in samples.SAMPLES if each.path == "/items/{item_id}" and each.address == "/items/NM-002")


def test_a_places_own_name_stands_on_its_chinese_pages(visitor: Visitor) -> None:
    visitor.bus.answers = dict(item().answers)
    address = item().address.split("?")[0]
    assert "秒批秒兑" in visitor.get(address).text
    assert "秒批秒兑" not in visitor.get(f"{address}?lang=en").text
