"""What an enterprise is entitled to and whom an item reaches: advice before caps."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.enterprises import FactKey
from contracts.item import PolicyItemContent
from contracts.message import Event, Fen, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId
from contracts.policies import ItemState
from contracts.rule import Amount, Headline, State, Verdict
from contracts.shown_facts import ShownFact
from contracts.treasury import BudgetLineView


class ClaimMade(Model):
    """The enterprise's newest claim of an item: what became of it is told as tracking tells it (`TrackingView.state`)."""

    receipt: str
    state: str
    submitted_at: datetime
    paid_at: datetime | None = None
    amount_fen: Fen | None = None


class EntitlementView(Model):
    """`headline` says what it comes to. `amount` is computed whatever the verdict, as an estimate; `checked_at` is the
    instant of the answer.

    `item_state` is published or suspended: what is suspended may be met and takes no application.

    `evidence` is what the dossier says of the facts that the item uses, `declarable` what the applicant may say itself.
    """

    item_id: Id
    item_version: int
    item_state: ItemState = "published"
    enterprise_id: Id
    verdict: Verdict
    amount: Amount
    headline: Headline | None = None
    checked_at: datetime
    evidence: tuple[ShownFact, ...] = ()
    declarable: tuple[FactKey, ...] = ()


class CheckEntitlement(Query[EntitlementView]):
    """What one enterprise would get from one item, as advice before caps."""

    owner: ClassVar[ServiceName] = "catalog"

    item_id: Id
    enterprise_id: Id


class ListedEntitlement(Model):
    """`tenant` is the item's owner: the enterprise's own place or a level above it. `headline` says what it comes to.

    `claim` is the enterprise's newest claim of it, which the door adds for the enterprise itself: what has been claimed or paid
    is not told as if it were still to be claimed.
    """

    item_id: Id
    item_version: int
    tenant: TenantId
    title: str
    department: str
    mode: str
    sample: bool
    verdict: Verdict
    amount: Amount
    headline: Headline | None = None
    claim: ClaimMade | None = None


class EntitlementPage(Page):
    """`met`, `not_met` and `undetermined` count everything on offer; `matched_at` says how fresh that is."""

    enterprise_id: Id
    met: int
    not_met: int
    undetermined: int
    items: tuple[ListedEntitlement, ...]
    matched_at: datetime


class ListEntitlements(PagedQuery[EntitlementPage]):
    """Everything on offer to one enterprise that stands in `state` for it, with reasons and estimates.

    A page is at most 50 items: each is worked out in full.
    """

    owner: ClassVar[ServiceName] = "catalog"

    enterprise_id: Id
    state: State = State.MET
    limit: int = Field(default=20, ge=1, le=50)


class ItemReach(Model):
    item_id: Id
    item_version: int
    met: int
    not_met: int
    undetermined: int
    matched_at: datetime


class GetItemReach(Query[ItemReach]):
    """How many of the asking tenant's enterprises an item on offer meets, does not meet, and cannot tell."""

    owner: ClassVar[ServiceName] = "catalog"

    item_id: Id


class ReachedEnterprise(Model):
    enterprise_id: Id
    uscc: str
    name: str
    industry: str | None


class ItemEnterprisesPage(Page):
    item_id: Id
    item_version: int
    items: tuple[ReachedEnterprise, ...]
    matched_at: datetime


class ListItemEnterprises(PagedQuery[ItemEnterprisesPage]):
    """Which of the asking tenant's enterprises stand in `state` for an item on offer, by id."""

    owner: ClassVar[ServiceName] = "catalog"

    item_id: Id
    state: State = State.MET


class ItemPreview(Model):
    """`known_fen` adds up the exact amounts of `valued` enterprises that meet it, before caps over earlier awards.

    For `unvalued` ones a figure is still to be decided or missing: `lowest_fen` and `highest_fen` enclose what
    can be said of those. `uncounted` ones were not worked out in the time that a question may take; then the
    figures are of a part, and never extrapolated.
    """

    met: int
    not_met: int
    undetermined: int
    known_fen: Fen
    valued: int
    unvalued: int
    lowest_fen: Fen
    highest_fen: Fen
    uncounted: int
    matched_at: datetime


class PreviewItem(Query[ItemPreview]):
    """Whom an item that is being written would reach, and what it would cost before caps."""

    owner: ClassVar[ServiceName] = "catalog"

    content: PolicyItemContent


class CostedPreview(ItemPreview):
    """The preview, and beside it the lines that the item's department has in this year's budget here.

    Two owners' answers, put together at the gateway. `budget` is null while treasury does not answer: what an item
    would cost is worth knowing all the same.
    """

    budget: tuple[BudgetLineView, ...] | None


class MatchedChunk(Model):
    """Enterprises newly entitled to one item; `year` is the one that the item's periods were counted from."""

    chunk_id: Id
    item_id: Id
    item_version: int
    item_title: str
    year: int
    enterprise_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=500)]
    matched_at: datetime


class MatchPage(Page):
    items: tuple[MatchedChunk, ...]


class ListMatches(PagedQuery[MatchPage]):
    """What has changed: the chunks of newly entitled enterprises, oldest first; turn the page to go on from there.

    The last page has a cursor too: what comes later is after it.
    """

    owner: ClassVar[ServiceName] = "catalog"


class EnterprisesMatched(Event):
    """A chunk (at most 500) of enterprises that are newly entitled to an item, said once per item and year."""

    aggregate: ClassVar[str] = "match_chunk"

    chunk_id: Id
    item_id: Id
    item_version: int
    item_title: str
    year: int
    enterprise_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=500)]
    matched_at: datetime
