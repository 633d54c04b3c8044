"""Decisions taken back, on the bus and in time."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, UnitMaker, command, due, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.reopening import (
    ConfirmReopening,
    DeclineReopening,
    ListReopenings,
    ProposeReopening,
    Reopenings,
    ReopeningView,
    UndoDecision,
)
from contracts.review import CaseView
from services.review.cases.undo_window import RELEASE
from services.review.reopening import releasing, undoing, use_cases, views


class ReopeningEntrypoints(Room):
    """Undo before a decision is known, and looking again after."""

    @command
    def undo_decision(self, cmd: UndoDecision, uow: UnitOfWork) -> CaseView:
        return undoing.undo_decision(cmd, uow)

    @command
    def propose_reopening(self, cmd: ProposeReopening, uow: UnitOfWork) -> ReopeningView:
        return use_cases.propose_reopening(cmd, uow)

    @command
    def confirm_reopening(self, cmd: ConfirmReopening, uow: UnitOfWork) -> ReopeningView:
        return use_cases.confirm_reopening(cmd, uow)

    @command
    def decline_reopening(self, cmd: DeclineReopening, uow: UnitOfWork) -> ReopeningView:
        return use_cases.decline_reopening(cmd, uow)

    @query
    def list_reopenings(self, query: ListReopenings, reader: Reader) -> Reopenings:
        return views.list_reopenings(query, reader)

    @due(RELEASE)
    def release_decision(self, jobs: list[Job], unit: UnitMaker) -> None:
        releasing.release_decisions(jobs, unit)
