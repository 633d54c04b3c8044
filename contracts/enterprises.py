"""To whom: enterprises with their facts and payee accounts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from contracts.labels import LabelView
from contracts.message import Command, Event, Id, Model, Query, ServiceName, TenantId, Why
from contracts.names import SEEN_WHOLE, OrganisationName
from contracts.rule import Fact
from contracts.rule.facts import FactName, PeriodText
from contracts.shown_facts import ShownFact
from contracts.typed import Typed

Mobile = Annotated[str, Field(pattern=r"^1[3-9][0-9]{9}$"), Typed("应为 11 位手机号码，用 0 至 9 书写")]
"""A mainland mobile number; wide digits are taken as what they mean."""

AccountNumber = Annotated[str, Field(pattern=r"^[0-9]{8,32}$"), Typed("账号应为 8 至 32 位数字，用 0 至 9 书写")]
"""A bank account's number, without blanks; wide digits are taken as what they mean."""


ContactName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), SEEN_WHOLE]
"""Whom to ask for at the contact's number."""


class AbsorbedEnterprise(Model):
    """A dossier that was merged into this one."""

    enterprise_id: Id
    uscc: str
    name: str
    merged_at: datetime


class FormerName(Model):
    """What the enterprise was called (曾用名), and the day from which it was called otherwise."""

    name: str
    until: date


class EnterpriseView(Model):
    """`merged_into` is the dossier to read instead of this one; `absorbed` are those merged into it.

    `former_names` are the names that it had before, the newest first (`contracts.name_changes`).
    `contact_changed_at` is when the contact's number was changed for the last time, if it ever was.
    """

    enterprise_id: Id
    tenant: TenantId
    uscc: str
    name: str
    industry: str | None
    contact_name: str | None = None
    contact_masked: str
    contact_changed_at: datetime | None = None
    facts: tuple[Fact, ...] = ()
    labels: tuple[LabelView, ...] = ()
    merged_into: Id | None = None
    absorbed: tuple[AbsorbedEnterprise, ...] = ()
    former_names: tuple[FormerName, ...] = ()
    version: int


class RegisterEnterprise(Command[EnterpriseView]):
    """Open the dossier of an enterprise (一企一档), keyed by its unified social credit code (GB 32100).

    A name that looks like another enterprise's and is another one is refused (`name_looks_alike`) until `apart_from`
    names that one by its credit code: whoever registers has compared the licences.
    """

    owner: ClassVar[ServiceName] = "catalog"

    uscc: str = Field(min_length=1, max_length=32)
    name: OrganisationName
    industry: str | None = Field(default=None, max_length=60)
    contact_mobile: Mobile
    apart_from: str | None = Field(default=None, max_length=32)


class FactRecorders(Model):
    """The persons whose word a fact of a dossier is: who recorded it, and who took back what counted before it."""

    name: FactName
    period: PeriodText | None = None
    persons: tuple[Id, ...]


class EnterpriseRegistered(Event):
    """A dossier was opened, with the `facts` that count from the beginning (an import brings them along).

    `contact_sealed` is encrypted for purpose `contact`. `recorded_by` is the person or machine whose word the facts are;
    absent, they are nobody's here: a signed feed's.
    """

    aggregate: ClassVar[str] = "enterprise"

    enterprise_id: Id
    uscc: str
    name: str
    industry: str | None
    contact_sealed: str
    contact_masked: str
    facts: tuple[Fact, ...] = ()
    recorded_by: Id | None = None


class ChangeContact(Command[EnterpriseView]):
    """Whom to reach from now on: the enterprise's own word. The number until now is told of it.

    While a number is new, no payee account of the enterprise is confirmed (`contact_changed_recently`).
    """

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id
    contact_name: ContactName | None = None
    contact_mobile: Mobile
    reason: Why
    expected_version: int


class EnterpriseContactChanged(Event):
    """Whom to reach from now on. `former_sealed` is the number until now, absent where only the name has changed.

    Both numbers are encrypted for purpose `contact`.
    """

    aggregate: ClassVar[str] = "enterprise"

    enterprise_id: Id
    name: str
    contact_name: str | None
    contact_sealed: str
    contact_masked: str
    former_sealed: str | None = None
    former_masked: str | None = None
    changed_at: datetime


