"""For departments: drafts of items, and the documents that items rest on. For whoever is asked: answers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.documents import (
    AmendDocument,
    GetDocument,
    ListDocuments,
    RegisterDocument,
    RepealDocument,
)
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
    Stage,
)
from contracts.message import Id
from gateway.access import Only
from gateway.door import answer, ask, command_of, expected_version, form, order
from gateway.identity.views import Principal

router = APIRouter(tags=["政策起草 drafts"])
FROM_PATH = ("draft_id", "expected_version")
OF_DOCUMENT = ("document_id", "expected_version")
DraftPolicyItemForm = form(DraftPolicyItem)
EditDraftForm = form(EditDraft, without=FROM_PATH)
OpenConsultationForm = form(OpenConsultation, without=FROM_PATH)
RecallConsultationForm = form(RecallConsultation, without=FROM_PATH)
AnswerConsultationForm = form(AnswerConsultation, without=("draft_id",))
PublishDraftForm = form(PublishDraft, without=FROM_PATH)
DiscardDraftForm = form(DiscardDraft, without=FROM_PATH)
RegisterDocumentForm = form(RegisterDocument)
AmendDocumentForm = form(AmendDocument, without=OF_DOCUMENT)
RepealDocumentForm = form(RepealDocument, without=OF_DOCUMENT)

Author = Annotated[Principal, Depends(Only("department"))]
Asked = Annotated[Principal, Depends(Only("department", "finance", "bureau"))]


@router.post("/authoring/drafts", status_code=201)
async def draft_policy_item(
    request: Request,
    body: DraftPolicyItemForm,  # type: ignore[valid-type]
    principal: Author,
) -> Response:
    """Begin a draft, of a new item or of the next version of one (起草). The text may be unfinished."""
    return await order(request, principal, command_of(DraftPolicyItem, body), status=201)


@router.get("/authoring/drafts")
async def list_drafts(
    request: Request,
    principal: Asked,
    stage: Stage | None = None,
    awaiting: bool = False,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """One's own drafts and those that one is asked about; `awaiting`: those that wait for one's answer (待反馈)."""
    query = ListDrafts(stage=stage, awaiting=awaiting, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.get("/authoring/drafts/{draft_id}")
async def get_draft(request: Request, draft_id: Id, principal: Asked) -> Response:
    """A draft with all answers, and what stands against publishing it today. ETag is its version."""
    return answer(await ask(request, GetDraft(draft_id=draft_id), tenant=principal.tenant, principal=principal))


@router.put("/authoring/drafts/{draft_id}")
async def edit_draft(
    request: Request,
    draft_id: Id,
    body: EditDraftForm,  # type: ignore[valid-type]
    principal: Author,
) -> Response:
    """Another text (修改草稿). If-Match: the version that was read."""
    command = command_of(EditDraft, body, draft_id=draft_id, expected_version=expected_version(request))
    return await order(request, principal, command)


@router.post("/authoring/drafts/{draft_id}/consultation")
async def open_consultation(
    request: Request,
    draft_id: Id,
    body: OpenConsultationForm,  # type: ignore[valid-type]
    principal: Author,
) -> Response:
    """Ask development and reform, finance and the approval bureau, until a day (征求意见)."""
    command = command_of(OpenConsultation, body, draft_id=draft_id, expected_version=expected_version(request))
    return await order(request, principal, command)


@router.post("/authoring/drafts/{draft_id}/consultation/recall")
async def recall_consultation(
    request: Request,
    draft_id: Id,
    body: RecallConsultationForm,  # type: ignore[valid-type]
    principal: Author,
) -> Response:
    """Ask no longer; the draft can be edited again (撤回征求意见)."""
    command = command_of(RecallConsultation, body, draft_id=draft_id, expected_version=expected_version(request))
    return await order(request, principal, command)


@router.post("/authoring/drafts/{draft_id}/answers")
async def answer_consultation(
    request: Request,
    draft_id: Id,
    body: AnswerConsultationForm,  # type: ignore[valid-type]
    principal: Asked,
) -> Response:
    """Agree, agree with changes, or object (反馈意见). Answers of several parties may come at the same time."""
    return await order(request, principal, command_of(AnswerConsultation, body, draft_id=draft_id))


@router.post("/authoring/drafts/{draft_id}/publish", status_code=201)
async def publish_draft(
    request: Request,
    draft_id: Id,
    body: PublishDraftForm,  # type: ignore[valid-type]
    principal: Author,
) -> Response:
    """Publish it as an item or as its next version (发布)."""
    command = command_of(PublishDraft, body, draft_id=draft_id, expected_version=expected_version(request))
    return await order(request, principal, command, status=201)


@router.post("/authoring/drafts/{draft_id}/discard")
async def discard_draft(
    request: Request,
    draft_id: Id,
    body: DiscardDraftForm,  # type: ignore[valid-type]
    principal: Author,
) -> Response:
    """Give it up (作废)."""
    command = command_of(DiscardDraft, body, draft_id=draft_id, expected_version=expected_version(request))
    return await order(request, principal, command)


@router.post("/authoring/documents", status_code=201)
async def register_document(
    request: Request,
    body: RegisterDocumentForm,  # type: ignore[valid-type]
    principal: Author,
) -> Response:
    """Enter a document that has been issued (登记政策文件)."""
    return await order(request, principal, command_of(RegisterDocument, body), status=201)


@router.get("/authoring/documents")
async def list_documents(
    request: Request,
    principal: Author,
    words: Annotated[str | None, Query(min_length=1, max_length=60)] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The documents that items may rest on: one's own place's and those of the levels above."""
    query = ListDocuments(words=words, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.get("/authoring/documents/{document_id}")
async def get_document(request: Request, document_id: Id, principal: Author) -> Response:
    """One document. ETag is its version."""
    query = GetDocument(document_id=document_id)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.put("/authoring/documents/{document_id}")
async def amend_document(
    request: Request,
    document_id: Id,
    body: AmendDocumentForm,  # type: ignore[valid-type]
    principal: Author,
) -> Response:
    """Correct what was entered (更正)."""
    command = command_of(AmendDocument, body, document_id=document_id, expected_version=expected_version(request))
    return await order(request, principal, command)


@router.post("/authoring/documents/{document_id}/repeal")
async def repeal_document(
    request: Request,
    document_id: Id,
    body: RepealDocumentForm,  # type: ignore[valid-type]
    principal: Author,
) -> Response:
    """The document is repealed (废止); items that rest on it are listed as zombies."""
    command = command_of(RepealDocument, body, document_id=document_id, expected_version=expected_version(request))
    return await order(request, principal, command)
