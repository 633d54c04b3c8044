"""Everything on offer as files: documented columns, names of states, pages for people who knew the one before."""

from __future__ import annotations

import re

import pytest

from console.place import CHECKOUT
from contracts.search import AmountBand, SearchPolicies, WindowState
from gateway.open_data import COLUMNS, etag, revision_in, table_head

DOCS = CHECKOUT / "docs"


def test_every_column_is_documented_in_its_place() -> None:
    cells = re.findall(r"^\| (`.*?) \|", (DOCS / "open-data.md").read_text(), re.M)
    documented = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(documented) == sorted(COLUMNS)
    assert table_head().decode() == ",".join(COLUMNS) + "\r\n"


def test_every_filter_and_each_of_its_fixed_values_is_documented() -> None:
    page = (DOCS / "public-api.md").read_text()
    for name in SearchPolicies.model_fields:
        assert f"`{name}`" in page, name
    for value in (*AmountBand, *WindowState):
        assert f"`{value.value}`" in page, value


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("*", None),
        ('"1-csv-7.2.abc"', "7.2.abc"),
        ('W/"1-csv-7.2.abc"', "7.2.abc"),
        ('"x", "1-csv-7.2.abc"', "7.2.abc"),
        ('"1-ndjson-7.2.abc"', None),
        ('"0-csv-7.2.abc"', None),
        ('"1-csv-' + "9" * 500 + '"', "9" * 80),
    ],
)
def test_a_state_is_known_again_by_its_own_file_only(header: str | None, expected: str | None) -> None:
    assert revision_in(header, "csv") == expected


def test_the_name_of_a_state_is_taken_back_as_it_was_given() -> None:
    assert revision_in(etag("7.2.abc", "csv"), "csv") == "7.2.abc"
