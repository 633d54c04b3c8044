"""Credit codes, contacts and facts of an enterprise's file."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from chassis.foundation.reasons import reasons_for
from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import FakeUnit
from contracts.enterprises import (
    EnterpriseFactsChanged,
    EnterpriseRegistered,
    RecordFacts,
    RegisterEnterprise,
)
from contracts.message import Actor
from contracts.rule import Fact
from services.catalog.enterprises.domain import (
    EnterpriseNotYours,
    EnterpriseUnknown,
    FactsNotYours,
    FactsRefused,
)
from services.catalog.enterprises.store import Enterprises
from services.catalog.enterprises.use_cases import record_facts, register_enterprise

ENTERPRISE = RegisterEnterprise(
    uscc="91360702DEM000014H", name="示例企业01（科技型中小企业）", contact_mobile="19900000001"
)
REVENUE = Fact(
    name="revenue",
    kind="number",
    value="2500",
    unit="万元",
    period="2025",
    source="章贡区税务局",
    as_of=date(2026, 1, 12),
)


def test_a_registration_tells_the_contact_sealed_and_masked_and_never_in_the_open(
    unit: FakeUnit, cipher: AesCipher
) -> None:
    view = register_enterprise(ENTERPRISE, unit, cipher)
    (event,) = unit.events
    assert isinstance(event, EnterpriseRegistered)
    assert view.contact_masked == event.contact_masked == "199****0001"
    assert cipher.open(event.contact_sealed, purpose="contact", tenant="360702") == "19900000001"
    assert "19900000001" not in event.model_dump_json() + view.model_dump_json()
    assert (event.uscc, event.enterprise_id) == ("91360702DEM000014H", view.enterprise_id)


def test_one_who_acts_for_a_enterprise_opens_no_second_file(unit: FakeUnit, cipher: AesCipher) -> None:
    unit.actor = Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id="e1")
    with pytest.raises(EnterpriseNotYours):
        register_enterprise(ENTERPRISE, unit, cipher)
    assert unit.of(Enterprises).rows == {}


TAX = Actor(id="tax-1", roles=frozenset({"department"}), department="章贡区税务局")


def test_facts_are_added_to_the_file_and_told(unit: FakeUnit, cipher: AesCipher) -> None:
    enterprise_id = register_enterprise(ENTERPRISE, unit, cipher).enterprise_id
    unit.actor = TAX
    view = record_facts(RecordFacts(enterprise_id=enterprise_id, facts=(REVENUE,)), unit)
    assert view.facts == (REVENUE,)
    assert unit.events[-1] == EnterpriseFactsChanged(enterprise_id=enterprise_id, facts=(REVENUE,), recorded_by="tax-1")


@pytest.mark.parametrize("said", ["#N/A", "NULL", "nan", "-"])
def test_an_error_or_a_placeholder_is_no_code_whatever_door_it_comes_through(
    unit: FakeUnit, cipher: AesCipher, said: str
) -> None:
    enterprise_id = register_enterprise(ENTERPRISE, unit, cipher).enterprise_id
    unit.actor = TAX
    told = {"source": "章贡区税务局", "as_of": date(2026, 1, 12)}
    facts = (
        Fact(name="sector", kind="code", value="none", **told),
        Fact(name="sector", kind="code", value=said, **told),
        Fact(name="honours", kind="codes", value=("a", said), **told),
    )
    with pytest.raises(FactsRefused) as refused:
        record_facts(RecordFacts(enterprise_id=enterprise_id, facts=facts), unit)
    assert [(each.code, each.field) for each in refused.value.reasons] == [
        ("fact_no_code", "facts.1.value"),
        ("fact_no_code", "facts.2.value"),
    ]


def test_an_error_of_a_spreadsheet_registers_no_enterprise() -> None:
    with pytest.raises(ValidationError) as refused:
        RegisterEnterprise(uscc=ENTERPRISE.uscc, name="#NAME?", contact_mobile="19900000001")
    assert "是表格软件的错误值" in reasons_for(refused.value.errors())[0].message


def test_a_correction_is_a_newer_fact_beside_the_old_one(unit: FakeUnit, cipher: AesCipher) -> None:
    enterprise_id = register_enterprise(ENTERPRISE, unit, cipher).enterprise_id
    unit.actor = TAX
    corrected = REVENUE.model_copy(update={"value": "2400", "as_of": date(2026, 2, 1)})
    record_facts(RecordFacts(enterprise_id=enterprise_id, facts=(REVENUE,)), unit)
    view = record_facts(RecordFacts(enterprise_id=enterprise_id, facts=(corrected,)), unit)
    assert view.facts == (corrected,)
    assert unit.of(Enterprises).facts == [REVENUE, corrected]


def test_a_enterprise_puts_no_facts_into_its_own_file_whatever_source_it_names(
    unit: FakeUnit, cipher: AesCipher
) -> None:
    enterprise_id = register_enterprise(ENTERPRISE, unit, cipher).enterprise_id
    unit.actor = Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id=enterprise_id)
    with pytest.raises(FactsNotYours):
        record_facts(RecordFacts(enterprise_id=enterprise_id, facts=(REVENUE,)), unit)


def test_a_enterprise_does_not_touch_the_file_of_another(unit: FakeUnit, cipher: AesCipher) -> None:
    enterprise_id = register_enterprise(ENTERPRISE, unit, cipher).enterprise_id
    unit.actor = Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id="another")
    with pytest.raises(EnterpriseNotYours):
        record_facts(RecordFacts(enterprise_id=enterprise_id, facts=(REVENUE,)), unit)


def test_facts_of_an_unknown_enterprise_are_refused(unit: FakeUnit) -> None:
    with pytest.raises(EnterpriseUnknown):
        record_facts(RecordFacts(enterprise_id="nobody", facts=(REVENUE,)), unit)


def test_impossible_dates_are_refused_all_at_once_and_no_fact_is_kept(unit: FakeUnit, cipher: AesCipher) -> None:
    enterprise_id = register_enterprise(ENTERPRISE, unit, cipher).enterprise_id
    unit.actor = TAX
    future = REVENUE.model_copy(update={"as_of": date(2026, 3, 11), "valid_until": date(2026, 3, 10)})
    reversed_ = REVENUE.model_copy(update={"valid_until": date(2026, 1, 11)})
    with pytest.raises(FactsRefused) as refused:
        record_facts(RecordFacts(enterprise_id=enterprise_id, facts=(REVENUE, future, reversed_)), unit)
    assert [(reason.code, reason.field) for reason in refused.value.reasons] == [
        ("fact_from_future", "facts.1.as_of"),
        ("fact_validity_reversed", "facts.2.valid_until"),
    ]
    assert unit.of(Enterprises).facts == []
