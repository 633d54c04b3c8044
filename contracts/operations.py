"""Long work (imports, long lists, exports): begun by a command, worked off in chunks, looked at and ended by people.

Every service that does such work answers these three commands and queries; its frame does it for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.calendars import ListMissingCalendars
from contracts.message import Command, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId
from contracts.stuck_work import GetStuckWork, ListStuckWork, RedriveStuckWork

OperationState = Literal["running", "finished", "cancelled", "failed"]
LineOutcome = Literal["accepted", "unchanged", "refused"]


class OperationView(Model):
    """How far it is. `done` counts lines of the source, and is `accepted` + `unchanged` + `refused`.

    `total` is absent while nobody has counted the source. `notice` says in Chinese why it waits, or why it failed;
    `notice_code` says it for programs. Failed work can be resumed where it stopped.
    """

    operation_id: Id
    tenant: TenantId
    service: ServiceName
    kind: str
    title: str
    state: OperationState
    total: int | None = None
    done: int = 0
    accepted: int = 0
    unchanged: int = 0
    refused: int = 0
    notice_code: str | None = None
    notice: str | None = None
    begun_by: str
    begun_at: datetime
    ended_at: datetime | None = None
    links: dict[str, str] = Field(default_factory=dict)
    version: int


class LineResult(Model):
    """What became of one line, or one of several things that are wrong with it.

    `line` counts the source's lines from 1 as a person sees them in an editor or a spreadsheet; `column` is the
    heading as the source writes it. `subject_id` is what the line is about, where that is known.
    """

    line: int
    column: str | None = None
    outcome: LineOutcome
    code: str
    message: str = ""
    subject_id: Id | None = None


class LineResultPage(Page):
    lines: tuple[LineResult, ...] = ()


class GetOperation(Query[OperationView]):
    """Asked of the service that works on it."""

    owner: ClassVar[ServiceName] = "catalog"

    operation_id: Id


class ListOperationLines(PagedQuery[LineResultPage]):
    """Results in the order of the source's lines; `outcome` asks for those alone."""

    owner: ClassVar[ServiceName] = "catalog"

    operation_id: Id
    outcome: LineOutcome | None = None
    limit: int = Field(default=100, ge=1, le=1000)


class CancelOperation(Command[OperationView]):
    """Stop after the chunk in hand. What has been done stays done."""

    owner: ClassVar[ServiceName] = "catalog"

    operation_id: Id


class ResumeOperation(Command[OperationView]):
    """Let failed work go on where it stopped, once its cause is mended."""

    owner: ClassVar[ServiceName] = "catalog"

    operation_id: Id


OF_EVERY_SERVICE = frozenset(
    {
        GetOperation,
        ListOperationLines,
        CancelOperation,
        ResumeOperation,
        ListMissingCalendars,
        ListStuckWork,
        GetStuckWork,
        RedriveStuckWork,
    }
)
"""Any service answers these about its own work: the gateway's caller says which. `owner` names the first that did."""
