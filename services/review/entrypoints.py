"""The review service: its entrypoints, one line each."""

from chassis.edge.entrypoints import Received, Room, UnitMaker, command, due, on, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.intake import ApplicationSubmitted, EnterprisesNominated
from contracts.merges import EnterpriseMerged
from contracts.policies import PolicyPublished, PolicyRevised
from contracts.review import ApproveCase, CasePage, CaseView, GetCase, ListCases, RecordInspection, RejectCase
from copies import merged_enterprises as former_files
from services.review import deadline, use_cases, views


class ReviewEntrypoints(Room):
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

    @on(PolicyPublished, PolicyRevised)
    def item_published(self, events: list[Received[PolicyPublished | PolicyRevised]], uow: UnitOfWork) -> None:
        use_cases.remember_items(events, uow)

    @on(ApplicationSubmitted)
    def application_submitted(self, events: list[Received[ApplicationSubmitted]], uow: UnitOfWork) -> None:
        use_cases.open_cases(events, uow)

    @on(EnterprisesNominated)
    def enterprises_nominated(self, events: list[Received[EnterprisesNominated]], uow: UnitOfWork) -> None:
        use_cases.decide_lists(events, uow)

    enterprises_merged = staticmethod(on(EnterpriseMerged)(former_files.keep_merges))

    @due(deadline.REVIEW_ALARM)
    def review_alarm(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit([job.tenant for job in jobs]) as uow:
            deadline.raise_alarms(jobs, uow)
