"""What is on offer: policy documents and items."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.duties import Attention
from contracts.item import LongText, PolicyItemContent
from contracts.message import Command, Event, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId
from contracts.plan_terms import TermInPlan

ItemState = Literal["published", "suspended", "withdrawn", "expired"]
"""Where a published item stands. What has not been published yet is a draft (`contracts.drafting`)."""

GroundKind = Literal["consultation", "issued_document", "minor_change", "urgent", "sample"]


class PublicationGround(Model):
    """Why a version could be published: after a consultation (征求意见), or why none was needed.

    `issued_document`: the document has been issued already, and was consulted on when it was written;
    `minor_change`: no right or duty changes; `urgent`: an emergency; `sample`: a sample, promising nothing.
    `text` cites the document or explains.
    """

    kind: GroundKind
    text: LongText


class DirectGround(Model):
    """Why no consultation is needed, as a department may claim it."""

    kind: Literal["issued_document", "minor_change", "urgent"]
    text: LongText


# -- one item as it is answered -------------------------------------------------------------------------------


class PolicyItemView(Model):
    """One version of an item. `state` is that of the item, `latest_version` its newest version.

    Where it has just been published, `department_id` is its department by the register and `unmapped` are the words of
    its plan that mean nothing here yet: its cases wait until they do.
    """

    item_id: Id
    tenant: TenantId
    version: int
    content: PolicyItemContent
    sentences: dict[str, str] = Field(default_factory=dict)
    state: ItemState = "published"
    state_reason: str = ""
    latest_version: int | None = None
    published_at: datetime | None = None
    department_id: Id | None = None
    unmapped: tuple[TermInPlan, ...] = ()


class AuthoredItemView(Model):
    """An item as its department looks after it. `version` counts its changes and is what a command must name.

    `unmapped` are the words of its plan that mean nothing here yet: its cases wait until they do. `may_overpay` says why
    its rules, which keep the meaning that they were published with, may pay too much.
    """

    item_id: Id
    tenant: TenantId
    version: int
    item_version: int
    state: ItemState
    state_reason: str
    state_since: datetime
    published_at: datetime
    expires_on: date | None = None
    ground: PublicationGround | None = None
    content: PolicyItemContent
    sentences: dict[str, str] = Field(default_factory=dict)
    department_id: Id | None = None
    unmapped: tuple[TermInPlan, ...] = ()
    may_overpay: tuple[str, ...] = ()


# -- commands ---------------------------------------------------------------------------------------------------


class PublishPolicyItem(Command[PolicyItemView]):
    """Publish an item at once, or a new version of it when the tenant already has one with this code.

    It says why no consultation is needed; absent, an item whose document has been issued rests on that.
    `guide_confirmed`: somebody has compared the guide with the rules, where their figures differ.
    """

    owner: ClassVar[ServiceName] = "catalog"

    content: PolicyItemContent
    ground: DirectGround | None = None
    guide_confirmed: bool = False


class ItemOrder(Command[AuthoredItemView]):
    """What every command about a published item says. `expected_version` is that of `AuthoredItem`."""

    owner: ClassVar[ServiceName] = "catalog"

    item_id: Id
    expected_version: int = Field(ge=1)
    reason: LongText


class RevisePolicyItem(ItemOrder):
    """The next version, at once; running cases keep theirs. A revision that needs consulting is drafted.

    Parts of the guide that were written from the rules, and that `content` repeats, follow the new rules.
    `guide_confirmed`: somebody has compared what was written by hand with the rules, where their figures differ.
    """

    content: PolicyItemContent
    ground: DirectGround
    guide_confirmed: bool = False


class SuspendPolicyItem(ItemOrder):
    """Take no new applications for a while (暂停)."""


class ResumePolicyItem(ItemOrder):
    """Take applications again (恢复)."""


class WithdrawPolicyItem(ItemOrder):
    """The item is no more (废止). It does not come back; its cases go on."""


# -- what has happened ----------------------------------------------------------------------------------------


class PolicyPublished(Event):
    """Version 1 of an item. `department_id`: its department by the register of that day, if it is there.

    Before `PolicyRevised` there was, later versions came under this name too: consumers take any version.
    """

    aggregate: ClassVar[str] = "policy_item"

    item_id: Id
    tenant: TenantId
    item_version: int
    content: PolicyItemContent
    department_id: Id | None = None


class ItemLifeEvent(Event):
    """What every later event of an item says: the state that it is in now, and why."""

    aggregate: ClassVar[str] = "policy_item"

    item_id: Id
    tenant: TenantId
    item_version: int
    state: ItemState
    reason: str = ""


class PolicyRevised(ItemLifeEvent):
    """A later version; running cases keep the version they were filed under."""

    content: PolicyItemContent
    department_id: Id | None = None


class PolicySuspended(ItemLifeEvent):
    """It takes no new applications until it is resumed."""

    state: ItemState = "suspended"


class PolicyResumed(ItemLifeEvent):
    """It takes applications again."""

    state: ItemState = "published"


class PolicyWithdrawn(ItemLifeEvent):
    """It takes no applications any more; what is running goes on."""

    state: ItemState = "withdrawn"


class PolicyExpired(ItemLifeEvent):
    """Its validity has ended: `last_day` was the last day on which it was in force."""

    state: ItemState = "expired"
    last_day: date


class PolicyExpiring(Event):
    """Thirty days before an item's validity ends, or as soon as fewer are left: once for one end (到期前评估)."""

    aggregate: ClassVar[str] = "item_reminder"

    item_id: Id
    title: str
    department: str
    expires_on: date
    attention: Attention | None = None


# -- what everybody may read ----------------------------------------------------------------------------------


class PolicySummary(Model):
    item_id: Id
    tenant: TenantId
    version: int
    code: str
    title: str
    mode: str
    department: str
    sample: bool


class PolicyPage(Page):
    items: tuple[PolicySummary, ...]


class ListPolicies(PagedQuery[PolicyPage]):
    """Items on offer, of `tenant` and of the levels above it; without a tenant, of everybody."""

    owner: ClassVar[ServiceName] = "catalog"

    tenant: TenantId | None = None


class GetPolicy(Query[PolicyItemView]):
    """An item that has been published, whatever became of it; its newest version unless one is named."""

    owner: ClassVar[ServiceName] = "catalog"

    item_id: Id
    item_version: int | None = Field(default=None, ge=1, le=100_000)
