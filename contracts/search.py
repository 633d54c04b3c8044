"""Finding what is on offer: what a person types, filters with counts, hits in order."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.item import BenefitKind, ItemStatus
from contracts.message import Fen, Id, Model, Page, PagedQuery, ServiceName, TenantId
from contracts.rule.plan import Mode
from contracts.rule.shares import Level

OpenValue = Annotated[str, Field(min_length=1, max_length=200)]
"""A value of a list that departments themselves extend: a theme, an industry, a department."""

Chosen = Field(default=(), max_length=20)
"""Values of one filter: any of them. Without any the filter does not count."""


class AmountBand(StrEnum):
    """The most that an item can pay, in bands; the lower bound belongs to the band."""

    UNKNOWN = "unknown"  # 依申报数据确定，条款未写明上限
    UNDER_100K = "under_100k"  # 10 万元以下（不含）
    FROM_100K = "from_100k"  # 10 万元至 50 万元
    FROM_500K = "from_500k"  # 50 万元至 100 万元
    FROM_1M = "from_1m"  # 100 万元至 500 万元
    FROM_5M = "from_5m"  # 500 万元以上


class WindowState(StrEnum):
    """Whether it can be claimed today. What closes soon is open, too."""

    OPEN = "open"
    CLOSING_SOON = "closing_soon"  # 30 天内截止
    NOT_YET_OPEN = "not_yet_open"
    CLOSED = "closed"


class Segment(Model):
    """A piece of text, and whether it is what was looked for. It is text, never markup."""

    text: str
    hit: bool = False


class Snippet(Model):
    """Where the words were found, in the item's own text; `field` names the part of the item."""

    field: str
    segments: tuple[Segment, ...]


class PolicyHit(Model):
    """One item found. `max_amount_fen` absent: the item's text sets no figure that no claim exceeds.

    `entitled`: whether the enterprise that asked meets its conditions by the facts in its dossier; absent where nobody
    in particular asked, or matching was not ready.
    """

    item_id: Id
    tenant: TenantId
    version: int
    code: str
    title: tuple[Segment, ...]
    summary: str
    level: Level
    theme: str
    industries: tuple[str, ...]
    mode: Mode
    benefit_kind: BenefitKind
    department: str
    document: str | None = None
    status: ItemStatus
    sample: bool
    max_amount_fen: int | None = None
    opens: date | None = None
    closes: date | None = None
    window: WindowState
    entitled: bool | None = None
    snippet: Snippet | None = None


class FacetCount(Model):
    """How many items a value would leave, with all other filters as they are."""

    value: str
    count: int
    chosen: bool = False


class Facet(Model):
    """One filter with its values, the most frequent first."""

    name: str
    values: tuple[FacetCount, ...]


class FoundPolicies(Page):
    """`matched` says how: `all` words; `similar`: a name with one character wrong, missing or too many; `some`:
    two words that follow each other; `any` word. It is absent when nothing was asked in words. `total` counts everything found, and is absent, as are
    facets, where they were not asked for.
    """

    items: tuple[PolicyHit, ...]
    matched: Literal["all", "similar", "some", "any"] | None = None
    total: int | None = None
    facets: tuple[Facet, ...] = ()


class SearchRequest(PagedQuery[FoundPolicies]):
    """Items on offer that fit a person's words and filters, the best first.

    Of `tenant` and of the levels above it; without a tenant, of everybody. Every filter takes any of its values;
    filters and words must all fit. `amount_at_least_fen` looks for items that can pay so much or more and leaves
    out those of which that is unknown; `closes_by` for those that close on that day or before. Facets are
    counted on the first page only, unless `facets` is false.
    """

    owner: ClassVar[ServiceName] = "catalog"

    q: str = Field(default="", max_length=200)
    tenant: TenantId | None = None
    level: tuple[Level, ...] = Chosen
    theme: tuple[OpenValue, ...] = Chosen
    industry: tuple[OpenValue, ...] = Chosen
    mode: tuple[Mode, ...] = Chosen
    benefit_kind: tuple[BenefitKind, ...] = Chosen
    department: tuple[OpenValue, ...] = Chosen
    amount: tuple[AmountBand, ...] = Chosen
    window: tuple[WindowState, ...] = Chosen
    amount_at_least_fen: Fen | None = None
    closes_by: date | None = None
    facets: bool = True
    limit: int = Field(default=20, ge=1, le=50)


class SearchPolicies(SearchRequest):
    """The search of somebody whom we do not know."""


class SearchForEnterprise(SearchRequest):
    """The search of one enterprise, in its own place: what it is entitled to comes first, before caps."""

    enterprise_id: Id
