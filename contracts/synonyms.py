"""Words that mean the same in search (同义词): a list that holds everywhere, and what places add to it.

A place's list counts in the searches of that place and of the levels below it; the platform's own counts everywhere.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.identity import InTenant
from contracts.message import Command, Model, Page, PagedQuery, Query, ServiceName, TenantId, Why

SynonymWord = Annotated[str, Field(max_length=100)]
SynonymGroup = Annotated[tuple[SynonymWord, ...], Field(max_length=100)]
"""Words that are found by one another. How long and how many they may be, the catalogue says with all that is wrong."""


class SynonymListView(Model):
    """One version of a place's list. Version 0: nobody has said anything yet."""

    tenant: TenantId
    version: int
    groups: tuple[SynonymGroup, ...] = ()
    note: str = ""
    changed_by_name: str = ""
    changed_at: datetime | None = None


class SynonymsView(Model):
    """What counts in the searches of a place: its own list, those above it from the highest down, and the national one."""

    own: SynonymListView
    above: tuple[SynonymListView, ...] = ()
    national: tuple[SynonymGroup, ...]


class ReplaceSynonyms(Command[SynonymListView], InTenant):
    """The place's list is this from now on, whole; searches use it at once. An empty one takes all of it back.

    `expected_version` is the version that was read: 0 for the first.
    """

    owner: ClassVar[ServiceName] = "catalog"

    groups: Annotated[tuple[SynonymGroup, ...], Field(max_length=500)]
    note: Why
    expected_version: int


class GetSynonyms(Query[SynonymsView], InTenant):
    """What counts in the searches of a place."""

    owner: ClassVar[ServiceName] = "catalog"


class SynonymVersionPage(Page):
    items: tuple[SynonymListView, ...] = ()


class ListSynonymVersions(PagedQuery[SynonymVersionPage], InTenant):
    """All versions of the place's own list, the newest first, with who changed it and why."""

    owner: ClassVar[ServiceName] = "catalog"
