"""Who asks for what: applications and no-application lists."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.case_payees import NamedPayee
from contracts.enterprises import FactRecorders, Payee
from contracts.given_materials import FiledMaterial, GivenMaterial, MaterialCode
from contracts.message import Command, Event, Fen, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId
from contracts.names import OrganisationName
from contracts.rule import Fact, ParameterValue
from contracts.typed import Typed

ReceiptNumber = Annotated[
    str,
    Field(min_length=6, max_length=60, pattern=r"^[A-Za-z0-9-]+$"),
    Typed("收件编号由字母、数字和“-”组成，请照受理通知书填写"),
]
"""收件编号."""


class ReplacedClaim(Model):
    """The earlier claim in whose place a new one is filed."""

    application_id: Id
    receipt: str


class Claim(Model):
    """One enterprise's claim under one version of one item, as it travels from filing to money.

    `tenant` is the item's tenant, to which the case belongs; `filed_in` is the enterprise's own tenant. `replaces` is
    the enterprise's earlier claim of the same item and period, if this one is filed in its place. `department` is
    what the item calls its department, `department_id` which one it is by the register, as found at publication.
    """

    application_id: Id
    receipt: str
    tenant: TenantId
    filed_in: TenantId
    enterprise_id: Id
    enterprise_name: str
    uscc: str
    item_id: Id
    item_version: int
    item_title: str
    mode: str
    department: str
    department_id: Id | None = None
    replaces: ReplacedClaim | None = None


class FilingReceipt(Model):
    """收件回执. `query_code` together with `receipt` opens the public tracking page.

    `account_needed`: the enterprise had no confirmed account of its own when it applied; nothing is granted before it has.
    Where persons still have to set a figure there is no estimate, and `lowest_fen` and `highest_fen` enclose what it can come to.
    """

    application_id: Id
    receipt: str
    query_code: str
    item_id: Id
    item_version: int
    item_title: str
    estimated_fen: Fen | None
    account_needed: bool = False
    lowest_fen: Fen | None = None
    highest_fen: Fen | None = None
    submitted_at: datetime


class SubmitApplication(Command[FilingReceipt]):
    """Apply with one form (一表申报).

    `declared_facts` are the form's fields that the item lets the applicant declare; the others come from
    the enterprise's dossier. `claimed_fen` is optional: when given it must be what the rule says. `payee_name`, when
    given, must be the name of the enterprise's confirmed account; whose account is named or confirmed after the filing
    leaves it out. `payees` names who receives the parts of the plan that are not the applicant's own, as far as that is known yet.
    `credit_commitment`: the applicant signs the plan's commitment in place of the material check. `commitments` are the codes of the materials for
    which the applicant signs the plan's pledge (承诺代证明), `materials` those of its file that it gives. `replaces` is the receipt number of the enterprise's
    earlier claim of this item and period, which was not granted and in whose place this one is filed. `item_version` is that of the
    form which was filled in: an item that has been revised since is refused (`item_revised`). Filing ends the enterprise's draft.
    """

    owner: ClassVar[ServiceName] = "intake"

    item_id: Id
    enterprise_id: Id
    declared_facts: tuple[Fact, ...] = Field(default=(), max_length=100)
    claimed_fen: Fen | None = None
    payee_name: OrganisationName | None = None
    commitments: tuple[MaterialCode, ...] = Field(default=(), max_length=60)
    credit_commitment: bool = False
    materials: tuple[GivenMaterial, ...] = Field(default=(), max_length=100)
    payees: tuple[NamedPayee, ...] = Field(default=(), max_length=200)
    replaces: ReceiptNumber | None = None
    item_version: int | None = Field(default=None, ge=1)


class ApplicationSubmitted(Event):
    """`facts` is what the claim rests on, those from the enterprise's dossier and those declared, each with its source;
    `figures` are the outside figures that it rests on as they stood when it was filed.

    `recorders` names the persons whose word facts of the dossier are, for those that are a person's; who decides the claim
    is somebody else.

    `query_code_digest` is a keyed digest of the receipt followed by the query code (the Cipher's `hmac` of their SHA-256,
    purpose `query_code_digest`). Versions before 0.5 sent the SHA-256 itself, in hexadecimal.
    """

    aggregate: ClassVar[str] = "application"

    claim: Claim
    facts: tuple[Fact, ...]
    figures: tuple[ParameterValue, ...] = ()
    recorders: tuple[FactRecorders, ...] = ()
    payee: Payee | None = None
    estimated_fen: Fen | None
    commitments: tuple[str, ...] = ()
    credit_commitment: bool = False
    materials: tuple[FiledMaterial, ...] = ()
    payees: tuple[NamedPayee, ...] = ()
    query_code_digest: str
    submitted_by: Id
    submitted_at: datetime


class NominationLine(Model):
    enterprise_id: Id
    amount_fen: Fen | None = None


class NominationView(Model):
    nomination_id: Id
    item_id: Id
    receipts: tuple[FilingReceipt, ...]


class NominateEnterprises(Command[NominationView]):
    """A department lists who is entitled to its no-application item (免申即享). All lines or none.

    An amount, when given, must be what the rule says. Accounts must be confirmed beforehand: silence is
    never consent to an account.
    """

    owner: ClassVar[ServiceName] = "intake"

    item_id: Id
    lines: tuple[NominationLine, ...] = Field(min_length=1, max_length=500)


class NominatedLine(Model):
    """One enterprise of a pushed list, ready to be paid. `recorders`: see `ApplicationSubmitted`. Where persons still have to set a
    figure there is no amount, and the line waits for one who does.
    """

    claim: Claim
    facts: tuple[Fact, ...]
    figures: tuple[ParameterValue, ...] = ()
    recorders: tuple[FactRecorders, ...] = ()
    payee: Payee
    amount_fen: Fen | None = None
    query_code_digest: str


class EnterprisesNominated(Event):
    """A chunk (at most 500 lines) of a no-application list, pushed by a department."""

    aggregate: ClassVar[str] = "nomination"

    nomination_id: Id
    lines: tuple[NominatedLine, ...]
    nominated_by: Id
    nominated_at: datetime


class ApplicationView(Model):
    """What the applicant sees of its own application; where the case is now is oversight's to tell.

    `account_needed`: there is still no confirmed account of the enterprise's own, and nothing is granted without one.
    """

    claim: Claim
    query_code: str
    estimated_fen: Fen | None
    account_needed: bool = False
    lowest_fen: Fen | None = None
    highest_fen: Fen | None = None
    submitted_at: datetime


class GetApplication(Query[ApplicationView]):
    owner: ClassVar[ServiceName] = "intake"

    application_id: Id


class ApplicationPage(Page):
    items: tuple[ApplicationView, ...]


class ListApplications(PagedQuery[ApplicationPage]):
    """An enterprise's applications as they were filed, newest first: all, those of one item, or one by its receipt."""

    owner: ClassVar[ServiceName] = "intake"

    enterprise_id: Id
    item_id: Id | None = None
    receipt: ReceiptNumber | None = None
