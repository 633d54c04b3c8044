"""What of an enterprise is shown to whom: the enterprise's consents, and a line for every look."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.labels import LabelCode, LabelView
from contracts.message import Command, Id, Model, Page, PagedQuery, Query, ServiceName, Why
from contracts.refusal import Reason

ConsentPurpose = Literal["credit_assessment", "post_loan_monitoring", "product_matching"]
"""授信审批 · 贷后管理 · 融资产品匹配."""


class ConsentView(Model):
    """`standing` is as of today: not begun, standing, run out or revoked."""

    consent_id: Id
    enterprise_id: Id
    grantee: Id
    grantee_name: str
    labels: tuple[LabelCode, ...]
    purposes: tuple[ConsentPurpose, ...]
    valid_from: date
    valid_until: date
    given_by: Id
    given_at: datetime
    revoked_by: Id | None = None
    revoked_at: datetime | None = None
    standing: Literal["not_begun", "standing", "run_out", "revoked"]
    version: int


class GiveConsent(Command[ConsentView]):
    """The enterprise lets a bank see some of its labels, for named purposes and a time (both days included).

    `grantee` is the id of the bank's credential at the gateway.
    """

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id
    grantee: Id
    grantee_name: str = Field(min_length=2, max_length=60)
    labels: tuple[LabelCode, ...] = Field(min_length=1, max_length=20)
    purposes: tuple[ConsentPurpose, ...] = Field(min_length=1, max_length=3)
    valid_from: date
    valid_until: date


class RevokeConsent(Command[ConsentView]):
    """The enterprise takes its consent back; from this moment it is worth nothing."""

    owner: ClassVar[ServiceName] = "catalog"

    consent_id: Id


class ConsentList(Model):
    items: tuple[ConsentView, ...] = ()


class ListConsents(Query[ConsentList]):
    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id


class LabelReport(Model):
    """What the bank gets: the label with its working, under which consent, and the number of the look."""

    disclosure_id: Id
    consent_id: Id
    consent_until: date
    uscc: str
    name: str
    label: LabelView
    seen_at: datetime


class ConsultLabel(Command[LabelReport]):
    """A bank looks at one label of one enterprise (科技积分). A command, since every look leaves a line, a refused one too.

    An enterprise that is not there and one that has not consented are answered alike.
    """

    owner: ClassVar[ServiceName] = "catalog"

    uscc: str = Field(min_length=1, max_length=32)
    label: LabelCode
    purpose: ConsentPurpose


class DisclosureView(Model):
    """One look at what is not for everybody: `subject` is `contact` or the code of a label.

    One that was `refused` has shown nothing; the reason is the enterprise's to read, the asker is not told it.
    """

    disclosure_id: Id
    enterprise_id: Id
    subject: str
    reason: str
    consent_id: Id | None = None
    seen_by: Id
    seen_by_name: str
    seen_at: datetime
    refused: Reason | None = None


class RevealContact(Command[DisclosureView]):
    """Look at the contact number in the open: for a reason that is kept, by a person who is named.

    The answer carries no number, because answers are kept; `ReadContact` reads it with the answer's id.
    """

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id
    reason: Why


class RevealedContact(Model):
    disclosure_id: Id
    enterprise_id: Id
    contact_mobile: str


class ReadContact(Query[RevealedContact]):
    """The number behind a look, for the person who took it and for a few minutes."""

    owner: ClassVar[ServiceName] = "catalog"

    disclosure_id: Id


class DisclosurePage(Page):
    items: tuple[DisclosureView, ...] = ()


class ListDisclosures(PagedQuery[DisclosurePage]):
    """Who has looked at what of this enterprise, or tried to, the newest first."""

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id
