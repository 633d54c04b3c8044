"""Payee accounts: registered by one person, confirmed by another, replaced by a later one. Pure: time, ids and actor are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contracts.aggregate import Aggregate
from contracts.enterprises import Payee, PayeeAccountChanged, PayeeAccountView
from contracts.message import Actor
from contracts.names import alike, same_name
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound
from services.catalog.contacts.domain import ContactChangedRecently
from services.catalog.enterprises.domain import Enterprise, refuse_stranger

AccountState = Literal["registered", "confirmed"]

MOVES: Mapping[tuple[AccountState, AccountState], type[PayeeAccountChanged]] = {
    ("registered", "confirmed"): PayeeAccountChanged,
}
"""A payee account's only move, with the event that it emits."""


class PayeeNameMismatch(Invalid):
    """Money goes to the enterprise itself: the account's name must be the enterprise's own, or one that it had before."""

    code = "payee_name_mismatch"
    sentence = "账户名称“{account_name}”与企业名称“{name}”不一致{where}，只能登记企业本单位的账户。"


class PayeeAccountUnknown(NotFound):
    """No payee account of this tenant has this id."""

    code = "payee_account_unknown"
    sentence = "没有找到该收款账户。"


class PayeeAccountConfirmedAlready(Conflict):
    """The account is confirmed; there is nothing left to confirm."""

    code = "payee_account_confirmed_already"
    sentence = "该收款账户已经复核确认，无需再次确认。"


class PayeeAccountSuperseded(Conflict):
    """A later account of the same holder is confirmed and being paid; an older one cannot come back."""

    code = "payee_account_superseded"
    sentence = "已有更新的收款账户通过复核，此账户不能再确认，请重新登记。"


class PayeeAccountWithdrawn(Conflict):
    """The account was taken back before anybody confirmed it."""

    code = "payee_account_withdrawn"
    sentence = "该收款账户登记已撤回，请重新登记。"


class PayeeAccountInUse(Conflict):
    """A confirmed account is replaced by confirming another one, never taken back."""

    code = "payee_account_in_use"
    sentence = "该收款账户已复核确认，不能撤回；如需变更，请登记新账户并由他人复核。"


class SecondPersonRequired(Forbidden):
    """Whoever registered the account may not confirm it."""

    code = "second_person_required"
    sentence = "收款账户须由登记人以外的人员复核确认。"


@dataclass(kw_only=True, slots=True)
class NamedAccount(Aggregate):
    """One account that was named, and who vouched for it: what accounts of enterprises and of other holders have in common.

    `account_version` counts the registrations of one holder. `account_name` is what the bank is told, sign by sign. The number is sealed for purpose `payee_account`.
    """

    account_name: str
    account_sealed: str
    account_masked: str
    bank_name: str
    account_version: int
    state: AccountState = "registered"
    registered_by: str
    registered_at: datetime
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None

    def vouch(self, *, by: Actor, at: datetime, newest_confirmed: int, waits: ContactChangedRecently | None) -> None:
        """A second person vouches for it; whoever calls says so.

        `newest_confirmed` is the highest version that its holder has confirmed so far, 0 for none; `waits` is why its
        accounts are not confirmed now. Raises SecondPersonRequired, PayeeAccountConfirmedAlready, PayeeAccountWithdrawn,
        PayeeAccountSuperseded or ContactChangedRecently.
        """
        if self.withdrawn_by is not None:
            raise PayeeAccountWithdrawn()
        if self.state == "confirmed":
            raise PayeeAccountConfirmedAlready()
        if by.id == self.registered_by:
            raise SecondPersonRequired()
        if newest_confirmed > self.account_version:
            raise PayeeAccountSuperseded()
        if waits is not None:
            raise waits
        self.state, self.confirmed_by, self.confirmed_at = "confirmed", by.id, at

    def take_back(self, *, by: Actor, at: datetime, why: str) -> None:
        """Take it back before it is confirmed; nobody has heard of it. Raises PayeeAccountInUse or PayeeAccountWithdrawn."""
        if self.state == "confirmed":
            raise PayeeAccountInUse()
        if self.withdrawn_by is not None:
            raise PayeeAccountWithdrawn()
        self.withdrawn_by, self.withdrawn_at, self.withdrawn_why = by.id, at, why

    def payee(self) -> Payee:
        """Whom money goes to, as it is told."""
        return Payee(
            account_id=self.id,
            account_version=self.account_version,
            account_name=self.account_name,
            account_sealed=self.account_sealed,
            account_masked=self.account_masked,
            bank_name=self.bank_name,
        )


@dataclass(kw_only=True, slots=True)
class PayeeAccount(NamedAccount):
    """One account that an enterprise has named for itself."""

    enterprise_id: str

    def check_name(self, enterprise: Enterprise, former_names: Sequence[str] = ()) -> None:
        """Raises PayeeNameMismatch unless the account is in the enterprise's own name, as people read it.

        A bank may still know the enterprise by a name that it had before.
        """
        known = (enterprise.name, *former_names)
        if any(same_name(self.account_name, each) for each in known):
            return
        found = alike(self.account_name, known)
        name, where = (found[0], f"（{found[1].sentence}）") if found else (enterprise.name, "")
        raise PayeeNameMismatch(account_name=self.account_name, name=name, where=where, field="account_name")

    def confirm(
        self, *, by: Actor, at: datetime, newest_confirmed: int, waits: ContactChangedRecently | None = None
    ) -> None:
        """A second person vouches for it; from now on it is paid. Raises EnterpriseNotYours, or what `vouch` raises."""
        refuse_stranger(by, self.enterprise_id)
        self.vouch(by=by, at=at, newest_confirmed=newest_confirmed, waits=waits)
        self.record(MOVES["registered", "confirmed"](enterprise_id=self.enterprise_id, payee=self.payee()))

    def withdraw(self, *, by: Actor, at: datetime, why: str) -> None:
        """Take it back before it is confirmed. Raises EnterpriseNotYours, PayeeAccountInUse or PayeeAccountWithdrawn."""
        refuse_stranger(by, self.enterprise_id)
        self.take_back(by=by, at=at, why=why)

    def view(self) -> PayeeAccountView:
        return PayeeAccountView(
            account_id=self.id,
            enterprise_id=self.enterprise_id,
            account_name=self.account_name,
            account_masked=self.account_masked,
            bank_name=self.bank_name,
            account_version=self.account_version,
            confirmed=self.state == "confirmed",
            version=self.version,
        )
