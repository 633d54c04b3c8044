"""Cases on the bus."""

from chassis.edge.entrypoints import Received, Room, UnitMaker, command, due, on, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.intake import ApplicationSubmitted, EnterprisesNominated
from contracts.review import ApproveCase, CasePage, CaseView, GetCase, ListCases, RecordInspection, RejectCase
from services.review.cases import deadline, lists, opening, use_cases, views


class CaseEntrypoints(Room):
    """Claims arrive, and departments decide them."""

    @command
    def approve_case(self, cmd: ApproveCase, uow: UnitOfWork) -> CaseView:
        return use_cases.approve_case(cmd, uow)

    @command
    def reject_case(self, cmd: RejectCase, uow: UnitOfWork) -> CaseView:
        return use_cases.reject_case(cmd, uow)

    @command
    def record_inspection(self, cmd: RecordInspection, uow: UnitOfWork) -> CaseView:
        return use_cases.record_inspection(cmd, uow)

    @query
    def get_case(self, question: GetCase, reader: Reader) -> CaseView:
        return views.get_case(question, reader)

    @query
    def list_cases(self, question: ListCases, reader: Reader) -> CasePage:
        return views.list_cases(question, reader)

    @on(ApplicationSubmitted)
    def application_submitted(self, events: list[Received[ApplicationSubmitted]], uow: UnitOfWork) -> None:
        opening.open_cases(events, uow)

    @on(EnterprisesNominated)
    def enterprises_nominated(self, events: list[Received[EnterprisesNominated]], uow: UnitOfWork) -> None:
        lists.decide_lists(events, uow)

    @due(deadline.REVIEW_ALARM)
    def review_alarm(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit([job.tenant for job in jobs]) as uow:
            deadline.raise_alarms(jobs, uow)
