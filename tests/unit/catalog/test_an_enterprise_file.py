"""Credit codes, contacts and facts of an enterprise's file."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn.uscc import calc_check_digit

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
from services.catalog.enterprises.credit_code import checked_credit_code
from services.catalog.enterprises.domain import (
    CreditCodeInvalid,
    EnterpriseNotYours,
    EnterpriseUnknown,
    FactsNotYours,
    FactsRefused,
)
from services.catalog.enterprises.store import Enterprises
from services.catalog.enterprises.use_cases import record_facts, register_enterprise

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
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

bodies = st.builds(
    lambda digits, rest: digits + rest,
    st.text("0123456789", min_size=8, max_size=8),
    st.text(ALPHABET, min_size=9, max_size=9),
)


@given(bodies)
def test_a_code_with_the_right_check_character_is_taken_in_any_writing(body: str) -> None:
    code = body + calc_check_digit(body)
    assert checked_credit_code(code) == code
    assert checked_credit_code(f" {code[:8].lower()}-{code[8:].lower()} ") == code


@given(bodies, st.integers(8, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_never_passes_for_another_enterprise(body: str, place: int, other: str) -> None:
    code = body + calc_check_digit(body)
    if code[place] != other:
        with pytest.raises(CreditCodeInvalid):
            checked_credit_code(code[:place] + other + code[place + 1 :])


@given(bodies, st.integers(0, 7), st.sampled_from("ABCXY"))
def test_a_letter_where_the_division_code_stands_is_refused_whatever_the_check_character(
    body: str, place: int, letter: str
) -> None:
    wrong = body[:place] + letter + body[place + 1 :]
    with pytest.raises(CreditCodeInvalid):
        checked_credit_code(wrong + calc_check_digit(wrong))


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "18 位"),
        ("91360702DEM00001", "18 位"),
        ("91360702DEM000014J", "校验码"),
        ("9136070ADEM000014H", "不允许的字符"),
        ("91360702DEM00001IH", "不允许的字符"),
    ],
)
def test_a_wrong_code_is_refused_with_what_is_wrong(written: str, why: str) -> None:
    with pytest.raises(CreditCodeInvalid) as refused:
        checked_credit_code(written)
    assert why in refused.value.message
    assert (refused.value.code, refused.value.reasons[0].field) == ("uscc_invalid", "uscc")


def test_digits_typed_full_width_are_read_as_digits() -> None:
    assert checked_credit_code("９１３６０７０２DEM000014H") == "91360702DEM000014H"


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


def test_facts_are_added_to_the_file_and_told(unit: FakeUnit, cipher: AesCipher) -> None:
    enterprise_id = register_enterprise(ENTERPRISE, unit, cipher).enterprise_id
    view = record_facts(RecordFacts(enterprise_id=enterprise_id, facts=(REVENUE,)), unit)
    assert view.facts == (REVENUE,)
    assert unit.events[-1] == EnterpriseFactsChanged(enterprise_id=enterprise_id, facts=(REVENUE,))


def test_a_correction_is_a_newer_fact_beside_the_old_one(unit: FakeUnit, cipher: AesCipher) -> None:
    enterprise_id = register_enterprise(ENTERPRISE, unit, cipher).enterprise_id
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
    future = REVENUE.model_copy(update={"as_of": date(2026, 3, 11), "valid_until": date(2026, 3, 10)})
    reversed_ = REVENUE.model_copy(update={"valid_until": date(2026, 1, 11)})
    with pytest.raises(FactsRefused) as refused:
        record_facts(RecordFacts(enterprise_id=enterprise_id, facts=(REVENUE, future, reversed_)), unit)
    assert [(reason.code, reason.field) for reason in refused.value.reasons] == [
        ("fact_from_future", "facts.1.as_of"),
        ("fact_validity_reversed", "facts.2.valid_until"),
    ]
    assert unit.of(Enterprises).facts == []
