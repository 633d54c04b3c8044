"""Public notices on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, UnitMaker, command, due, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.public_notices import (
    AnswerObjection,
    CaseNotices,
    CheckObjection,
    GetCaseNotices,
    GetPublicNotice,
    ListObjections,
    ListPublicNotices,
    ObjectionPage,
    ObjectionReceipt,
    ObjectionStanding,
    ObjectionView,
    PreviewNotice,
    PublicNoticePage,
    PublicNoticeView,
    RaiseObjection,
    RepeatNotice,
    RevealedObjector,
    RevealObjector,
)
from services.review.public_notices import case_views, previewing, publishing, use_cases, views


class PublicNoticeEntrypoints(Room):
    """What is on public notice, and who objects to it."""

    @due(publishing.OPENED)
    def public_notice_opened(self, jobs: list[Job], unit: UnitMaker) -> None:
        publishing.publish(jobs, unit)

    @due(publishing.LOOK)
    def public_notice_look(self, jobs: list[Job], unit: UnitMaker) -> None:
        publishing.look(jobs, unit)

    @due(publishing.TAKEN_BACK)
    def public_notice_taken_back(self, jobs: list[Job], unit: UnitMaker) -> None:
        publishing.look(jobs, unit)

    @due(publishing.FOLLOW_NOTICES, batch=1)
    def follow_notices(self, jobs: list[Job], unit: UnitMaker) -> None:
        publishing.follow_notices(jobs, unit)

    @command
    def raise_objection(self, cmd: RaiseObjection, uow: UnitOfWork) -> ObjectionReceipt:
        return use_cases.raise_objection(cmd, uow, self.frame.cipher)

    @command
    def answer_objection(self, cmd: AnswerObjection, uow: UnitOfWork) -> ObjectionView:
        return use_cases.answer_objection(cmd, uow)

    @command
    def repeat_notice(self, cmd: RepeatNotice, uow: UnitOfWork) -> CaseNotices:
        return use_cases.repeat_notice(cmd, uow)

    @query
    def list_public_notices(self, query: ListPublicNotices, reader: Reader) -> PublicNoticePage:
        return views.list_public_notices(query, reader)

    @query
    def get_public_notice(self, query: GetPublicNotice, reader: Reader) -> PublicNoticeView:
        return views.get_public_notice(query, reader)

    @query
    def check_objection(self, query: CheckObjection, reader: Reader) -> ObjectionStanding:
        return views.check_objection(query, reader, self.frame.cipher)

    @query
    def get_case_notices(self, query: GetCaseNotices, reader: Reader) -> CaseNotices:
        return case_views.get_case_notices(query, reader)

    @query
    def list_objections(self, query: ListObjections, reader: Reader) -> ObjectionPage:
        return case_views.list_objections(query, reader)

    @query
    def reveal_objector(self, query: RevealObjector, reader: Reader) -> RevealedObjector:
        return case_views.reveal_objector(query, reader, self.frame.cipher)

    @query
    def preview_notice(self, query: PreviewNotice, reader: Reader) -> PublicNoticeView:
        return previewing.preview_notice(query, reader)
