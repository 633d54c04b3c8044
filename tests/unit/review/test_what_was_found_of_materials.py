"""材料核对: each material is good, missing, wrong, outdated, stood in for, or taken until a day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.case_events import StepAnswered
from contracts.case_materials import MaterialsConfirmed
from contracts.refusal import Refused
from services.review.cases.case_view import view_of
from services.review.materials.store import MaterialFindings
from services.review.materials.use_cases import PROVISIONAL
from tests.unit.review.acceptance_kit import Desk
from tests.unit.review.review_kit import china

GOOD = {"means": "original_seen"}
BAD = {"finding": "wrong", "note": "发票抬头不是本企业"}
LATER = {"finding": "provisional", "until": date(2026, 3, 13)}
DAY_OVER = china("2026-03-14 00:00")


def desk() -> Desk:
    return Desk(acceptance={"by": "machine"})


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def kinds(of: Desk) -> list[str]:
    return [task.kind for task in of.case.tasks]


def test_the_check_is_passed_when_nothing_keeps_it() -> None:
    at = desk()
    at.find(invoices=GOOD, audit_report={"finding": "commitment"})
    assert kinds(at) == ["approval"]
    assert view_of(at.case).unconfirmed_materials == ()
    at.approve()
    assert at.case.state == "approved"


@pytest.mark.parametrize("finding", ["missing", "wrong", "outdated"])
def test_what_is_at_fault_keeps_the_check_open_and_stands_against_approval(finding: str) -> None:
    at = desk()
    at.find(invoices={"finding": finding, "note": "请重新提供"}, audit_report=GOOD)
    assert kinds(at) == ["material_check"]
    assert [reason.code for reason in at.case.against] == ["material_at_fault"]
    assert view_of(at.case).unconfirmed_materials == ("invoices",)
    assert [each.code for told in at.events(MaterialsConfirmed) for each in told.materials] == ["audit_report"]


def test_what_is_taken_provisionally_lets_the_review_go_on_and_not_the_money() -> None:
    at = desk()
    at.find(invoices=LATER, audit_report=GOOD)
    assert kinds(at) == ["approval"]
    with pytest.raises(Refused) as refused:
        at.approve()
    assert codes(refused) == ["material_outstanding"]
    at.find(invoices=GOOD)
    at.approve()
    assert at.case.state == "approved"


def test_what_has_not_come_when_its_day_is_over_is_missing_and_checked_again() -> None:
    at = desk()
    at.find(invoices=LATER, audit_report=GOOD)
    assert at.due(PROVISIONAL) == DAY_OVER
    at.at(china("2026-03-13 23:59")).runs(PROVISIONAL)
    assert kinds(at) == ["approval"]
    at.at(DAY_OVER).runs(PROVISIONAL)
    assert kinds(at) == ["material_check"]
    assert [reason.code for reason in at.case.against] == ["material_at_fault"]
    told = at.events(StepAnswered)[-1]
    assert (told.verdict, told.text_zh) == ("withdrawn", "容缺期限已过，材料未补交：设备发票")


def test_what_came_in_time_is_left_alone_when_the_day_is_over() -> None:
    at = desk()
    at.find(invoices=LATER, audit_report=GOOD)
    at.find(invoices=GOOD)
    assert at.due(PROVISIONAL) is None
    at.at(DAY_OVER).runs(PROVISIONAL)
    assert kinds(at) == ["approval"]


def test_a_later_finding_opens_a_check_that_was_passed() -> None:
    at = desk()
    at.find(invoices=GOOD, audit_report=GOOD)
    at.find(invoices=BAD)
    assert kinds(at) == ["material_check"]
    at.find(invoices=GOOD)
    assert kinds(at) == ["approval"]


def test_every_finding_is_kept() -> None:
    at = desk()
    at.find(invoices=BAD)
    at.find(invoices=GOOD)
    assert [each.finding for each in at.uow.of(MaterialFindings).kept] == ["wrong", "good"]


@pytest.mark.parametrize(
    ("found", "field"),
    [
        ({"invoices": {}}, "materials.0.means"),
        ({"invoices": {"finding": "commitment"}}, "materials.0.finding"),
        ({"invoices": {"finding": "missing"}}, "materials.0.note"),
        ({"invoices": {"finding": "provisional"}}, "materials.0.until"),
        ({"invoices": {"finding": "provisional", "until": date(2026, 3, 9)}}, "materials.0.until"),
        ({"invoices": {**GOOD, "until": date(2026, 3, 19)}}, "materials.0.until"),
    ],
)
def test_a_finding_says_all_that_it_needs(found: dict[str, Any], field: str) -> None:
    at = desk()
    with pytest.raises(Refused) as refused:
        at.find(**found)
    assert [(reason.code, reason.field) for reason in refused.value.reasons] == [("material_finding_incomplete", field)]
    assert at.case.materials.confirmed == ()


def test_all_that_is_incomplete_is_said_at_once() -> None:
    at = desk()
    with pytest.raises(Refused) as refused:
        at.find(invoices={}, audit_report={"finding": "wrong"})
    assert len(codes(refused)) == 2
