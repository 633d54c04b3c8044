"""申报条件: each thing that stands against an application, and all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.intake import NominationLine, SubmitApplication
from contracts.item import BenefitKind
from contracts.money import Money
from contracts.rule import Decided, Fact, Fixed, InKind, Window
from services.intake.applications.admission import Admission, admit, admit_line
from services.intake.catalog_copies.domain import Applicant, PublishedItem

SampleItem = Callable[..., PublishedItem]
SampleEnterprise = Callable[..., Applicant]
TODAY = date(2026, 3, 10)
PLEDGE = ("invoices",)


def fact(name: str, kind: str, value: Any, unit: str | None = None, period: str | None = "2025") -> Fact:
    return Fact(
        name=name,
        kind=kind,
        value=value,
        unit=unit,
        period=period,
        source="applicant",
        as_of=date(2026, 1, 12),
    )


def application(*declared: Fact, **given: Any) -> SubmitApplication:
    """An application to SD-002 (overseas sites) that holds unless something in it is changed."""
    return SubmitApplication(
        **{
            "item_id": "SD-002",
            "enterprise_id": "e1",
            "declared_facts": declared,
            "commitments": PLEDGE,
        }
        | given
    )


def codes(admission: Admission) -> list[str]:
    return [reason.code for reason in admission.reasons]


@pytest.fixture
def declared(first_day: dict[str, Any]) -> tuple[Fact, ...]:
    """What the enterprise of case 17 declares for SD-002."""
    return tuple(Fact.model_validate(each) for each in first_day["cases"][16]["declared_facts"])


@pytest.fixture
def item(sample_item: SampleItem) -> PublishedItem:
    return sample_item("SD-002")


@pytest.fixture
def enterprise(sample_enterprise: SampleEnterprise) -> Applicant:
    return sample_enterprise(17)


def test_what_holds_is_admitted_with_the_rule_s_amount(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    admission = admit(item, enterprise, application(*declared), TODAY)
    assert admission.reasons == ()
    assert admission.amount_fen == 10_000_000
    assert {each.name for each in enterprise.facts} <= {each.name for each in admission.facts}


def test_declared_facts_are_sourced_to_the_enterprise_and_dated_today_whatever_the_form_says(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    forged = tuple(each.model_copy(update={"source": "市税务局"}) for each in declared)
    names = {each.name for each in declared}
    admission = admit(item, enterprise, application(*forged), TODAY)
    told = [each for each in admission.facts if each.name in names]
    assert len(told) == len(declared)
    assert {(each.source, each.as_of) for each in told} == {("企业申报", TODAY)}


def test_an_unknown_item_and_an_unknown_enterprise_are_both_named() -> None:
    admission = admit(None, None, application(), TODAY)
    assert codes(admission) == ["item_unknown", "enterprise_unknown"]


def test_nobody_applies_where_the_department_lists_who_is_entitled(
    sample_item: SampleItem, sample_enterprise: SampleEnterprise
) -> None:
    admission = admit(sample_item("GZ-009"), sample_enterprise(1), application(commitments=()), TODAY)
    assert codes(admission) == ["nobody_applies"]


@pytest.mark.parametrize(
    ("window", "open_"),
    [
        (Window(opens=date(2026, 3, 10)), True),
        (Window(closes=date(2026, 3, 10)), True),
        (Window(opens=date(2026, 3, 11)), False),
        (Window(closes=date(2026, 3, 9)), False),
    ],
)
def test_both_days_of_the_window_are_inside_it(
    sample_item: SampleItem, enterprise: Applicant, declared: tuple[Fact, ...], window: Window, open_: bool
) -> None:
    admission = admit(sample_item("SD-002", window=window), enterprise, application(*declared), TODAY)
    assert codes(admission) == ([] if open_ else ["window_closed"])


def test_an_enterprise_applies_before_its_account_is_confirmed(
    item: PublishedItem, sample_enterprise: SampleEnterprise, declared: tuple[Fact, ...]
) -> None:
    waiting = sample_enterprise(17, confirmed=False)
    assert admit(item, waiting, application(*declared), TODAY).reasons == ()


def test_who_names_the_payee_says_that_there_is_a_confirmed_account(
    item: PublishedItem, sample_enterprise: SampleEnterprise, declared: tuple[Fact, ...]
) -> None:
    waiting = sample_enterprise(17, confirmed=False)
    admission = admit(item, waiting, application(*declared, payee_name=waiting.name), TODAY)
    assert [(each.code, each.field) for each in admission.reasons] == [("payee_account_missing", "payee_name")]
    assert "请不要填写收款人" in admission.reasons[0].message


def test_a_list_is_of_enterprises_with_a_confirmed_account(
    item: PublishedItem, sample_enterprise: SampleEnterprise
) -> None:
    line = NominationLine(enterprise_id="e1")
    assert "payee_account_missing" in codes(admit_line(item, sample_enterprise(17, confirmed=False), line, TODAY))
    assert "payee_account_missing" not in codes(admit_line(item, sample_enterprise(17), line, TODAY))


def test_a_payee_name_that_is_not_the_account_s_is_refused_and_names_both(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    admission = admit(item, enterprise, application(*declared, payee_name="示例企业99"), TODAY)
    assert codes(admission) == ["payee_name_mismatch"]
    assert "示例企业99" in admission.reasons[0].message
    assert enterprise.name in admission.reasons[0].message
    assert admit(item, enterprise, application(*declared, payee_name=enterprise.name), TODAY).reasons == ()


def test_facts_that_the_form_does_not_ask_for_cannot_be_declared(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    other_year = declared[1].model_copy(update={"period": "2024"})
    admission = admit(item, enterprise, application(*declared, fact("no_such_fact", "flag", True), other_year), TODAY)
    assert [(reason.code, reason.field) for reason in admission.reasons] == [
        ("fact_not_declarable", "declared_facts.2"),
        ("fact_not_declarable", "declared_facts.3"),
    ]


def test_a_fact_of_the_file_cannot_be_declared_even_where_the_file_lacks_it(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    lacking = enterprise.facts[0]
    bare = Applicant(
        enterprise.enterprise_id,
        enterprise.tenant,
        enterprise.uscc,
        enterprise.name,
        enterprise.facts[1:],
        enterprise.payee,
    )
    admission = admit(item, bare, application(*declared, lacking), TODAY)
    assert codes(admission) == ["fact_not_declarable", "facts_missing"]
    assert "主管部门" in admission.reasons[1].message


def test_a_fact_declared_in_the_wrong_way_is_named_once_and_not_called_missing_as_well(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    site, cost = declared
    in_mu = cost.model_copy(update={"unit": "亩"})
    nowhere = site.model_copy(update={"value": "moon_base"})
    admission = admit(item, enterprise, application(nowhere, in_mu), TODAY)
    assert [(reason.code, reason.field) for reason in admission.reasons] == [
        ("fact_wrongly_typed", "declared_facts.0.value"),
        ("fact_wrongly_typed", "declared_facts.1.value"),
    ]
    as_flag = fact(cost.name, "flag", True)
    assert codes(admit(item, enterprise, application(site, as_flag), TODAY)) == ["fact_wrongly_typed"]


def test_a_fact_declared_twice_is_refused(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    richer = declared[1].model_copy(update={"value": "9999"})
    assert codes(admit(item, enterprise, application(*declared, richer), TODAY)) == ["fact_declared_twice"]


def test_a_required_field_left_empty_is_named_with_what_to_do(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    admission = admit(item, enterprise, application(declared[0]), TODAY)
    assert [(reason.code, reason.field) for reason in admission.reasons] == [
        ("facts_missing", f"facts.{declared[1].name}")
    ]
    assert "请在申报表中填写" in admission.reasons[0].message


def test_a_declared_fact_that_is_out_of_date_is_missing(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    stale = declared[1].model_copy(update={"valid_until": date(2026, 3, 9)})
    admission = admit(item, enterprise, application(declared[0], stale), TODAY)
    assert codes(admission) == ["facts_missing"]
    assert "有效期" in admission.reasons[0].message


def test_the_file_stands_against_a_declaration_that_differs_from_it(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    site, cost = declared
    official = cost.model_copy(update={"source": "章贡区商务局"})
    informed = Applicant(
        enterprise.enterprise_id,
        enterprise.tenant,
        enterprise.uscc,
        enterprise.name,
        (*enterprise.facts, official),
        enterprise.payee,
    )
    richer = cost.model_copy(update={"value": "9999"})
    admission = admit(item, informed, application(site, richer), TODAY)
    assert codes(admission) == ["fact_contradicts_dossier"]
    assert "章贡区商务局" in admission.reasons[0].message
    agreed = admit(item, informed, application(site, cost), TODAY)
    assert official in agreed.facts
    assert cost not in agreed.facts
    assert admit(item, informed, application(site), TODAY).facts == agreed.facts


def test_the_same_quantity_in_another_unit_does_not_contradict_the_file(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    site, cost = declared
    informed = Applicant(
        enterprise.enterprise_id,
        enterprise.tenant,
        enterprise.uscc,
        enterprise.name,
        (*enterprise.facts, cost),
        enterprise.payee,
    )
    wan, rest = divmod(int(cost.value), 10_000)
    assert (cost.unit, rest) == ("元", 0)
    in_wan = cost.model_copy(update={"value": f"{wan}.00", "unit": "万元"})
    assert admit(item, informed, application(site, in_wan), TODAY).reasons == ()


def test_every_condition_that_fails_is_a_reason_of_its_own(
    sample_item: SampleItem, sample_enterprise: SampleEnterprise, first_day: dict[str, Any]
) -> None:
    enterprise = sample_enterprise(22)
    small = {"contiguous_area": "10", "operation_years": "1"}
    facts = tuple(each.model_copy(update={"value": small.get(each.name, each.value)}) for each in enterprise.facts)
    poor = Applicant(
        enterprise.enterprise_id, enterprise.tenant, enterprise.uscc, enterprise.name, facts, enterprise.payee
    )
    declared = tuple(Fact.model_validate(each) for each in first_day["cases"][21]["declared_facts"])
    cmd = application(*declared, item_id="GZ-011", commitments=("land_contract",))
    admission = admit(sample_item("GZ-011"), poor, cmd, TODAY)
    assert codes(admission) == ["not_eligible", "not_eligible"]
    assert "100 亩" in admission.reasons[0].message
    assert "10 亩" in admission.reasons[0].message
    assert "5 年" in admission.reasons[1].message


def test_a_enterprise_whose_file_lacks_facts_is_told_each_of_them(
    sample_item: SampleItem, sample_enterprise: SampleEnterprise, first_day: dict[str, Any]
) -> None:
    enterprise = sample_enterprise(22)
    bare = Applicant(
        enterprise.enterprise_id, enterprise.tenant, enterprise.uscc, enterprise.name, (), enterprise.payee
    )
    cmd = application(item_id="GZ-011", commitments=("land_contract",))
    admission = admit(sample_item("GZ-011"), bare, cmd, TODAY)
    assert set(codes(admission)) == {"facts_missing"}
    assert len(admission.reasons) == 4 + 3  # the form's fields, and the conditions'


def test_a_claimed_amount_must_be_the_rule_s(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    admission = admit(item, enterprise, application(*declared, claimed_fen=10_000_001), TODAY)
    assert codes(admission) == ["amount_mismatch"]
    assert Money(10_000_001).yuan_text() in admission.reasons[0].message
    assert Money(10_000_000).yuan_text() in admission.reasons[0].message
    assert admit(item, enterprise, application(*declared, claimed_fen=10_000_000), TODAY).reasons == ()


@pytest.mark.parametrize("kind", [BenefitKind.GRANT, BenefitKind.INTEREST])
def test_an_amount_of_nothing_is_not_worth_a_case(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...], kind: BenefitKind
) -> None:
    item = replace(item, content=item.content.model_copy(update={"benefit_kind": kind}))
    nothing = declared[1].model_copy(update={"value": "0"})
    assert codes(admit(item, enterprise, application(declared[0], nothing), TODAY)) == ["nothing_payable"]


def with_amount(item: PublishedItem, amount: object) -> PublishedItem:
    """The same item, worth something else."""
    rules = item.content.rules.model_copy(update={"amount": amount})
    return replace(item, content=item.content.model_copy(update={"rules": rules}))


UP_TO = Decided(decision="support", by="主管部门", max=Fixed(value="50", unit="万元"), name="支持金额")


def test_an_amount_that_somebody_sets_later_can_be_filed_and_the_receipt_says_the_range(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    admission = admit(with_amount(item, UP_TO), enterprise, application(*declared), TODAY)
    assert admission.reasons == ()
    assert (admission.amount_fen, admission.lowest_fen, admission.highest_fen) == (None, 0, 50_000_000)


def test_who_claims_more_than_can_be_set_is_told_the_range(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    decided = with_amount(item, UP_TO)
    admission = admit(decided, enterprise, application(*declared, claimed_fen=50_000_001), TODAY)
    assert codes(admission) == ["amount_mismatch"]
    assert "0.00 至 500,000.00 元" in admission.reasons[0].message
    assert admit(decided, enterprise, application(*declared, claimed_fen=50_000_000), TODAY).reasons == ()


def test_a_line_whose_figure_persons_set_is_listed_without_an_amount(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    line = NominationLine(enterprise_id=enterprise.enterprise_id)
    known = replace(enterprise, facts=(*enterprise.facts, *declared))
    admission = admit_line(with_amount(item, UP_TO), known, line, TODAY)
    assert (admission.reasons, admission.amount_fen, admission.highest_fen) == ((), None, 50_000_000)


def test_what_is_not_money_can_be_filed(item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]) -> None:
    given = InKind(kind="service", gives="提供六个月免租厂房")
    admission = admit(with_amount(item, given), enterprise, application(*declared), TODAY)
    assert (admission.reasons, admission.amount_fen) == ((), 0)


def test_a_paper_that_a_pledge_may_replace_needs_the_pledge(
    item: PublishedItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    admission = admit(item, enterprise, application(*declared, commitments=("export_record",)), TODAY)
    assert codes(admission) == ["commitment_missing", "commitment_unknown"]
    assert "承诺" in admission.reasons[0].message


def test_everything_that_is_wrong_is_said_at_once(
    sample_item: SampleItem, sample_enterprise: SampleEnterprise, declared: tuple[Fact, ...]
) -> None:
    item = sample_item("SD-002", window=Window(closes=date(2025, 12, 31)))
    cmd = application(
        declared[0],
        fact("no_such_fact", "flag", True),
        claimed_fen=1,
        commitments=(),
    )
    admission = admit(item, sample_enterprise(17, confirmed=False), cmd, TODAY)
    assert codes(admission) == [
        "window_closed",
        "fact_not_declarable",
        "facts_missing",
        "commitment_missing",
    ]


def test_without_a_fixed_year_the_year_of_the_claim_is_meant(
    sample_item: SampleItem, enterprise: Applicant, declared: tuple[Fact, ...]
) -> None:
    item = sample_item("SD-002", year=None)
    this_year = declared[1].model_copy(update={"period": "2026"})
    last_year = declared[1]
    assert "fact_not_declarable" not in codes(admit(item, enterprise, application(declared[0], this_year), TODAY))
    assert "fact_not_declarable" in codes(admit(item, enterprise, application(declared[0], last_year), TODAY))