class ContactChange(Model):
    """One change of an enterprise's contact. `former_masked` is the number that it replaced, if it replaced one."""

    contact_name: str | None
    contact_masked: str
    former_masked: str | None
    reason: str
    changed_by: Id
    changed_by_name: str
    changed_at: datetime


class ContactChangeList(Model):
    items: tuple[ContactChange, ...] = ()


class ListContactChanges(Query[ContactChangeList]):
    """The changes of an enterprise's contact, the newest first, at most 50."""

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id


class RecordFacts(Command[EnterpriseView]):
    """Add typed, dated, sourced facts to an enterprise's dossier. A correction is a newer fact.

    They come from departments and data feeds; what an enterprise says of itself belongs into its application form.
    Whoever records them may speak for their source (`Actor.speaks_for`), or says them in the own department's name.
    """

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id
    facts: tuple[Fact, ...] = Field(min_length=1, max_length=200)


class FactKey(Model):
    """What a fact is about: its name and, if it has one, its period."""

    name: FactName
    period: PeriodText | None = None


class EnterpriseFactsChanged(Event):
    """What counts now of the facts that were touched.

    Whoever keeps a copy first forgets what it has under the keys `withdrawn`, then takes `facts`: an older
    fact that counts again after a withdrawal is among them. `recorded_by` is whose word the facts are (absent: a signed
    feed's), but for those in `recorders`, which others have recorded before.
    """

    aggregate: ClassVar[str] = "enterprise"

    enterprise_id: Id
    facts: tuple[Fact, ...]
    withdrawn: tuple[FactKey, ...] = ()
    recorded_by: Id | None = None
    recorders: tuple[FactRecorders, ...] = ()


class GetEnterprise(Query[EnterpriseView]):
    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id


class DossierSheet(Model):
    """A dossier with its facts in words, in the order of what they are called."""

    enterprise: EnterpriseView
    facts: tuple[ShownFact, ...]


class GetDossierSheet(Query[DossierSheet]):
    """A dossier as its enterprise reads it."""

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id


class PayeeAccountView(Model):
    """`account_version` counts the enterprise's registered accounts; the highest one confirmed is paid."""

    account_id: Id
    enterprise_id: Id
    account_name: str
    account_masked: str
    bank_name: str
    account_version: int
    confirmed: bool
    version: int


class RegisterPayeeAccount(Command[PayeeAccountView]):
    """Name the account that money goes to. `account_name` is the holder's name as the bank writes it: it is kept and sent
    to the bank sign by sign. Compared as people read it, it must be the enterprise's own, or one that it had before.
    """

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id
    account_name: OrganisationName
    account_number: AccountNumber
    bank_name: str = Field(min_length=2, max_length=120)


class ConfirmPayeeAccount(Command[PayeeAccountView]):
    """A second person confirms the account; from then on it is the one that is paid.

    Every registration is an account of its own, so what is confirmed is what was looked at.
    """

    owner: ClassVar[ServiceName] = "catalog"

    account_id: Id
    expected_version: int | None = None


class WithdrawPayeeAccount(Command[PayeeAccountView]):
    """Take back an account that nobody has confirmed."""

    owner: ClassVar[ServiceName] = "catalog"

    account_id: Id
    reason: Why


PayeeAccountStanding = Literal["waiting", "paid", "superseded", "withdrawn"]
"""待复核 · 现用 · 已被更新的账户取代 · 已撤回."""


class PayeeAccountRecord(PayeeAccountView):
    """An account in the enterprise's history, masked as everywhere."""

    standing: PayeeAccountStanding
    registered_by: Id
    registered_at: datetime
    confirmed_by: Id | None = None
    confirmed_at: datetime | None = None
    withdrawn_by: Id | None = None
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None


class PayeeAccountList(Model):
    items: tuple[PayeeAccountRecord, ...] = ()


class ListPayeeAccounts(Query[PayeeAccountList]):
    """Every account that an enterprise has named, the newest first."""

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id


class Payee(Model):
    """Whom money goes to. `account_sealed` is encrypted for purpose `payee_account`."""

    account_id: Id
    account_version: int
    account_name: str
    account_sealed: str
    account_masked: str
    bank_name: str


class PayeeAccountChanged(Event):
    """The confirmed account of an enterprise; a later version replaces the earlier one."""

    aggregate: ClassVar[str] = "payee_account"

    enterprise_id: Id
    payee: Payee
