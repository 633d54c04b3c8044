"""Batches on the bus."""

from chassis.edge.entrypoints import Room, UnitMaker, command, due, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.quota_batches import (
    DeclineBatch,
    DrawUpBatch,
    FixBatch,
    GetBatch,
    ListBatches,
    ProposeFixing,
    QuotaBatchList,
    QuotaBatchView,
    RefuseUnserved,
    UnservedRefused,
)
from services.review.batches import quota_moves, use_cases, views
from services.review.quotas.store import QUOTA_MOVED


class BatchEntrypoints(Room):
    """The claims of an item are ranked, or share a pot."""

    @command
    def draw_up_batch(self, cmd: DrawUpBatch, uow: UnitOfWork) -> QuotaBatchView:
        return use_cases.draw_up_batch(cmd, uow)

    @command
    def propose_fixing(self, cmd: ProposeFixing, uow: UnitOfWork) -> QuotaBatchView:
        return use_cases.propose_fixing(cmd, uow)

    @command
    def fix_batch(self, cmd: FixBatch, uow: UnitOfWork) -> QuotaBatchView:
        return use_cases.fix_batch(cmd, uow)

    @command
    def decline_batch(self, cmd: DeclineBatch, uow: UnitOfWork) -> QuotaBatchView:
        return use_cases.decline_batch(cmd, uow)

    @command
    def refuse_unserved(self, cmd: RefuseUnserved, uow: UnitOfWork) -> UnservedRefused:
        return use_cases.refuse_unserved(cmd, uow)

    @due(QUOTA_MOVED, batch=1)
    def quota_moved(self, jobs: list[Job], unit: UnitMaker) -> None:
        quota_moves.look_again(jobs, unit)

    @query
    def list_batches(self, question: ListBatches, reader: Reader) -> QuotaBatchList:
        return views.list_batches(question, reader)

    @query
    def get_batch(self, question: GetBatch, reader: Reader) -> QuotaBatchView:
        return views.get_batch(question, reader)
