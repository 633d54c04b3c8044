"""Receivers that are no applicants: one for each code or resident id, named by many, each account vouched for by two."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import FakeUnit
from contracts.enterprises import ChangeContact, RegisterEnterprise
from contracts.message import Actor
from contracts.payee_holder_accounts import (
    ConfirmHolderAccount,
    CorrectPayeeHolder,
    HolderAccountView,
    PayeeHolderView,
    RegisterHolderAccount,
    RegisterPayeeHolder,
    WithdrawHolderAccount,
)
from contracts.payee_holders import HolderAccountChanged
from contracts.refusal import StaleVersion
from services.catalog.contacts.domain import ContactChangedRecently
from services.catalog.contacts.use_cases import change_contact
from services.catalog.enterprises.domain import EnterpriseMergedAlready, EnterpriseNotYours, EnterpriseUnknown
from services.catalog.enterprises.store import Enterprises
from services.catalog.enterprises.use_cases import register_enterprise
from services.catalog.payee_accounts.domain import (
    AccountState,
    PayeeAccountConfirmedAlready,
    PayeeAccountInUse,
    PayeeAccountSuperseded,
    PayeeAccountWithdrawn,
    SecondPersonRequired,
)
from services.catalog.payee_holders.domain import (
    HOLDER_ACCOUNT_MOVES,
    HolderAccountUnknown,
    HolderConfirmedByStaffOnly,
    HolderCorrectedByStaffOnly,
    HolderNameMismatch,
    PayeeHolderRefused,
    PayeeHolderUnknown,
)
from services.catalog.payee_holders.store import PayeeHolders
from services.catalog.payee_holders.use_cases import (
    confirm_holder_account,
    correct_payee_holder,
    register_holder_account,
    register_payee_holder,
    withdraw_holder_account,
)

GRADUATE, NUMBER = "示例毕业生甲", "360702200001010016"
BANK, BANK_CODE = "示例银行章贡支行", "91360702DEM000022C"
OWN_CODE = "91360702DEM000014H"
SECOND = Actor(id="clerk-2", roles=frozenset({"bureau"}), name="复核岗")
ACCOUNT = "3607020000000000001"


@pytest.fixture
def enterprise(unit: FakeUnit, cipher: AesCipher) -> str:
    command = RegisterEnterprise(uscc=OWN_CODE, name="示例企业01", contact_mobile="19900000001")
    return register_enterprise(command, unit, cipher).enterprise_id


@pytest.fixture
def accountant(enterprise: str) -> Actor:
    return Actor(id="accountant", roles=frozenset({"enterprise"}), enterprise_id=enterprise)


def name_holder(unit: FakeUnit, cipher: AesCipher, by: Actor | None = None, **said: object) -> PayeeHolderView:
    told = {"kind": "person", "name": GRADUATE, "resident_id": NUMBER} | said
    return register_payee_holder(RegisterPayeeHolder.model_validate(told), *_as(unit, by), cipher)


def name_account(
    unit: FakeUnit,
    cipher: AesCipher,
    holder: str,
    by: Actor | None = None,
    *,
    name: str = GRADUATE,
    number: str = ACCOUNT,
) -> HolderAccountView:
    command = RegisterHolderAccount(
        holder_id=holder, account_name=name, account_number=number, bank_name="示例银行章贡支行"
    )
    return register_holder_account(command, *_as(unit, by), cipher)


def confirm(unit: FakeUnit, account: HolderAccountView, by: Actor = SECOND) -> HolderAccountView:
    before, unit.actor = unit.actor, by
    try:
        return confirm_holder_account(ConfirmHolderAccount(account_id=account.account_id), unit)
    finally:
        unit.actor = before


def _as(unit: FakeUnit, by: Actor | None) -> tuple[FakeUnit]:
    if by is not None:
        unit.actor = by
    return (unit,)


def codes(refused: pytest.ExceptionInfo[PayeeHolderRefused]) -> list[tuple[str, str | None]]:
    return [(each.code, each.field) for each in refused.value.refusal().reasons]


# -- who the holder is ----------------------------------------------------------------------------------------


def test_a_person_is_the_same_one_however_the_id_is_written_and_whoever_names_them(
    unit: FakeUnit, cipher: AesCipher, accountant: Actor
) -> None:
    first = name_holder(unit, cipher, accountant)
    again = name_holder(unit, cipher, SECOND, resident_id="３６０７０２ 20000101 0016", name=" 示例 毕业生甲 ")
    assert again.holder_id == first.holder_id
    assert again.name == GRADUATE


def test_a_person_is_found_again_after_the_key_was_changed(unit: FakeUnit) -> None:
    first = name_holder(unit, AesCipher([b"o" * 32]))
    assert name_holder(unit, AesCipher([b"n" * 32, b"o" * 32])).holder_id == first.holder_id


def test_a_resident_id_is_kept_sealed_and_shown_masked(unit: FakeUnit, cipher: AesCipher) -> None:
    seen = name_holder(unit, cipher)
    kept = unit.of(PayeeHolders).get(seen.holder_id)
    assert seen.code_masked == kept.code_masked == "360***********0016"
    assert NUMBER not in seen.model_dump_json()
    assert NUMBER not in repr(kept)
    assert cipher.open(kept.identity_sealed or "", purpose="holder_identity", tenant="360702") == NUMBER


def test_an_organisation_is_known_by_its_credit_code(unit: FakeUnit, cipher: AesCipher) -> None:
    said = {"kind": "organisation", "name": BANK, "resident_id": None}
    seen = name_holder(unit, cipher, uscc="91360702-dem000022c", **said)
    assert seen.code_masked == BANK_CODE
    assert name_holder(unit, cipher, uscc=BANK_CODE, **said).holder_id == seen.holder_id


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"resident_id": None}, [("field_missing", "resident_id")]),
        ({"resident_id": "360702200001010018"}, [("resident_id_wrong", "resident_id")]),
        ({"resident_id": "360702200013010013"}, [("resident_id_wrong", "resident_id")]),
        (
            {"uscc": BANK_CODE, "resident_id": "360702200001010018"},
            [("holder_identity_needless", "uscc"), ("resident_id_wrong", "resident_id")],
        ),
        ({"kind": "enterprise", "resident_id": None}, [("field_missing", "uscc")]),
        ({"kind": "enterprise", "resident_id": None, "uscc": "91360702DEM0000229"}, [("uscc_invalid", "uscc")]),
        (
            {"kind": "enterprise", "uscc": "123"},
            [("holder_identity_needless", "resident_id"), ("uscc_invalid", "uscc")],
        ),
        ({"kind": "organisation", "resident_id": None, "uscc": NUMBER}, [("uscc_invalid", "uscc")]),
    ],
)
def test_everything_that_is_wrong_with_a_holder_is_told_at_once_and_no_id_is_repeated(
    unit: FakeUnit, cipher: AesCipher, said: dict[str, object], wrong: list[tuple[str, str]]
) -> None:
    with pytest.raises(PayeeHolderRefused) as refused:
        name_holder(unit, cipher, **said)
    assert codes(refused) == wrong
    assert "3607022000" not in refused.value.refusal().model_dump_json()


def test_the_same_id_under_another_name_is_refused_without_telling_the_name(
    unit: FakeUnit, cipher: AesCipher, accountant: Actor
) -> None:
    name_holder(unit, cipher, SECOND)
    with pytest.raises(PayeeHolderRefused) as refused:
        name_holder(unit, cipher, accountant, name="示例毕业生乙")
    assert codes(refused) == [("holder_name_differs", "name")]
    assert GRADUATE not in refused.value.refusal().model_dump_json()


def test_staff_correct_a_name_and_an_enterprise_does_not(unit: FakeUnit, cipher: AesCipher, accountant: Actor) -> None:
    holder = name_holder(unit, cipher, accountant)
    order = CorrectPayeeHolder(
        holder_id=holder.holder_id, name="示例毕业生佳", reason="登记时抄错", expected_version=holder.version
    )
    with pytest.raises(HolderCorrectedByStaffOnly):
        correct_payee_holder(order, unit)
    unit.actor = SECOND
    assert correct_payee_holder(order, unit).name == "示例毕业生佳"
    with pytest.raises(StaleVersion):
        correct_payee_holder(order, unit)


def test_an_enterprise_names_receivers_for_itself_only(unit: FakeUnit, cipher: AesCipher, accountant: Actor) -> None:
    with pytest.raises(EnterpriseNotYours):
        name_holder(unit, cipher, accountant, enterprise_id="another")
    with pytest.raises(EnterpriseUnknown):
        name_holder(unit, cipher, SECOND, enterprise_id="nobody")
    holder = name_holder(unit, cipher, accountant)
    assert unit.of(PayeeHolders).is_named_for(holder.holder_id, accountant.enterprise_id or "")


def test_the_applicant_is_no_receiver_besides_itself(unit: FakeUnit, cipher: AesCipher, accountant: Actor) -> None:
    with pytest.raises(PayeeHolderRefused) as refused:
        name_holder(unit, cipher, accountant, kind="enterprise", name="示例企业01", uscc=OWN_CODE, resident_id=None)
    assert codes(refused) == [("holder_is_applicant", "uscc")]


def test_nothing_is_named_for_a_dossier_that_was_merged(unit: FakeUnit, cipher: AesCipher, enterprise: str) -> None:
    unit.of(Enterprises).get(enterprise).merged_into = "another"
    with pytest.raises(EnterpriseMergedAlready):
        name_holder(unit, cipher, SECOND, enterprise_id=enterprise)


# -- its accounts ---------------------------------------------------------------------------------------------


def test_a_second_person_of_the_staff_makes_the_account_known_sealed_for_its_purpose(
    unit: FakeUnit, cipher: AesCipher, accountant: Actor
) -> None:
    holder = name_holder(unit, cipher, accountant)
    account = name_account(unit, cipher, holder.holder_id, accountant)
    assert not any(isinstance(event, HolderAccountChanged) for event in unit.events)
    assert confirm(unit, account).confirmed
    event = unit.events[-1]
    assert isinstance(event, HolderAccountChanged)
    assert (event.holder.holder_id, event.holder.kind, event.holder.name) == (holder.holder_id, "person", GRADUATE)
    assert (event.holder.named_by, event.holder.code_masked) == (accountant.enterprise_id, "360***********0016")
    assert (event.payee.account_id, event.payee.account_version) == (account.account_id, 1)
    assert cipher.open(event.payee.account_sealed, purpose="payee_account", tenant="360702") == ACCOUNT
    assert NUMBER not in event.model_dump_json()
    assert ACCOUNT not in event.model_dump_json()
    assert name_holder(unit, cipher, accountant).standing == "paid"


def test_a_holder_that_staff_have_named_is_told_without_an_enterprise(unit: FakeUnit, cipher: AesCipher) -> None:
    confirm(unit, name_account(unit, cipher, name_holder(unit, cipher).holder_id))
    event = unit.events[-1]
    assert isinstance(event, HolderAccountChanged)
    assert event.holder.named_by is None


def test_whoever_named_the_account_cannot_confirm_it_nor_can_anybody_of_an_enterprise(
    unit: FakeUnit, cipher: AesCipher, accountant: Actor
) -> None:
    account = name_account(unit, cipher, name_holder(unit, cipher, accountant).holder_id, accountant)
    with pytest.raises(HolderConfirmedByStaffOnly):
        confirm(unit, account, replace_actor(accountant, "colleague"))
    with pytest.raises(SecondPersonRequired):
        confirm(unit, account, replace_actor(SECOND, accountant.id))
    assert confirm(unit, account).confirmed


def replace_actor(actor: Actor, id: str) -> Actor:
    return actor.model_copy(update={"id": id})


def test_an_account_in_another_name_is_refused_and_blanks_make_no_other_name(unit: FakeUnit, cipher: AesCipher) -> None:
    holder = name_holder(unit, cipher).holder_id
    with pytest.raises(HolderNameMismatch):
        name_account(unit, cipher, holder, name="示例毕业生乙")
    assert name_account(unit, cipher, holder, name="示例 毕业生甲").account_name == "示例 毕业生甲"


def test_an_account_in_a_name_that_was_corrected_meanwhile_is_not_confirmed(unit: FakeUnit, cipher: AesCipher) -> None:
    holder = name_holder(unit, cipher)
    account = name_account(unit, cipher, holder.holder_id)
    order = CorrectPayeeHolder(
        holder_id=holder.holder_id, name="示例毕业生佳", reason="登记时抄错", expected_version=holder.version
    )
    correct_payee_holder(order, unit)
    with pytest.raises(HolderNameMismatch):
        confirm(unit, account)


def test_a_later_account_replaces_the_confirmed_one_and_the_earlier_cannot_come_back(
    unit: FakeUnit, cipher: AesCipher
) -> None:
    holder = name_holder(unit, cipher).holder_id
    forgotten, paid = (name_account(unit, cipher, holder, number=f"3607020000000{n}") for n in range(2))
    confirm(unit, paid)
    with pytest.raises(PayeeAccountSuperseded):
        confirm(unit, forgotten)
    with pytest.raises(PayeeAccountConfirmedAlready):
        confirm(unit, paid)
    confirm(unit, name_account(unit, cipher, holder, number="36070200000009"))
    told = [event.payee.account_version for event in unit.events if isinstance(event, HolderAccountChanged)]
    assert told == [2, 3]


def test_an_enterprise_has_no_holders_and_accounts_but_those_that_it_has_named(
    unit: FakeUnit, cipher: AesCipher, accountant: Actor
) -> None:
    holder = name_holder(unit, cipher, SECOND).holder_id
    with pytest.raises(PayeeHolderUnknown):
        name_account(unit, cipher, holder, accountant)
    account = name_account(unit, cipher, holder, SECOND)
    name_holder(unit, cipher, accountant)
    withdraw = WithdrawHolderAccount(account_id=account.account_id, reason="账号抄错")
    with pytest.raises(HolderAccountUnknown):
        withdraw_holder_account(withdraw, unit)
    own = name_account(unit, cipher, holder, accountant, number="36070200000009")
    own_order = WithdrawHolderAccount(account_id=own.account_id, reason="账号抄错")
    assert not withdraw_holder_account(own_order, unit).confirmed
    with pytest.raises(PayeeAccountWithdrawn):
        confirm(unit, own)


def test_a_confirmed_account_is_replaced_and_never_taken_back(unit: FakeUnit, cipher: AesCipher) -> None:
    account = name_account(unit, cipher, name_holder(unit, cipher).holder_id)
    confirm(unit, account)
    with pytest.raises(PayeeAccountInUse):
        withdraw_holder_account(WithdrawHolderAccount(account_id=account.account_id, reason="不用了"), unit)


def test_while_the_contact_of_whoever_named_it_is_new_no_account_is_confirmed(
    unit: FakeUnit, cipher: AesCipher, accountant: Actor
) -> None:
    account = name_account(unit, cipher, name_holder(unit, cipher, accountant).holder_id, accountant)
    enterprise = unit.of(Enterprises).get(accountant.enterprise_id or "")
    change = ChangeContact(
        enterprise_id=enterprise.id, contact_mobile="19900000009", reason="换号", expected_version=enterprise.version
    )
    change_contact(change, unit, cipher)
    with pytest.raises(ContactChangedRecently):
        confirm(unit, account)
    unit.now += timedelta(days=14)
    assert confirm(unit, account).confirmed


def test_every_state_of_a_holder_s_account_is_in_the_table_of_moves() -> None:
    assert {state for move in HOLDER_ACCOUNT_MOVES for state in move} == set(get_args(AccountState))
