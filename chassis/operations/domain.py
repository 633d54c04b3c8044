"""Long work: how far it is, and why it cannot be cancelled or resumed. Pure: times and results are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.aggregate import Aggregate
from contracts.message import Actor
from contracts.operations import LineResult, OperationState
from contracts.refusal import Conflict, NotFound

Checkpoint = dict[str, Any]
"""Where in its source the work goes on: JSON, understood by whoever reads the source."""


class OperationUnknown(NotFound):
    """No long work of this tenant has this id in this service."""

    code = "operation_unknown"
    sentence = "没有找到该批量任务。"


class OperationEnded(Conflict):
    """It has come to its end: there is nothing left to cancel."""

    code = "operation_ended"
    sentence = "该批量任务已结束，不能取消。"


class OperationNotFailed(Conflict):
    """Only failed work is resumed; what runs goes on by itself."""

    code = "operation_not_failed"
    sentence = "只有处理失败的批量任务才能继续。"


@dataclass(kw_only=True, slots=True)
class Operation(Aggregate):
    """One piece of long work. Its counts and its checkpoint change together with what a chunk has written.

    `stalls` counts how often in a row its source was away.
    """

    kind: str
    title: str
    parameters: dict[str, Any]
    begun_by: Actor
    begun_at: datetime
    state: OperationState = "running"
    checkpoint: Checkpoint | None = None
    total: int | None = None
    accepted: int = 0
    unchanged: int = 0
    refused: int = 0
    stalls: int = 0
    notice_code: str | None = None
    notice: str | None = None
    ended_at: datetime | None = None

    def refuse_stranger(self, actor: Actor) -> None:
        """Raise OperationUnknown for whoever is of another department than the one that began it: its lines are personal,
        and nobody stops another's work. What names no department is its beginner's own."""
        begun = self.begun_by
        if begun.department_id is not None:
            same = begun.department_id == actor.department_id
        elif begun.department is not None:
            same = begun.department == actor.department
        else:
            same = begun.id == actor.id
        if not same:
            raise OperationUnknown()

    @property
    def done(self) -> int:
        return self.accepted + self.unchanged + self.refused

    def advance(self, results: Sequence[LineResult], checkpoint: Checkpoint, total: int | None) -> None:
        """A chunk is done. A line with several reasons counts once."""
        outcomes = {result.line: result.outcome for result in results}
        for outcome in outcomes.values():
            setattr(self, outcome, getattr(self, outcome) + 1)
        self.checkpoint = checkpoint
        self.total = total if total is None else max(total, self.done)
        self.stalls, self.notice_code, self.notice = 0, None, None

    def stall(self, code: str, notice: str) -> None:
        """The source is away: it is tried again later."""
        self.stalls += 1
        self.notice_code, self.notice = code, notice

    def finish(self, at: datetime) -> None:
        self.state, self.ended_at, self.total = "finished", at, self.done
        self.stalls, self.notice_code, self.notice = 0, None, None

    def fail(self, code: str, notice: str, at: datetime) -> None:
        """It cannot go on by itself; what has been done stays done."""
        self.state, self.ended_at, self.notice_code, self.notice = "failed", at, code, notice

    def cancel(self, at: datetime) -> None:
        """Raises OperationEnded."""
        if self.state in ("finished", "cancelled"):
            raise OperationEnded()
        self.state, self.ended_at = "cancelled", at

    def resume(self) -> None:
        """Raises OperationNotFailed."""
        if self.state != "failed":
            raise OperationNotFailed()
        self.state, self.ended_at = "running", None
        self.stalls, self.notice_code, self.notice = 0, None, None
