"""The public pages before a catalogue on a real database: what is published is found, filtered and read."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from front_office import CITY, sample_content
from portal_kit import Bus, Visitor
from search_library import Library, opened

from chassis.edge.frame import Frame
from console.contracts.program import unconnected_gateway
from console.contracts.schemas import message_types
from console.servers.provision import Dsns
from contracts.message import Query, snake_case

CONTRACTS = {snake_case(query.__name__): query for query in message_types(Query)}


class Catalogue(Bus):
    """The bus and the catalogue, joined in this process."""

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library

    async def call(self, _service: str, method: str, payload: dict[str, Any], **_: object) -> dict[str, Any]:
        return dict(self._library.wire(method, payload["body"], CONTRACTS[method]))


@pytest.fixture
def library(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Library:
    library = opened(service_frame, service_database)
    for code in ("GZ-009", "NM-002", "SD-002"):
        library.publishes(sample_content(code))
    library.publishes(sample_content("TJ-001"), CITY)
    return library


@pytest.fixture
def visitor(library: Library) -> Visitor:
    return Visitor(unconnected_gateway(), Catalogue(library))


def page(visitor: Visitor, address: str, status: int = 200) -> str:
    answer = visitor.get(address)
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


def items(text: str) -> list[str]:
    return re.findall(r'href="(/items/[^"?]+)"', text)


def test_the_front_page_counts_what_is_on_offer(visitor: Visitor) -> None:
    text = page(visitor, "/")
    assert "<b>4</b>在办事项" in text
    assert len(items(text)) == 4


def test_words_and_filters_find_and_stay_in_the_address(visitor: Visitor) -> None:
    found = page(visitor, "/items?q=产值")
    assert "<mark>产值</mark>" in found
    (item,) = items(found)
    filtered = page(visitor, "/items?mode=no_application")
    assert item not in filtered
    assert 'class="chip"' in filtered
    assert "共 1 项" in filtered
    assert items(page(visitor, "/items?mode=no_application&amount_at_least_yuan=50000.01")) == []
    assert "2025年度新增产值在 5 亿元以上（含）。" in page(visitor, item)


def test_what_says_nothing_is_told_above_the_form(visitor: Visitor) -> None:
    text = page(visitor, "/items?q=怎么", 422)
    assert 'value="怎么"' in text


def test_a_list_is_read_page_by_page_to_its_end(visitor: Visitor) -> None:
    cursor_of = re.compile(r'rel="next" href="(/items\?[^"]+)"')
    seen, address = set(items(page(visitor, "/items"))), "/items"
    while (further := cursor_of.search(page(visitor, address))) is not None:
        address = further[1]
        seen |= set(items(page(visitor, address)))
    assert len(seen) == 4


def test_an_item_that_is_not_there_is_said_not_to_be(visitor: Visitor) -> None:
    assert "没有找到页面" in page(visitor, "/items/none", 404)


def test_open_data_says_when_it_last_changed(visitor: Visitor) -> None:
    assert re.search(r"最近一次变化：\s*<time", page(visitor, "/open-data"))
