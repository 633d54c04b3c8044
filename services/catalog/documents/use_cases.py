"""What the catalogue does with documents when it is told to: one function per command."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.authoring import FieldDifference
from contracts.documents import AmendDocument, DocumentView, IssuedDocument, RegisterDocument, RepealDocument
from contracts.refusal import StaleVersion
from services.catalog.documents.domain import Document, DocumentOfOtherDepartment
from services.catalog.documents.store import Documents
from services.catalog.policies.differences import fields_that_differ
from services.catalog.policies.store import Changes


def register_document(cmd: RegisterDocument, uow: UnitOfWork) -> DocumentView:
    """Enter a document that has been issued."""
    document = Document.register(cmd.document, id=uow.new_id(), tenant=uow.tenant, by=uow.actor, at=uow.now)
    return _saved(document, "registered", "", uow)


def amend_document(cmd: AmendDocument, uow: UnitOfWork) -> DocumentView:
    """Correct what was entered."""
    document = _to_change(cmd, uow)
    before = document.text
    document.amend(cmd.document, by=uow.actor)
    return _saved(document, "amended", cmd.reason, uow, before=before)


def repeal_document(cmd: RepealDocument, uow: UnitOfWork) -> DocumentView:
    """The document is repealed; the items that rest on it are listed as zombies from now on."""
    document = _to_change(cmd, uow)
    document.repeal(cmd.repealed_on, cmd.basis, by=uow.actor)
    return _saved(document, "repealed", cmd.basis, uow)


def _to_change(cmd: AmendDocument | RepealDocument, uow: UnitOfWork) -> Document:
    document = uow.of(Documents).own(cmd.document_id, tenant=uow.tenant)
    if uow.actor.department != document.department:
        raise DocumentOfOtherDepartment(department=document.department)
    if document.version != cmd.expected_version:
        raise StaleVersion()
    return document


def _saved(
    document: Document, action: str, reason: str, uow: UnitOfWork, *, before: IssuedDocument | None = None
) -> DocumentView:
    uow.of(Documents).save(document)
    differing: tuple[FieldDifference, ...] = ()
    if before is not None:
        differing = fields_that_differ(before.model_dump(mode="json"), document.text.model_dump(mode="json"))
    uow.of(Changes).add("document", document, action, reason=reason, differences=differing)
    return document.view()
