"""Supplements on the bus."""

from chassis.edge.entrypoints import Room, UnitMaker, command, due, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.supplements import (
    AnswerSupplement,
    GetSupplement,
    ListSupplements,
    RequestSupplement,
    SupplementList,
    SupplementView,
)
from services.review.supplements import lapse, use_cases, views


class SupplementEntrypoints(Room):
    """What is to be mended is asked for and answered."""

    @command
    def request_supplement(self, cmd: RequestSupplement, uow: UnitOfWork) -> SupplementView:
        return use_cases.request_supplement(cmd, uow)

    @command
    def answer_supplement(self, cmd: AnswerSupplement, uow: UnitOfWork) -> SupplementView:
        return use_cases.answer_supplement(cmd, uow)

    @query
    def get_supplement(self, question: GetSupplement, reader: Reader) -> SupplementView:
        return views.get_supplement(question, reader)

    @query
    def list_supplements(self, question: ListSupplements, reader: Reader) -> SupplementList:
        return views.list_supplements(question, reader)

    @due(lapse.SUPPLEMENT)
    def supplement_time(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit(sorted({job.tenant for job in jobs})) as uow:
            lapse.look_at_supplements(jobs, uow)
