"""Photographs become one document, a page each, in their order; what cannot be unfolded is refused."""

from __future__ import annotations

import pytest

from chassis.papers.photographs import PhotographsUnreadable, bound
from tests.files_kit import png, whole_png


def test_several_photographs_are_one_document_of_as_many_pages() -> None:
    made = bound([whole_png(60, 40), whole_png(40, 60, shade=200), whole_png(10, 10)])
    assert made.startswith(b"%PDF-")
    assert made.count(b"/Type /Page\n") + made.count(b"/Type/Page/") == 3
    assert made == bound([whole_png(60, 40), whole_png(40, 60, shade=200), whole_png(10, 10)])


def test_a_photograph_that_breaks_off_behind_its_beginning_is_refused() -> None:
    with pytest.raises(PhotographsUnreadable):
        bound([whole_png(), png(5000, 5000)])
