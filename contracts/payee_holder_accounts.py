"""Receivers other than the applicant, and their accounts: named, registered by one person, confirmed by another, replaced by a later one.

Their event is `contracts.payee_holders.HolderAccountChanged`.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.enterprise_lookup import TypedCreditCode
from contracts.enterprises import AccountNumber, PayeeAccountStanding
from contracts.message import Command, Id, Model, Page, PagedQuery, Query, ServiceName, Why
from contracts.names import OrganisationName
from contracts.payee_holders import HolderKind
from contracts.people import ResidentId

HolderStanding = Literal["paid", "waiting", "none"]
"""已有复核的账户 · 账户待复核 · 尚无账户."""


class PayeeHolderView(Model):
    """A receiver as whoever asks may know it. `code_masked` is the credit code, of a person the masked resident id.

    `standing`: whether money can reach it, whoever named its account; `account_waits`: an account of it waits for the second person.
    """

    holder_id: Id
    kind: HolderKind
    name: str
    code_masked: str
    standing: HolderStanding
    account_waits: bool = False
    registered_at: datetime
    version: int


class HolderAccountView(Model):
    """`account_version` counts the holder's registered accounts; the highest one confirmed is paid."""

    account_id: Id
    holder_id: Id
    account_name: str
    account_masked: str
    bank_name: str
    account_version: int
    confirmed: bool
    version: int


class HolderAccountRecord(HolderAccountView):
    """An account in the holder's history, masked as everywhere."""

    standing: PayeeAccountStanding
    registered_by: Id
    registered_at: datetime
    confirmed_by: Id | None = None
    confirmed_at: datetime | None = None
    withdrawn_by: Id | None = None
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None


class PayeeHolderSheet(Model):
    """A receiver with its accounts, the newest first: to staff all, to an enterprise those that it has named itself."""

    holder: PayeeHolderView
    accounts: tuple[HolderAccountRecord, ...] = ()


class RegisterPayeeHolder(Command[PayeeHolderView]):
    """Name a receiver that is not the applicant (收款人): by the enterprise whose receiver it is, or by staff.

    A firm or an organisation is known by its credit code `uscc`, a person by `resident_id`: the same code or id is the
    same holder, however often and by whomever it is named. `enterprise_id` is for whom staff names it; an enterprise
    names for itself.
    """

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id | None = None
    kind: HolderKind
    name: OrganisationName
    uscc: TypedCreditCode | None = None
    resident_id: ResidentId | None = None


class CorrectPayeeHolder(Command[PayeeHolderView]):
    """Another name of the same holder, by staff who have seen its papers. Accounts confirmed before stay as they are."""

    owner: ClassVar[ServiceName] = "catalog"

    holder_id: Id
    name: OrganisationName
    reason: Why
    expected_version: int


class RegisterHolderAccount(Command[HolderAccountView]):
    """Name the account of a receiver. `account_name` is kept and sent to the bank sign by sign; compared as people read it,
    it must be the holder's own."""

    owner: ClassVar[ServiceName] = "catalog"

    holder_id: Id
    account_name: OrganisationName
    account_number: AccountNumber
    bank_name: str = Field(min_length=2, max_length=120)


class ConfirmHolderAccount(Command[HolderAccountView]):
    """A second person, of the window or the bureau, confirms the account; from then on it is the one that is paid."""

    owner: ClassVar[ServiceName] = "catalog"

    account_id: Id
    expected_version: int | None = None


class WithdrawHolderAccount(Command[HolderAccountView]):
    """Take back an account that nobody has confirmed."""

    owner: ClassVar[ServiceName] = "catalog"

    account_id: Id
    reason: Why


class PayeeHolderPage(Page):
    items: tuple[PayeeHolderView, ...]


class ListPayeeHolders(PagedQuery[PayeeHolderPage]):
    """The receivers of this place, the newest first; an enterprise sees those that it has named, or that staff has named for it."""

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id | None = None
    account_waits: bool | None = None


class GetPayeeHolder(Query[PayeeHolderSheet]):
    """One receiver with its accounts. To an enterprise that has not named it, it does not exist."""

    owner: ClassVar[ServiceName] = "catalog"

    holder_id: Id
