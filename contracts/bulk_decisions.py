"""Many cases decided at once (批量审批): what is looked at before, the decision, and taking it back as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from contracts.message import Command, Fen, Id, Model, Query, ServiceName, Why
from contracts.operations import OperationView
from contracts.refusal import Reason
from contracts.refusal_grounds import ChosenGrounds, OwnGrounds
from contracts.review import CitedText

MOST_AT_ONCE = 500
"""Cases that are decided in one go: what a person can still have looked at."""


class LookedAt(Model):
    """A case as it was looked at."""

    case_id: Id
    expected_version: int


class RefusedCase(LookedAt):
    """A case that is refused, with grounds and a reason of its own, as in `RejectCase`."""

    reason: str | None = Field(default=None, min_length=4, max_length=1000)
    cites: tuple[CitedText, ...] = Field(default=(), max_length=20)
    how_to_object: str = Field(default="", max_length=600)
    grounds: ChosenGrounds = ()
    other_grounds: OwnGrounds = ()


class ApproveCases(Command[OperationView]):
    """Give the approval that is the actor's to each of these cases, line by line as `ApproveCase` would, of the rule's amount.

    Never of amounts that persons set. What cannot be approved stays open, with all that stands against it at its line; all
    that is granted can be undone together in one window.
    """

    owner: ClassVar[ServiceName] = "review"

    lines: tuple[LookedAt, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)
    opinion: str = Field(default="", max_length=500)


class RejectCases(Command[OperationView]):
    """Refuse each of these cases, for the reason at its line."""

    owner: ClassVar[ServiceName] = "review"

    lines: tuple[RefusedCase, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


class KeptLine(LookedAt):
    """A case of the bulk that was not undone, and why."""

    reason: Reason


class BulkUndone(Model):
    """How many decisions of a bulk were taken back, and which were not."""

    operation_id: Id
    undone: int
    kept: tuple[KeptLine, ...] = ()


class UndoBulk(Command[BulkUndone]):
    """Take back all decisions of one bulk whose window is open; what of it has not been done yet is not done any more."""

    owner: ClassVar[ServiceName] = "review"

    operation_id: Id
    reason: Why


class CaseInBulk(Model):
    """A case as it stands before a bulk. `against` is all that is known to stand against approving it here."""

    case_id: Id
    version: int
    receipt: str
    enterprise_name: str
    item_title: str
    amount_fen: Fen | None
    due_at: datetime | None = None
    against: tuple[Reason, ...] = ()


class BulkPreview(Model):
    """What a bulk comes to. `matching`: how many open cases of the department the filter leaves, of which the `most` with the
    least time left are looked at. `total_fen` and `largest` are of those that can be approved.
    """

    most: int = MOST_AT_ONCE
    matching: int
    total_fen: Fen
    largest: tuple[CaseInBulk, ...] = ()
    approvable: tuple[CaseInBulk, ...] = ()
    blocked: tuple[CaseInBulk, ...] = ()
    undo_minutes: int = 0


class PreviewBulkDecision(Query[BulkPreview]):
    """The open cases of the actor's department that this filter leaves, or those named, as a bulk would find them."""

    owner: ClassVar[ServiceName] = "review"

    item_id: Id | None = None
    overdue: bool = False
    about: str | None = Field(default=None, max_length=60)
    case_ids: tuple[Id, ...] = Field(default=(), max_length=MOST_AT_ONCE)
