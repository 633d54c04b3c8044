"""Whom money goes to: named by one person, confirmed by another, replaced by a later account."""

from __future__ import annotations

from typing import get_args

import pytest

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import FakeUnit
from contracts.enterprises import (
    ConfirmPayeeAccount,
    PayeeAccountChanged,
    PayeeAccountView,
    RegisterEnterprise,
    RegisterPayeeAccount,
    WithdrawPayeeAccount,
)
from contracts.message import Actor
from contracts.refusal import StaleVersion
from services.catalog.enterprises.domain import EnterpriseNotYours, EnterpriseUnknown
from services.catalog.enterprises.use_cases import register_enterprise
from services.catalog.payee_accounts.domain import (
    MOVES,
    AccountState,
    PayeeAccountConfirmedAlready,
    PayeeAccountInUse,
    PayeeAccountSuperseded,
    PayeeAccountUnknown,
    PayeeAccountWithdrawn,
    PayeeNameMismatch,
    SecondPersonRequired,
)
from services.catalog.payee_accounts.use_cases import (
    confirm_payee_account,
    register_payee_account,
    withdraw_payee_account,
)

NAME = "示例企业01（科技型中小企业）"
SECOND = Actor(id="clerk-2", roles=frozenset({"bureau"}), name="复核岗")


@pytest.fixture
def enterprise(unit: FakeUnit, cipher: AesCipher) -> str:
    """The id of a registered enterprise."""
    command = RegisterEnterprise(uscc="91360702DEM000014H", name=NAME, contact_mobile="19900000001")
    return register_enterprise(command, unit, cipher).enterprise_id


def register(
    unit: FakeUnit, cipher: AesCipher, enterprise: str, number: str = "3607020000000000001", name: str = NAME
) -> PayeeAccountView:
    command = RegisterPayeeAccount(
        enterprise_id=enterprise, account_name=name, account_number=number, bank_name="示例银行章贡支行"
    )
    return register_payee_account(command, unit, cipher)


def confirm(unit: FakeUnit, account: PayeeAccountView, actor: Actor = SECOND) -> PayeeAccountView:
    unit.actor, before = actor, unit.actor
    try:
        return confirm_payee_account(ConfirmPayeeAccount(account_id=account.account_id), unit)
    finally:
        unit.actor = before


def test_an_account_that_one_person_named_is_told_to_nobody(unit: FakeUnit, cipher: AesCipher, enterprise: str) -> None:
    account = register(unit, cipher, enterprise)
    assert not account.confirmed
    assert not any(isinstance(event, PayeeAccountChanged) for event in unit.events)


def test_a_second_person_s_confirmation_tells_the_account_sealed_for_its_purpose(
    unit: FakeUnit, cipher: AesCipher, enterprise: str
) -> None:
    account = register(unit, cipher, enterprise)
    assert confirm(unit, account).confirmed
    event = unit.events[-1]
    assert isinstance(event, PayeeAccountChanged)
    assert (event.enterprise_id, event.payee.account_version, event.payee.account_name) == (enterprise, 1, NAME)
    opened = cipher.open(event.payee.account_sealed, purpose="payee_account", tenant="360702")
    assert opened == "3607020000000000001"
    assert "3607020000000000001" not in event.model_dump_json()


def test_whoever_named_the_account_cannot_confirm_it(unit: FakeUnit, cipher: AesCipher, enterprise: str) -> None:
    account = register(unit, cipher, enterprise)
    with pytest.raises(SecondPersonRequired):
        confirm(unit, account, unit.actor)


def test_an_account_in_another_name_is_refused(unit: FakeUnit, cipher: AesCipher, enterprise: str) -> None:
    with pytest.raises(PayeeNameMismatch) as refused:
        register(unit, cipher, enterprise, name="示例企业02（科技型中小企业）")
    assert refused.value.code == "payee_name_mismatch"
    assert NAME in refused.value.message


def test_half_width_brackets_and_blanks_do_not_make_it_another_name(
    unit: FakeUnit, cipher: AesCipher, enterprise: str
) -> None:
    given = "示例企业01 (科技型 中小企业)"
    assert register(unit, cipher, enterprise, name=f" {given} ").account_name == given, "kept and sent as it was given"


