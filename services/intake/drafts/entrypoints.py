"""Drafts on the bus, and those that nobody has come back to."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, UnitMaker, command, due, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.application_drafts import (
    ApplicationDraftList,
    ApplicationDraftView,
    DiscardApplicationDraft,
    FoundDraft,
    GetApplicationDraft,
    ListApplicationDrafts,
    RenewApplicationDraft,
    SaveApplicationDraft,
)
from services.intake.drafts import use_cases, views


class ApplicationDraftEntrypoints(Room):
    """What is being filled in is kept, found again and thrown away."""

    @command
    def save_application_draft(self, cmd: SaveApplicationDraft, uow: UnitOfWork) -> ApplicationDraftView:
        return use_cases.save_application_draft(cmd, uow)

    @command
    def renew_application_draft(self, cmd: RenewApplicationDraft, uow: UnitOfWork) -> ApplicationDraftView:
        return use_cases.renew_application_draft(cmd, uow)

    @command
    def discard_application_draft(self, cmd: DiscardApplicationDraft, uow: UnitOfWork) -> ApplicationDraftView:
        return use_cases.discard_application_draft(cmd, uow)

    @query
    def get_application_draft(self, question: GetApplicationDraft, reader: Reader) -> FoundDraft:
        return views.get_application_draft(question, reader)

    @query
    def list_application_drafts(self, question: ListApplicationDrafts, reader: Reader) -> ApplicationDraftList:
        return views.list_application_drafts(question, reader)

    @due(use_cases.FORGET_DRAFTS, standing=True)
    def forget_drafts(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.forget_drafts(jobs, unit)
