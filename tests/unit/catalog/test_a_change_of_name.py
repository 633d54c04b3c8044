"""An enterprise is called otherwise: by the register's notice and two persons, and its former names stay known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import FakeUnit
from contracts.enterprises import RegisterEnterprise, RegisterPayeeAccount
from contracts.message import Actor
from contracts.name_changes import (
    ConfirmNameChange,
    DeclineNameChange,
    EnterpriseRenamed,
    NameChangeConfirmed,
    NameChangeView,
    ProposeNameChange,
)
from contracts.refusal import Refused
from services.catalog.enterprises.store import Enterprises
from services.catalog.enterprises.use_cases import register_enterprise
from services.catalog.name_changes.use_cases import confirm_name_change, decline_name_change, propose_name_change
from services.catalog.payee_accounts.use_cases import register_payee_account

NAME, NEW = "示例企业01（科技型中小企业）", "示例控股（集团）有限公司"
TODAY = date(2026, 3, 16)
SECOND = Actor(id="bureau-1", roles=frozenset({"bureau"}), name="复核岗")
FIRM = Actor(id="p-1", roles=frozenset({"enterprise"}), enterprise_id="ent-1")


@pytest.fixture
def enterprise(unit: FakeUnit, cipher: AesCipher) -> str:
    command = RegisterEnterprise(uscc="91360702DEM000014H", name=NAME, contact_mobile="19900000001")
    return register_enterprise(command, unit, cipher).enterprise_id


@contextmanager
def acting(unit: FakeUnit, actor: Actor) -> Iterator[None]:
    unit.actor, before = actor, unit.actor
    try:
        yield
    finally:
        unit.actor = before


def propose(unit: FakeUnit, enterprise: str, **said: Any) -> NameChangeView:
    asked: dict[str, Any] = {
        "name": NEW,
        "effective_on": "2026-03-02",
        "notice": "登字〔2026〕12 号",
        "notice_on": "2026-03-02",
    }
    return propose_name_change(ProposeNameChange(enterprise_id=enterprise, **asked | said), unit)


def confirm(unit: FakeUnit, change: NameChangeView, actor: Actor = SECOND) -> NameChangeView:
    with acting(unit, actor):
        return confirm_name_change(ConfirmNameChange(change_id=change.change_id), unit)


def name_of(unit: FakeUnit, enterprise: str) -> str:
    return unit.of(Enterprises).get(enterprise).name


def test_nothing_changes_until_a_second_person_has_confirmed(unit: FakeUnit, enterprise: str) -> None:
    change = propose(unit, enterprise)
    assert (change.state, change.former_name, change.name) == ("proposed", NAME, NEW)
    assert name_of(unit, enterprise) == NAME
    with pytest.raises(Refused) as refused:
        confirm(unit, change, unit.actor)
    assert refused.value.code == "name_change_second_person_required"


def test_a_confirmed_change_is_told_to_those_who_keep_the_enterprise_and_to_those_who_keep_its_cases(
    unit: FakeUnit, enterprise: str
) -> None:
    confirm(unit, propose(unit, enterprise))
    assert name_of(unit, enterprise) == NEW
    renamed, confirmed = unit.events[-2:]
    assert isinstance(renamed, EnterpriseRenamed)
    assert isinstance(confirmed, NameChangeConfirmed)
    for each in (renamed, confirmed):
        assert (each.former_name, each.name, each.effective_on) == (NAME, NEW, date(2026, 3, 2))


def test_a_name_may_come_back_to_what_it_was(unit: FakeUnit, enterprise: str) -> None:
    for name in (NEW, NAME, NEW):
        confirm(unit, propose(unit, enterprise, name=name))
    assert name_of(unit, enterprise) == NEW
    assert [each.name for each in unit.events if isinstance(each, EnterpriseRenamed)] == [NEW, NAME, NEW]


def test_another_writing_of_the_same_name_is_a_change_too(unit: FakeUnit, enterprise: str) -> None:
    written = NAME.replace("（", "(").replace("）", ")")
    confirm(unit, propose(unit, enterprise, name=written))
    assert name_of(unit, enterprise) == written


def test_all_that_is_wrong_is_said_at_once(unit: FakeUnit, enterprise: str) -> None:
    with pytest.raises(Refused) as refused:
        propose(unit, enterprise, name=NAME, effective_on="2099-01-01", notice_on="2099-01-01")
    assert [each.code for each in refused.value.reasons] == [
        "name_unchanged",
        "effective_on_from_future",
        "notice_on_from_future",
    ]


def test_changes_follow_one_another(unit: FakeUnit, enterprise: str) -> None:
    change = propose(unit, enterprise)
    with pytest.raises(Refused) as refused:
        propose(unit, enterprise, name="又一个名称")
    assert refused.value.code == "name_change_proposed_already"
    confirm(unit, change)
    with pytest.raises(Refused) as refused:
        propose(unit, enterprise, name="又一个名称", effective_on="2026-02-01")
    assert [each.code for each in refused.value.reasons] == ["name_change_out_of_order"]
    with pytest.raises(Refused) as refused:
        confirm(unit, change)
    assert refused.value.code == "name_change_decided_already"


def test_a_change_that_is_sent_back_leaves_the_name(unit: FakeUnit, enterprise: str) -> None:
    change = propose(unit, enterprise)
    answered = decline_name_change(DeclineNameChange(change_id=change.change_id, reason="文号不符"), unit)
    assert (answered.state, answered.answer, name_of(unit, enterprise)) == ("declined", "文号不符", NAME)
    propose(unit, enterprise)


def test_an_enterprise_does_not_change_its_own_name(unit: FakeUnit, enterprise: str) -> None:
    with acting(unit, FIRM), pytest.raises(Refused) as refused:
        propose(unit, enterprise)
    assert refused.value.code == "name_change_by_staff_only"


def test_a_second_enterprise_whose_name_is_taken_for_the_first_one_s_is_refused_until_both_were_compared(
    unit: FakeUnit, cipher: AesCipher, enterprise: str
) -> None:
    alike = {"uscc": "91360702DEM000022C", "name": NAME.replace("01", "0l"), "contact_mobile": "19900000002"}
    with pytest.raises(Refused) as refused:
        register_enterprise(RegisterEnterprise(**alike), unit, cipher)
    assert refused.value.code == "name_looks_alike"
    assert "第 6 个字符是“l”（U+006C 拉丁字母），对方第 6 个字符是“1”（U+0031 数字）" in refused.value.message
    with pytest.raises(Refused):
        register_enterprise(RegisterEnterprise(**alike, apart_from="91360702DEM000022C"), unit, cipher)
    register_enterprise(RegisterEnterprise(**alike, apart_from=" 91360702dem000014h "), unit, cipher)


def test_a_new_name_that_is_taken_for_another_enterprise_s_is_refused_too(
    unit: FakeUnit, cipher: AesCipher, enterprise: str
) -> None:
    other = RegisterEnterprise(uscc="91360702DEM000022C", name="示例О电子", contact_mobile="19900000002")
    register_enterprise(other, unit, cipher)
    with pytest.raises(Refused) as refused:
        propose(unit, enterprise, name="示例O电子")
    assert refused.value.code == "name_looks_alike"
    propose(unit, enterprise, name="示例O电子", apart_from="91360702DEM000022C")


def test_an_account_may_still_have_the_former_name_and_keeps_it_as_it_was_given(
    unit: FakeUnit, cipher: AesCipher, enterprise: str
) -> None:
    confirm(unit, propose(unit, enterprise))

    def named(name: str) -> str:
        command = RegisterPayeeAccount(
            enterprise_id=enterprise, account_name=name, account_number="3607020000000001", bank_name="示例银行"
        )
        return register_payee_account(command, unit, cipher).account_name

    assert named("示例企业01(科技型中小企业)") == "示例企业01(科技型中小企业)"
    assert named("示例控股(集团)有限公司") == "示例控股(集团)有限公司"
    with pytest.raises(Refused) as refused:
        named(NAME.replace("01", "О1"))
    assert refused.value.code == "payee_name_mismatch"
    assert "U+041E 西里尔字母" in refused.value.message
