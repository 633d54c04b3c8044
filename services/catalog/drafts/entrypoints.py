"""Drafts on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, UnitMaker, command, due, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.drafting import (
    AnswerConsultation,
    DiscardDraft,
    DraftPage,
    DraftPolicyItem,
    DraftView,
    EditDraft,
    GetDraft,
    ListDrafts,
    OpenConsultation,
    PublishDraft,
    RecallConsultation,
)
from contracts.policies import PolicyItemView
from services.catalog.drafts import use_cases, views


class DraftEntrypoints(Room):
    """Items before they are published: written, consulted on, published."""

    @command
    def draft_policy_item(self, cmd: DraftPolicyItem, uow: UnitOfWork) -> DraftView:
        return use_cases.draft_policy_item(cmd, uow)

    @command
    def edit_draft(self, cmd: EditDraft, uow: UnitOfWork) -> DraftView:
        return use_cases.edit_draft(cmd, uow)

    @command
    def open_consultation(self, cmd: OpenConsultation, uow: UnitOfWork) -> DraftView:
        return use_cases.open_consultation(cmd, uow)

    @command
    def answer_consultation(self, cmd: AnswerConsultation, uow: UnitOfWork) -> DraftView:
        return use_cases.answer_consultation(cmd, uow)

    @command
    def recall_consultation(self, cmd: RecallConsultation, uow: UnitOfWork) -> DraftView:
        return use_cases.recall_consultation(cmd, uow)

    @command
    def publish_draft(self, cmd: PublishDraft, uow: UnitOfWork) -> PolicyItemView:
        return use_cases.publish_draft(cmd, uow)

    @command
    def discard_draft(self, cmd: DiscardDraft, uow: UnitOfWork) -> DraftView:
        return use_cases.discard_draft(cmd, uow)

    @query
    def get_draft(self, query: GetDraft, reader: Reader) -> DraftView:
        return views.get_draft(query, reader)

    @query
    def list_drafts(self, query: ListDrafts, reader: Reader) -> DraftPage:
        return views.list_drafts(query, reader)

    @due(use_cases.CONSULTATION_DEADLINE)
    def consultation_deadline(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit([job.tenant for job in jobs]) as uow:
            use_cases.close_consultations(jobs, uow)
