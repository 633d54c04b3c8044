"""A claim rests on outside figures as they stood on their day."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from contracts.intake import SubmitApplication
from contracts.rule import Fact, ParameterValue
from services.intake.applications.admission import Admission, admit
from services.intake.catalog_copies.domain import Applicant, PublishedItem

SampleItem = Callable[..., PublishedItem]
SampleEnterprise = Callable[..., Applicant]
TODAY = date(2026, 3, 10)
SAMPLE = Path(__file__).resolve().parents[3] / "sample"


@pytest.fixture
def enterprise(sample_enterprise: SampleEnterprise) -> Applicant:
    return sample_enterprise(17)


def with_loan(sample_item: SampleItem, enterprise: Applicant, *figures: ParameterValue) -> Admission:
    """An application to CN-001, whose amount follows from the LPR of the day of the loan."""
    worked = json.loads((SAMPLE / "cases" / "CN-001.json").read_bytes())[-1]
    facts = tuple(Fact.model_validate(each) for each in worked["facts"])
    item = replace(sample_item("CN-001"), figures=figures)
    return admit(item, replace(enterprise, facts=facts), SubmitApplication(item_id="CN-001", enterprise_id="e1"), TODAY)


def lpr(value: str, since: date) -> ParameterValue:
    return ParameterValue(
        name="lpr_one_year", value=value, unit="%", valid_from=since, source="同业拆借中心", as_of=since
    )


def test_a_claim_rests_on_the_outside_figures_that_were_used(sample_item: SampleItem, enterprise: Applicant) -> None:
    of_the_day, later = lpr("3.1", date(2024, 10, 21)), lpr("3.0", date(2025, 5, 20))
    admission = with_loan(sample_item, enterprise, of_the_day, later)
    assert (admission.amount_fen, admission.figures) == (6_000_000, (of_the_day,))


def test_a_figure_that_nobody_has_entered_is_not_the_enterprise_s_to_give(
    sample_item: SampleItem, enterprise: Applicant
) -> None:
    (reason,) = with_loan(sample_item, enterprise, lpr("3.0", date(2025, 5, 20))).reasons
    assert (reason.code, reason.field) == ("outside_figure_missing", "figures.lpr_one_year")
    assert reason.message == (
        "测算所依据的“一年期贷款市场报价利率（LPR）（2024-12-20）”尚未录入，请联系主管部门；录入后即可申报"
    )
