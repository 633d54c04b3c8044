"""办事指南: one item as a person reads it, without the parts that only machines need."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from pydantic import Field

from contracts.item import BenefitKind, Guide, Interpretation, Issuer, ItemStatus, PolicyDocument
from contracts.message import Id, Model, Query, ServiceName, TenantId
from contracts.policies import ItemState
from contracts.rule.plan import Mode
from contracts.rule.shares import Level
from contracts.search import WindowState


class NeededMaterial(Model):
    """A paper or licence that is needed. `instead` is what may be handed in for it; `commitment` the pledge that may
    stand in for it (承诺代证明); whoever provides it otherwise, the enterprise does not have to bring it.
    """

    name: str
    required: bool
    provided_by: str
    instead: tuple[str, ...] = ()
    commitment: str | None = None
    note: str | None = None


class AmountExample(Model):
    """The amount worked out on supposed facts: `supposed` says them, `working` how the amount comes of them."""

    supposed: tuple[str, ...]
    working: tuple[str, ...]
    amount_fen: int


class GuideView(Model):
    """`sentences` are the rules in Chinese: who is entitled, how much, who bears it, how it is handled.

    `window` says whether it can be claimed today; an item whose `state` is not `published` cannot be.
    `example` is absent where a person decides the figure, or where it rests on what others publish.
    """

    item_id: Id
    tenant: TenantId
    item_version: int
    latest_version: int
    state: ItemState
    state_reason: str
    published_at: datetime | None = None
    title: str
    summary: str
    issuer: Issuer
    level: Level
    theme: str
    benefit_kind: BenefitKind
    mode: Mode
    department: str
    document: PolicyDocument
    status: ItemStatus
    sample: bool
    sample_notes: tuple[str, ...] = ()
    guide: Guide
    materials: tuple[NeededMaterial, ...]
    sentences: dict[str, str]
    max_amount_fen: int | None = None
    example: AmountExample | None = None
    opens: date | None = None
    closes: date | None = None
    window: WindowState
    interpretations: tuple[Interpretation, ...] = ()


class GetGuide(Query[GuideView]):
    """The guide of an item that has been published, whatever became of it; its newest version unless one is named."""

    owner: ClassVar[ServiceName] = "catalog"

    item_id: Id
    item_version: int | None = Field(default=None, ge=1, le=100_000)
