"""Bulks on the bus, and their chunks."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, operation, query
from chassis.operations.work import ChunkedWork
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.bulk_decisions import (
    ApproveCases,
    BulkPreview,
    BulkUndone,
    PreviewBulkDecision,
    RejectCases,
    UndoBulk,
)
from contracts.operations import OperationView
from services.review.bulk_decisions import use_cases, views
from services.review.bulk_decisions.domain import APPROVE, REJECT
from services.review.bulk_decisions.work import BulkDecision, BulkNumber


class BulkDecisionEntrypoints(Room):
    """Many cases decided at once."""

    @command
    def approve_cases(self, cmd: ApproveCases, uow: UnitOfWork) -> OperationView:
        return use_cases.approve_cases(cmd, uow)

    @command
    def reject_cases(self, cmd: RejectCases, uow: UnitOfWork) -> OperationView:
        return use_cases.reject_cases(cmd, uow)

    @command
    def undo_bulk(self, cmd: UndoBulk, uow: UnitOfWork) -> BulkUndone:
        return use_cases.undo_bulk(cmd, uow)

    @query
    def preview_bulk_decision(self, query: PreviewBulkDecision, reader: Reader) -> BulkPreview:
        return views.preview_bulk_decision(query, reader)

    @operation(APPROVE)
    def approving(self) -> ChunkedWork[BulkNumber]:
        return BulkDecision()

    @operation(REJECT)
    def rejecting(self) -> ChunkedWork[BulkNumber]:
        return BulkDecision()
