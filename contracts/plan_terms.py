"""Words of plans that name somebody or something, as far as nobody has said yet what they mean here."""

from __future__ import annotations

from typing import ClassVar

from contracts.departments import PlanTermUse
from contracts.identity import InTenant
from contracts.message import Id, Model, Page, PagedQuery, ServiceName


class TermInPlan(Model):
    """Words of a plan, and what they are used for there."""

    use: PlanTermUse
    term: str


class ItemWithTerm(Model):
    """An item on offer whose plan uses the words."""

    item_id: Id
    code: str
    title: str


class UnmappedTerm(Model):
    """Words that mean nothing in the tenant yet, with the items whose cases wait for it."""

    use: PlanTermUse
    term: str
    items: tuple[ItemWithTerm, ...]


class UnmappedTermPage(Page):
    items: tuple[UnmappedTerm, ...]


class ListUnmappedTerms(PagedQuery[UnmappedTermPage], InTenant):
    """Every term used by an item on offer that has no meaning in the tenant or above it, by use and term."""

    owner: ClassVar[ServiceName] = "catalog"
