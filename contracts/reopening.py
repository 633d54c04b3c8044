"""Taking a decision on a case back: while nobody outside has heard of it, and after it has been said (撤回决定 · 重新审查)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.message import Command, Id, Model, Query, ServiceName, Why
from contracts.review import CaseView

ReopeningState = Literal["proposed", "confirmed", "declined"]
"""待复核 · 已重新审查 · 未同意."""


class UndoDecision(Command[CaseView]):
    """Take back a decision before its window closes: nobody outside has heard of it, and the case is open as if it had not been
    made. For whoever made it, and for the leader of the department.
    """

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    reason: Why
    expected_version: int


class ReopeningView(Model):
    """One proposal to look again at a case that is decided. `steps` are the numbers of the plan's steps to be done again;
    approvals are given again in any case. `source`: what gave rise to it, in words. `case_version` is the case's.
    """

    reopening_id: Id
    case_id: Id
    reason: str
    source: str = ""
    steps: tuple[int, ...] = ()
    state: ReopeningState
    proposed_by: Id
    proposed_at: datetime
    decided_by: Id | None = None
    decided_at: datetime | None = None
    answer: str | None = None
    case_version: int
    version: int


class ProposeReopening(Command[ReopeningView]):
    """Ask for a case that is decided, and whose decision is known, to be looked at again. Nothing changes before a second
    person agrees.
    """

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    reason: str = Field(min_length=4, max_length=1000)
    source: str = Field(default="", max_length=300)
    steps: tuple[int, ...] = Field(default=(), max_length=40)
    expected_version: int


class ConfirmReopening(Command[ReopeningView]):
    """A second person of the department agrees: the case is open again as its next revision, the firm is told, the steps named
    and every approval are done again, and the review limit begins anew. What was granted stays in the register until it is
    superseded or freed.
    """

    owner: ClassVar[ServiceName] = "review"

    reopening_id: Id
    expected_version: int


class DeclineReopening(Command[ReopeningView]):
    """Say no to it, or take one's own proposal back."""

    owner: ClassVar[ServiceName] = "review"

    reopening_id: Id
    reason: Why
    expected_version: int


class Reopenings(Model):
    """All proposals about one case, the latest first."""

    items: tuple[ReopeningView, ...] = ()


class ListReopenings(Query[Reopenings]):
    owner: ClassVar[ServiceName] = "review"

    case_id: Id
