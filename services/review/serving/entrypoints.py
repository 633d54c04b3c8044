"""Papers and their service, on the bus and in time."""

from __future__ import annotations

from chassis.edge.entrypoints import Port, Room, UnitMaker, command, due, query
from chassis.files.objects import Objects
from chassis.papers.seal import SealOffice, seal_office_from_env
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.case_notices import (
    ConsentToElectronicService,
    ElectronicService,
    GetNoticeFile,
    ListCaseNotices,
    ListNoticesToServe,
    ListOwnNotices,
    NoticeFileAnswer,
    NoticeList,
    NoticePage,
    NoticeView,
    OpenNotice,
    RecordService,
    WithdrawElectronicService,
)
from services.review.notices.store import MAKE_FILE
from services.review.serving import files, use_cases, views


class ServingEntrypoints(Room):
    """Papers are made, opened and served."""

    paper_shelf: Objects = Port(Objects.from_env)
    seal_office: SealOffice | None = Port(seal_office_from_env)

    @query
    def list_case_notices(self, question: ListCaseNotices, reader: Reader) -> NoticeList:
        return views.list_case_notices(question, reader)

    @query
    def list_own_notices(self, question: ListOwnNotices, reader: Reader) -> NoticeList:
        return views.list_own_notices(question, reader)

    @query
    def list_notices_to_serve(self, question: ListNoticesToServe, reader: Reader) -> NoticePage:
        return views.list_notices_to_serve(question, reader)

    @query
    def get_notice_file(self, question: GetNoticeFile, reader: Reader) -> NoticeFileAnswer:
        return views.get_notice_file(question, reader)

    @command
    def open_notice(self, cmd: OpenNotice, uow: UnitOfWork) -> NoticeFileAnswer:
        return use_cases.open_notice(cmd, uow)

    @command
    def record_service(self, cmd: RecordService, uow: UnitOfWork) -> NoticeView:
        return use_cases.record_service(cmd, uow)

    @command
    def consent_to_electronic_service(self, cmd: ConsentToElectronicService, uow: UnitOfWork) -> ElectronicService:
        return use_cases.consent_to_electronic_service(cmd, uow)

    @command
    def withdraw_electronic_service(self, cmd: WithdrawElectronicService, uow: UnitOfWork) -> ElectronicService:
        return use_cases.withdraw_electronic_service(cmd, uow)

    @due(MAKE_FILE, batch=5)
    def make_notice_files(self, jobs: list[Job], unit: UnitMaker) -> None:
        files.make_files(jobs, unit, self.paper_shelf, self.seal_office)

    @due(use_cases.ANNOUNCED)
    def notices_announced(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit(sorted({job.tenant for job in jobs})) as uow:
            use_cases.look_at_announcements(jobs, uow)
