"""Where a place has no seal office, papers say so themselves; where it has one, it is configured whole."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chassis.foundation import aside
from chassis.foundation.settings import SettingMissing
from chassis.papers.issuing import issue
from chassis.papers.rendering import UNSEALED, render
from chassis.papers.seal import SealClient, Sealed, SealRefused, seal_office_from_env
from tests.paper_kit import AT, notice, text_of


class OneSeal:
    """A `SealOffice` in memory; what it was asked for is in `asked`."""

    def __init__(self) -> None:
        self.asked: list[tuple[bytes, str, str]] = []

    def seal(self, pdf: bytes, department_id: str, paper_number: str) -> Sealed:
        self.asked.append((pdf, department_id, paper_number))
        return Sealed(pdf + b"%seal\n", "专用章", "1f", datetime(2026, 12, 1, tzinfo=UTC))


class Refusing:
    def seal(self, pdf: bytes, department_id: str, paper_number: str) -> Sealed:
        raise SealRefused("not_ours", "不归本单位用印")


def test_without_a_seal_office_a_paper_goes_out_and_says_that_it_is_not_sealed() -> None:
    issued = issue(notice(), AT, department_id="d-1", office=seal_office_from_env({}))
    assert issued.sealed is None
    assert issued.pdf == render(notice(), AT)
    assert UNSEALED in text_of(issued.pdf)


def test_a_seal_office_is_given_the_paper_as_it_is_to_be_sealed() -> None:
    office = OneSeal()
    issued = issue(notice(), AT, department_id="d-1", office=office)
    assert office.asked == [(render(notice(), AT, for_seal=True), "d-1", notice().number)]
    assert issued.pdf == office.asked[0][0] + b"%seal\n"
    assert issued.sealed is not None
    assert issued.sealed.seal_name == "专用章"


def test_a_refused_seal_is_left_to_whoever_asked() -> None:
    with pytest.raises(SealRefused, match="不归本单位用印"):
        issue(notice(), AT, department_id="d-1", office=Refusing())


def test_an_address_without_a_secret_is_no_setting() -> None:
    with pytest.raises(SettingMissing, match="SEAL_OFFICE_SECRET"):
        seal_office_from_env({"SEAL_OFFICE_URL": "http://seals.example"})
    both = {"SEAL_OFFICE_URL": "http://seals.example", "SEAL_OFFICE_SECRET": "whsec_c2VjcmV0"}
    assert isinstance(seal_office_from_env(both), SealClient)


def test_a_service_sets_papers_beside_its_green_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    carried: list[str] = []

    def way(work: object, *arguments: object, **named: object) -> object:
        carried.append(work.__name__)  # type: ignore[attr-defined]
        return work(*arguments, **named)  # type: ignore[operator]

    monkeypatch.setattr(aside, "_way", aside._way)
    aside.go_aside_by(way)
    assert issue(notice(), AT, department_id="d-1", office=None).pdf == render(notice(), AT)
    assert carried == ["render"]
