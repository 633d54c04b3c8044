"""The award register as people see it: what firms were granted, part by part, and earlier awards from a table."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.enterprise_lookup import TypedCreditCode
from contracts.message import Command, Fen, Id, Model, Page, PagedQuery, Query, ServiceName, Why
from contracts.operations import OperationView
from contracts.rule.awards import AwardKey
from contracts.rule.shares import Level
from contracts.uploads import Sha256

AwardState = Literal["reserved", "pending", "replaced", "freed"]
AwardWhat = Literal["granted", "ahead", "record"]
FreedGround = Literal["never_sent", "recovered", "imported_wrongly"]


class AwardPartView(Model):
    """One row of the register: one part of what one claim was granted, or of what is still ahead of its instalments.

    `state` says whether it counts: `reserved` counts, `pending` counts once what was granted before is freed,
    `replaced` is said by another row since, `freed` was never sent, has been recovered, or was imported wrongly.
    `case_id` is absent where the award comes from a table.
    """

    award_id: Id
    what: AwardWhat
    claim_id: str
    case_id: Id | None = None
    uscc: str
    family: str
    title: str
    part: str | None = None
    level: Level
    year: int
    instalment: int
    amount_fen: Fen
    keys: tuple[AwardKey, ...] = ()
    granted_on: date
    source: Literal["review", "imported"]
    state: AwardState
    freed_ground: FreedGround | None = None
    freed_by: Id | None = None
    freed_at: datetime | None = None
    freed_evidence: str | None = None
    recorded_at: datetime


class AwardPartPage(Page):
    items: tuple[AwardPartView, ...] = ()


class ListAwards(PagedQuery[AwardPartPage]):
    """What the actor's tenant has granted or imported: of one firm by its credit code, or of all, the last at the top."""

    owner: ClassVar[ServiceName] = "review"

    uscc: TypedCreditCode | None = None
    state: AwardState | None = None


class GetAward(Query[AwardPartView]):
    """One row of the register."""

    owner: ClassVar[ServiceName] = "review"

    award_id: Id


class OwnAward(Model):
    """What the asking enterprise was granted: of another place's award no more than family, part, level, year and money."""

    family: str
    title: str | None = None
    part: str | None = None
    level: Level
    year: int
    amount_fen: Fen
    granted_on: date | None = None


class OwnAwards(Model):
    """All awards of the asking enterprise that count, the latest years first."""

    items: tuple[OwnAward, ...] = ()


class ListOwnAwards(Query[OwnAwards]):
    """The awards of the enterprise that asks, in whatever place it was granted them."""

    owner: ClassVar[ServiceName] = "review"

    enterprise_id: Id


class ImportAwards(Command[OperationView]):
    """Take earlier awards out of an uploaded table (docs/awards.md); the same line twice changes nothing."""

    owner: ClassVar[ServiceName] = "review"

    format: Literal["csv", "xlsx"]
    sha256: Sha256
    file_name: str | None = Field(default=None, max_length=200)


class WithdrawImportedAward(Command[AwardPartView]):
    """Take back an award that was imported wrongly: it counts no more, and the same line is not taken again."""

    owner: ClassVar[ServiceName] = "review"

    award_id: Id
    why: Why
