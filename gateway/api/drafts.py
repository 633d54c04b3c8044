"""For departments: drafts of items, and the documents that items rest on. For whoever is asked: answers."""

from __future__ import annotations

from starlette.responses import Response

from contracts.documents import AmendDocument, GetDocument, ListDocuments, RegisterDocument, RepealDocument
from contracts.drafting import (
    AnswerConsultation,
    DiscardDraft,
    DraftPolicyItem,
    EditDraft,
    GetDraft,
    ListDrafts,
    OpenConsultation,
    PublishDraft,
    RecallConsultation,
)
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("政策起草 drafts")


@routes.order("/authoring/drafts", DraftPolicyItem, status=201)
async def draft_policy_item(door: Door, command: DraftPolicyItem) -> Response:
    """Begin a draft, of a new item or of the next version of one (起草). The text may be unfinished."""
    return await door.order(command)


@routes.ask("/authoring/drafts", ListDrafts)
async def list_drafts(door: Door, query: ListDrafts) -> Response:
    """One's own drafts and those that one is asked about; `awaiting`: those that wait for one's answer (待反馈)."""
    return await door.ask(query)


@routes.ask("/authoring/drafts/{draft_id}", GetDraft)
async def get_draft(door: Door, query: GetDraft) -> Response:
    """A draft with all answers, and what stands against publishing it today. ETag is its version."""
    return await door.ask(query)


@routes.order("/authoring/drafts/{draft_id}", EditDraft, method="PUT", versioned=True)
async def edit_draft(door: Door, command: EditDraft) -> Response:
    """Another text (修改草稿). If-Match: the version that was read."""
    return await door.order(command)


@routes.order("/authoring/drafts/{draft_id}/consultation", OpenConsultation, versioned=True)
async def open_consultation(door: Door, command: OpenConsultation) -> Response:
    """Ask development and reform, finance and the approval bureau, until a day (征求意见)."""
    return await door.order(command)


@routes.order("/authoring/drafts/{draft_id}/consultation/recall", RecallConsultation, versioned=True)
async def recall_consultation(door: Door, command: RecallConsultation) -> Response:
    """Ask no longer; the draft can be edited again (撤回征求意见)."""
    return await door.order(command)


@routes.order("/authoring/drafts/{draft_id}/answers", AnswerConsultation)
async def answer_consultation(door: Door, command: AnswerConsultation) -> Response:
    """Agree, agree with changes, or object (反馈意见). Answers of several parties may come at the same time."""
    return await door.order(command)


@routes.order("/authoring/drafts/{draft_id}/publish", PublishDraft, status=201, versioned=True)
async def publish_draft(door: Door, command: PublishDraft) -> Response:
    """Publish it as an item or as its next version (发布)."""
    return await door.order(command)


@routes.order("/authoring/drafts/{draft_id}/discard", DiscardDraft, versioned=True)
async def discard_draft(door: Door, command: DiscardDraft) -> Response:
    """Give it up (作废)."""
    return await door.order(command)


@routes.order("/authoring/documents", RegisterDocument, status=201)
async def register_document(door: Door, command: RegisterDocument) -> Response:
    """Enter a document that has been issued (登记政策文件)."""
    return await door.order(command)


@routes.ask("/authoring/documents", ListDocuments)
async def list_documents(door: Door, query: ListDocuments) -> Response:
    """The documents that items may rest on: one's own place's and those of the levels above."""
    return await door.ask(query)


@routes.ask("/authoring/documents/{document_id}", GetDocument)
async def get_document(door: Door, query: GetDocument) -> Response:
    """One document. ETag is its version."""
    return await door.ask(query)


@routes.order("/authoring/documents/{document_id}", AmendDocument, method="PUT", versioned=True)
async def amend_document(door: Door, command: AmendDocument) -> Response:
    """Correct what was entered (更正)."""
    return await door.order(command)


@routes.order("/authoring/documents/{document_id}/repeal", RepealDocument, versioned=True)
async def repeal_document(door: Door, command: RepealDocument) -> Response:
    """The document is repealed (废止); items that rest on it are listed as zombies."""
    return await door.order(command)
