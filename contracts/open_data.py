"""Everything on offer, as a whole, for whoever wants to keep a copy."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from contracts.item import PolicyItemContent
from contracts.message import Id, Model, Page, PagedQuery, ServiceName, TenantId


class OpenItem(Model):
    """One item on offer in its newest version; `sentences` are its rules in Chinese, as in PolicyItemView.

    `max_amount_fen` absent: the text sets no figure that no claim exceeds.
    """

    item_id: Id
    tenant: TenantId
    tenant_name: str
    division_code: str
    version: int
    published_at: datetime
    max_amount_fen: int | None = None
    sentences: dict[str, str]
    content: PolicyItemContent


class OpenData(Page):
    """One page. `revision` names the state of everything asked for: it changes with every change of any item, and
    never comes back. `unchanged`: it is the one that was given.
    """

    revision: str
    changed_at: datetime | None = None
    unchanged: bool = False
    items: tuple[OpenItem, ...] = ()


class ReadOpenData(PagedQuery[OpenData]):
    """Items on offer of `tenant` alone, or of everybody, in the order of their ids.

    `unless` is the revision that the asker already has: if that is the newest one, no items are sent.
    """

    owner: ClassVar[ServiceName] = "catalog"

    tenant: TenantId | None = None
    unless: str | None = Field(default=None, max_length=80)
    limit: int = Field(default=50, ge=1, le=200)
