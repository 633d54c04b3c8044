"""Documents and drafts on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, UnitMaker, command, due, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.documents import (
    AmendDocument,
    DocumentPage,
    DocumentView,
    GetDocument,
    ListDocuments,
    RegisterDocument,
    RepealDocument,
)
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
from services.catalog.policies import documents, draft_views, drafting


class DraftEntrypoints(Room):
    """Items before they are published, and the documents that they rest on."""

    @command
    def register_document(self, cmd: RegisterDocument, uow: UnitOfWork) -> DocumentView:
        return documents.register_document(cmd, uow)

    @command
    def amend_document(self, cmd: AmendDocument, uow: UnitOfWork) -> DocumentView:
        return documents.amend_document(cmd, uow)

    @command
    def repeal_document(self, cmd: RepealDocument, uow: UnitOfWork) -> DocumentView:
        return documents.repeal_document(cmd, uow)

    @query
    def get_document(self, query: GetDocument, reader: Reader) -> DocumentView:
        return draft_views.get_document(query, reader)

    @query
    def list_documents(self, query: ListDocuments, reader: Reader) -> DocumentPage:
        return draft_views.list_documents(query, reader)

    @command
    def draft_policy_item(self, cmd: DraftPolicyItem, uow: UnitOfWork) -> DraftView:
        return drafting.draft_policy_item(cmd, uow)

    @command
    def edit_draft(self, cmd: EditDraft, uow: UnitOfWork) -> DraftView:
        return drafting.edit_draft(cmd, uow)

    @command
    def open_consultation(self, cmd: OpenConsultation, uow: UnitOfWork) -> DraftView:
        return drafting.open_consultation(cmd, uow)

    @command
    def answer_consultation(self, cmd: AnswerConsultation, uow: UnitOfWork) -> DraftView:
        return drafting.answer_consultation(cmd, uow)

    @command
    def recall_consultation(self, cmd: RecallConsultation, uow: UnitOfWork) -> DraftView:
        return drafting.recall_consultation(cmd, uow)

    @command
    def publish_draft(self, cmd: PublishDraft, uow: UnitOfWork) -> PolicyItemView:
        return drafting.publish_draft(cmd, uow)

    @command
    def discard_draft(self, cmd: DiscardDraft, uow: UnitOfWork) -> DraftView:
        return drafting.discard_draft(cmd, uow)

    @query
    def get_draft(self, query: GetDraft, reader: Reader) -> DraftView:
        return draft_views.get_draft(query, reader)

    @query
    def list_drafts(self, query: ListDrafts, reader: Reader) -> DraftPage:
        return draft_views.list_drafts(query, reader)

    @due(drafting.CONSULTATION_DEADLINE)
    def consultation_deadline(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit([job.tenant for job in jobs]) as uow:
            drafting.close_consultations(jobs, uow)
