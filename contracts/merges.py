"""Two dossiers of one enterprise become one: proposed by one person, confirmed by another."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from contracts.message import Command, Event, Id, Model, Page, PagedQuery, ServiceName, Why

MergeState = Literal["proposed", "confirmed", "declined"]


class MergeView(Model):
    merge_id: Id
    absorbed_id: Id
    surviving_id: Id
    reason: str
    state: MergeState
    proposed_by: Id
    proposed_at: datetime
    decided_by: Id | None = None
    decided_at: datetime | None = None
    answer: str | None = None
    version: int


class ProposeMerge(Command[MergeView]):
    """Say that `absorbed_id` is another dossier of the enterprise `surviving_id`, both of this place.

    The same enterprise filed in two places is no duplicate: each place keeps its own dossier.
    """

    owner: ClassVar[ServiceName] = "catalog"

    absorbed_id: Id
    surviving_id: Id
    reason: Why


class ConfirmMerge(Command[MergeView]):
    """A second person agrees: facts and materials move, the absorbed dossier points to the surviving one."""

    owner: ClassVar[ServiceName] = "catalog"

    merge_id: Id
    expected_version: int | None = None


class DeclineMerge(Command[MergeView]):
    """Somebody, the proposer included, says no."""

    owner: ClassVar[ServiceName] = "catalog"

    merge_id: Id
    reason: Why


class MergePage(Page):
    items: tuple[MergeView, ...] = ()


class ListMerges(PagedQuery[MergePage]):
    """The merges of this place, the newest first."""

    owner: ClassVar[ServiceName] = "catalog"

    state: MergeState | None = None


class EnterpriseMerged(Event):
    """The absorbed dossier is closed; whoever knows the enterprise by it finds it in the surviving one.

    What was filed under the absorbed dossier stays as it was filed.
    """

    aggregate: ClassVar[str] = "enterprise_merge"

    absorbed_id: Id
    absorbed_uscc: str
    surviving_id: Id
    surviving_uscc: str
