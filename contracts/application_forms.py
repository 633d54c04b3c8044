"""What an enterprise fills in: the form of an item, with what its dossier says already."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from contracts.given_materials import MaterialCode
from contracts.message import Id, Model, Query, ServiceName
from contracts.payee_holder_accounts import HolderStanding
from contracts.policies import ItemState
from contracts.rule import Amount, Fact, Headline, Verdict
from contracts.rule.facts import CodeLabel, FactKind, FactName, PeriodText, UnitText
from contracts.rule.payees import PayeeKind
from contracts.rule.plan import Mode
from contracts.shown_facts import ShownFact


class AskedFact(Model):
    """One fact that the form asks for. `label` is said with its period; `known` is what the dossier says of it, which
    stands: it is not asked for again. `is_money`: its unit is one of money, so that yuan fit as well.
    """

    name: FactName
    period: PeriodText | None = None
    label: str
    kind: FactKind
    unit: UnitText | None = None
    is_money: bool = False
    codes: tuple[CodeLabel, ...] = ()
    required: bool
    hint: str | None = None
    known: ShownFact | None = None


class FormMaterial(Model):
    """A paper that the case rests on; with a `commitment` the applicant may pledge instead of bringing it."""

    code: MaterialCode
    name: str
    required: bool
    provided_by: str
    commitment: str | None = None


class FormPayee(Model):
    """The enterprise's confirmed account, which the money would go to."""

    account_name: str
    account_masked: str
    bank_name: str


class FormPart(Model):
    """A part of the money that goes to somebody other than the applicant; `part` counts from 1 in the plan's order."""

    part: int
    who: PayeeKind
    label: str


class FormReceiver(Model):
    """A receiver that the enterprise has named, to be chosen for a part."""

    holder_id: Id
    name: str
    code_masked: str
    standing: HolderStanding


class ApplicationForm(Model):
    """`payee` is absent while no account is confirmed; `account_waits`: one has been named and waits for that. It is
    needed where some of the money is the applicant's own (`own_account`).

    `parts` are the parts that go to others, `receivers` the newest of those that the enterprise has named. `credit` is the
    commitment that an applicant of good record may sign in place of the material check.

    `verdict` and `amount` are the rule's on the dossier and what was declared; `headline` says what they
    come to. `newest_version` is the one on offer, where the form asked for is of an earlier one. `item_state`: an item that is
    suspended has its form, and takes no application.
    """

    item_id: Id
    item_version: int
    newest_version: int | None = None
    item_state: ItemState = "published"
    title: str
    department: str
    mode: Mode
    sample: bool
    enterprise_id: Id
    enterprise_name: str
    fields: tuple[AskedFact, ...] = ()
    materials: tuple[FormMaterial, ...] = ()
    payee: FormPayee | None = None
    account_waits: bool = False
    own_account: bool = True
    parts: tuple[FormPart, ...] = ()
    receivers: tuple[FormReceiver, ...] = ()
    credit: str | None = None
    verdict: Verdict
    amount: Amount
    headline: Headline | None = None


class GetApplicationForm(Query[ApplicationForm]):
    """The form of an item on offer, for one enterprise: of its newest version, or of the one with which somebody began.

    `declared` is what has been filled in so far: what it comes to is worked out with it, where the dossier does not know better.
    """

    owner: ClassVar[ServiceName] = "catalog"

    item_id: Id
    enterprise_id: Id
    item_version: int | None = Field(default=None, ge=1)
    declared: tuple[Fact, ...] = Field(default=(), max_length=100)
