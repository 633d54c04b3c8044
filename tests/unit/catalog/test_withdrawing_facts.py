"""A record that should never have been made is taken back, and what stands counts again."""

from __future__ import annotations

from datetime import date

import pytest

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import FakeUnit
from contracts.enterprises import EnterpriseFactsChanged, FactKey, RecordFacts, RegisterEnterprise
from contracts.fact_records import WithdrawFacts
from contracts.fact_sources import SourceKind
from contracts.message import Actor
from contracts.rule import Fact
from services.catalog.enterprises.domain import FactsNotWithdrawn, FactsNotYours
from services.catalog.enterprises.store import Enterprises
from services.catalog.enterprises.use_cases import record_facts, register_enterprise, withdraw_facts

ENTERPRISE = RegisterEnterprise(uscc="91360702DEM000014H", name="示例企业01", contact_mobile="19900000001")
TAX = Actor(id="tax-1", roles=frozenset({"department"}), department="税务局", speaks_for=frozenset({SourceKind.TAX}))
KEY = FactKey(name="revenue", period="2025")


def revenue(value: str, day: int, period: str = "2025") -> Fact:
    return Fact(
        name="revenue",
        kind="number",
        value=value,
        unit="万元",
        period=period,
        source="章贡区税务局",
        source_kind=SourceKind.TAX,
        as_of=date(2026, 2, day),
    )


@pytest.fixture
def enterprise(unit: FakeUnit, cipher: AesCipher) -> str:
    """A file with a correction of the revenue of 2025, records 2-0 and 3-0, and that of 2024, 3-1."""
    enterprise_id = register_enterprise(ENTERPRISE, unit, cipher).enterprise_id
    unit.actor = TAX
    record_facts(RecordFacts(enterprise_id=enterprise_id, facts=(revenue("100", 1),)), unit)
    later = (revenue("200", 2), revenue("50", 2, period="2024"))
    record_facts(RecordFacts(enterprise_id=enterprise_id, facts=later), unit)
    return enterprise_id


def take_back(enterprise: str, *records: str) -> WithdrawFacts:
    return WithdrawFacts(enterprise_id=enterprise, records=records, reason="录入有误")


def test_the_next_standing_record_counts_again_and_is_told(unit: FakeUnit, enterprise: str) -> None:
    view = withdraw_facts(take_back(enterprise, "3-0"), unit)
    assert view.facts == (revenue("100", 1), revenue("50", 2, period="2024"))
    told = EnterpriseFactsChanged(
        enterprise_id=enterprise, facts=(revenue("100", 1),), withdrawn=(KEY,), recorded_by="tax-1"
    )
    assert unit.events[-1] == told


def test_when_nothing_stands_the_fact_is_gone(unit: FakeUnit, enterprise: str) -> None:
    withdraw_facts(take_back(enterprise, "3-0"), unit)
    view = withdraw_facts(take_back(enterprise, "2-0"), unit)
    assert view.facts == (revenue("50", 2, period="2024"),)
    assert unit.events[-1] == EnterpriseFactsChanged(
        enterprise_id=enterprise, facts=(), withdrawn=(KEY,), recorded_by="tax-1"
    )


def test_a_record_that_did_not_count_leaves_the_one_that_does(unit: FakeUnit, enterprise: str) -> None:
    view = withdraw_facts(take_back(enterprise, "2-0"), unit)
    assert view.facts[0] == revenue("200", 2)
    told = EnterpriseFactsChanged(
        enterprise_id=enterprise, facts=(revenue("200", 2),), withdrawn=(KEY,), recorded_by="tax-1"
    )
    assert unit.events[-1] == told


def test_who_took_it_back_when_and_why_is_kept_beside_the_record(unit: FakeUnit, enterprise: str) -> None:
    withdraw_facts(take_back(enterprise, "3-0"), unit)
    (record,) = [each for _, each in unit.of(Enterprises).records if each.standing == "withdrawn"]
    assert (record.withdrawn_by, record.withdrawn_why) == ("tax-1", "录入有误")
    assert (record.withdrawn_at, record.fact) == (unit.now, revenue("200", 2))


def test_records_unknown_withdrawn_already_or_of_others_are_refused_all_at_once(
    unit: FakeUnit, enterprise: str
) -> None:
    withdraw_facts(take_back(enterprise, "3-0"), unit)
    unit.actor = Actor(id="stat-1", roles=frozenset({"department"}), department="统计局")
    with pytest.raises(FactsNotWithdrawn) as refused:
        withdraw_facts(take_back(enterprise, "9-9", "3-0", "2-0"), unit)
    assert [(each.code, each.field) for each in refused.value.reasons] == [
        ("fact_record_unknown", "records.0"),
        ("fact_withdrawn_already", "records.1"),
        ("fact_of_other_department", "records.2"),
    ]
    assert len(unit.of(Enterprises).current_facts(enterprise)) == 2


@pytest.mark.parametrize(
    "actor",
    [
        Actor(id="tax-2", roles=frozenset({"department"}), department="税务局"),
        Actor(id="bureau-1", roles=frozenset({"bureau"})),
    ],
)
def test_a_colleague_and_the_bureau_may_withdraw_too(unit: FakeUnit, enterprise: str, actor: Actor) -> None:
    unit.actor = actor
    assert len(withdraw_facts(take_back(enterprise, "2-0", "3-0"), unit).facts) == 1


def test_a_enterprise_withdraws_nothing_from_its_own_file(unit: FakeUnit, enterprise: str) -> None:
    unit.actor = Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id=enterprise)
    with pytest.raises(FactsNotYours):
        withdraw_facts(take_back(enterprise, "2-0"), unit)


def test_an_old_paper_that_turns_up_later_is_told_as_what_counts(unit: FakeUnit, enterprise: str) -> None:
    old = revenue("90", 1).model_copy(update={"as_of": date(2026, 1, 5)})
    view = record_facts(RecordFacts(enterprise_id=enterprise, facts=(old,)), unit)
    assert revenue("200", 2) in view.facts
    assert unit.events[-1] == EnterpriseFactsChanged(
        enterprise_id=enterprise, facts=(revenue("200", 2),), recorded_by="tax-1"
    )
