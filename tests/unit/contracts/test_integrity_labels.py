"""Every state of a finding, a record and a request is named for everybody, and no two look alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import pytest

from contracts import integrity, integrity_grounds, integrity_labels
from contracts.status_labels import StatusLabel

OF: list[tuple[Any, Mapping[Any, StatusLabel]]] = [
    (integrity.FindingState, integrity_labels.FINDING),
    (integrity.FindingOrigin, integrity_labels.ORIGIN),
    (integrity.SaidAbout, integrity_labels.ABOUT),
    (integrity_grounds.Gravity, integrity_labels.GRAVITY),
    (integrity.RecordState, integrity_labels.RECORD),
    (integrity.RequestKind, integrity_labels.REQUEST),
    (integrity.RequestState, integrity_labels.REQUEST_STATE),
]


@pytest.mark.parametrize(("codes", "named"), OF)
def test_every_code_is_named_and_no_two_are_named_alike(codes: Any, named: Mapping[str, StatusLabel]) -> None:
    assert set(named) == set(get_args(codes))
    for texts in zip(*named.values(), strict=True):
        assert all(text.strip() for text in texts)
        assert len(set(texts)) == len(named)