def test_every_registration_counts_one_further(unit: FakeUnit, cipher: AesCipher, enterprise: str) -> None:
    versions = [register(unit, cipher, enterprise, f"360702000000000000{n}").account_version for n in range(3)]
    assert versions == [1, 2, 3]


def test_a_later_account_replaces_the_confirmed_one_and_the_earlier_cannot_come_back(
    unit: FakeUnit, cipher: AesCipher, enterprise: str
) -> None:
    forgotten = register(unit, cipher, enterprise, "36070200000001")
    paid = register(unit, cipher, enterprise, "36070200000002")
    confirm(unit, paid)
    with pytest.raises(PayeeAccountSuperseded):
        confirm(unit, forgotten)
    corrected = register(unit, cipher, enterprise, "36070200000003")
    confirm(unit, corrected)
    told = [event.payee.account_version for event in unit.events if isinstance(event, PayeeAccountChanged)]
    assert told == [2, 3]


def test_an_account_is_confirmed_once(unit: FakeUnit, cipher: AesCipher, enterprise: str) -> None:
    account = register(unit, cipher, enterprise)
    confirm(unit, account)
    with pytest.raises(PayeeAccountConfirmedAlready):
        confirm(unit, account)


def test_a_confirmation_of_what_has_changed_meanwhile_is_refused(
    unit: FakeUnit, cipher: AesCipher, enterprise: str
) -> None:
    account = register(unit, cipher, enterprise)
    unit.actor = SECOND
    with pytest.raises(StaleVersion):
        confirm_payee_account(ConfirmPayeeAccount(account_id=account.account_id, expected_version=7), unit)


def test_a_enterprise_names_and_confirms_accounts_of_its_own_only(
    unit: FakeUnit, cipher: AesCipher, enterprise: str
) -> None:
    account = register(unit, cipher, enterprise)
    stranger = Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id="another")
    with pytest.raises(EnterpriseNotYours):
        confirm(unit, account, stranger)
    unit.actor = stranger
    with pytest.raises(EnterpriseNotYours):
        register(unit, cipher, enterprise)
    own = Actor(id="accountant", roles=frozenset({"enterprise"}), enterprise_id=enterprise)
    assert confirm(unit, account, own).confirmed


def test_unknown_enterprises_and_unknown_accounts_are_named(unit: FakeUnit, cipher: AesCipher) -> None:
    with pytest.raises(EnterpriseUnknown):
        register(unit, cipher, "nobody")
    with pytest.raises(PayeeAccountUnknown):
        confirm_payee_account(ConfirmPayeeAccount(account_id="nothing"), unit)


def test_every_state_of_an_account_is_in_the_table_of_moves() -> None:
    assert {state for move in MOVES for state in move} == set(get_args(AccountState))


def test_an_account_that_nobody_confirmed_is_taken_back_and_nobody_hears_of_it(
    unit: FakeUnit, cipher: AesCipher, enterprise: str
) -> None:
    account = register(unit, cipher, enterprise)
    order = WithdrawPayeeAccount(account_id=account.account_id, reason="账号抄错")
    assert withdraw_payee_account(order, unit).confirmed is False
    with pytest.raises(PayeeAccountWithdrawn):
        confirm(unit, account)
    with pytest.raises(PayeeAccountWithdrawn):
        withdraw_payee_account(order, unit)
    assert not any(isinstance(event, PayeeAccountChanged) for event in unit.events)


def test_a_confirmed_account_is_replaced_and_never_taken_back(
    unit: FakeUnit, cipher: AesCipher, enterprise: str
) -> None:
    account = register(unit, cipher, enterprise)
    confirm(unit, account)
    with pytest.raises(PayeeAccountInUse):
        withdraw_payee_account(WithdrawPayeeAccount(account_id=account.account_id, reason="不用了"), unit)


def test_another_enterprise_takes_no_account_back(unit: FakeUnit, cipher: AesCipher, enterprise: str) -> None:
    account = register(unit, cipher, enterprise)
    unit.actor = Actor(id="boss", roles=frozenset({"enterprise"}), enterprise_id="another")
    with pytest.raises(EnterpriseNotYours):
        withdraw_payee_account(WithdrawPayeeAccount(account_id=account.account_id, reason="不用了"), unit)
