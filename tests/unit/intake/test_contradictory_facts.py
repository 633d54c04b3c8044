"""Facts that contradict one another: nobody files on them, and the applicant reads which they are and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from contracts.intake import NominationLine, SubmitApplication
from contracts.rule import Fact, FactBound
from services.intake.applications.admission import admit, admit_line
from services.intake.catalog_copies.domain import Applicant, PublishedItem

TODAY = date(2026, 3, 10)
BOUND: TypeAdapter[Any] = TypeAdapter(FactBound)
NOT_MORE = BOUND.validate_python(
    {
        "node": "compare",
        "left": {"node": "fact", "fact": "site_investment", "period": "Y"},
        "operator": "le",
        "right": {"node": "fact", "fact": "cbec_export", "period": "Y"},
    }
)


@pytest.fixture
def item(sample_item: Callable[..., PublishedItem]) -> PublishedItem:
    """SD-002, where nobody puts more into a site than all its exports."""
    found = sample_item("SD-002")
    rules = found.content.rules.model_copy(update={"bounds": (NOT_MORE,)})
    return replace(found, content=found.content.model_copy(update={"rules": rules}))


@pytest.fixture
def enterprise(sample_enterprise: Callable[..., Applicant]) -> Applicant:
    return sample_enterprise(17)


@pytest.fixture
def declared(first_day: dict[str, Any]) -> tuple[Fact, ...]:
    return tuple(Fact.model_validate(each) for each in first_day["cases"][16]["declared_facts"])


def application(facts: tuple[Fact, ...]) -> SubmitApplication:
    return SubmitApplication(
        item_id="SD-002", enterprise_id="e1", declared_facts=facts, commitments=("invoices",), claimed_fen=None
    )


def spending(facts: tuple[Fact, ...], value: str, unit: str) -> tuple[Fact, ...]:
    new = {"value": value, "unit": unit}
    return tuple(each.model_copy(update=new) if each.name == "site_investment" else each for each in facts)


def test_facts_that_keep_to_the_bound_are_admitted_as_before(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    admission = admit(item, enterprise, application(declared), TODAY)
    assert admission.reasons == ()
    assert admission.amount_fen == 10_000_000


def test_facts_that_break_it_are_refused_with_the_sentence_beside_the_field(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    admission = admit(item, enterprise, application(spending(declared, "900", "亿元")), TODAY)
    (reason,) = admission.reasons
    assert (reason.code, reason.field) == ("facts_contradict", "facts.site_investment")
    assert reason.message.startswith(
        "数据互相矛盾，请核对：应当2025年度独立站建设、运维和研发投入不高于 2025年度跨境电商出口额"
    )
    assert "900 亿元" in reason.message
    assert reason.message.endswith("填报有误的请改正，企业档案有误的请先更正档案")


def test_what_else_is_missing_is_said_at_once(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    only = tuple(each for each in spending(declared, "900", "亿元") if each.name == "site_investment")
    admission = admit(item, enterprise, application(only), TODAY)
    assert {each.code for each in admission.reasons} == {"facts_contradict", "facts_missing"}


def test_a_list_of_the_department_is_refused_on_them_too(item: PublishedItem, enterprise: Applicant) -> None:
    told = spending(enterprise.facts, "1", "元")
    own = Fact(
        name="site_investment", kind="number", value="900", unit="亿元", period="2025", source="商务局", as_of=TODAY
    )
    line = NominationLine(enterprise_id="e1", amount_fen=100)
    admission = admit_line(item, replace(enterprise, facts=(*told, own)), line, TODAY)
    assert "facts_contradict" in {each.code for each in admission.reasons}
