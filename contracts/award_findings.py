"""Awards that were granted twice to one person in law, found when it was heard that its dossiers are one."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from contracts.duties import Attention
from contracts.message import Command, Event, Fen, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId, Why

AwardFindingState = Literal["open", "closed"]


class FoundAward(Model):
    """One of the awards, in the order in which they were granted."""

    case_id: Id
    receipt: str
    uscc: str
    enterprise_name: str
    filed_in: TenantId
    amount_fen: Fen
    granted_at: datetime


class AwardFindingView(Model):
    """The same item and period, granted more than once. `too_much_fen`: all that was granted after the first of them.

    `conclusion` is what was done about it, once somebody has said so.
    """

    finding_id: Id
    item_id: Id
    item_title: str
    department: str
    period: str
    awards: tuple[FoundAward, ...]
    too_much_fen: Fen
    state: AwardFindingState
    found_at: datetime
    closed_by: Id | None = None
    closed_at: datetime | None = None
    conclusion: str = ""
    version: int


class AwardFindingPage(Page):
    items: tuple[AwardFindingView, ...] = ()


class ListAwardFindings(PagedQuery[AwardFindingPage]):
    """The findings of the actor's tenant, or of its department alone: those found last at the top."""

    owner: ClassVar[ServiceName] = "review"

    state: AwardFindingState | None = None


class GetAwardFinding(Query[AwardFindingView]):
    """One finding with all its cases and amounts."""

    owner: ClassVar[ServiceName] = "review"

    finding_id: Id


class CloseAwardFinding(Command[AwardFindingView]):
    """Say what was done about it: stopped before it was paid, paid back, or no double award after all."""

    owner: ClassVar[ServiceName] = "review"

    finding_id: Id
    conclusion: Why
    expected_version: int


class AwardGrantedTwice(Event):
    """One person in law has been granted an item more than once for one period, under codes that turned out to be its own."""

    aggregate: ClassVar[str] = "award_finding"

    finding_id: Id
    item_id: Id
    item_title: str
    department: str
    period: str
    awards: tuple[FoundAward, ...]
    too_much_fen: Fen
    attention: Attention | None = None


class AwardFindingClosed(Event):
    """Somebody has said what was done about it."""

    aggregate: ClassVar[str] = "award_finding"

    finding_id: Id
    conclusion: str
    closed_by: Id
