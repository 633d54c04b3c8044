"""Documents on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
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
from services.catalog.documents import use_cases, views


class DocumentEntrypoints(Room):
    """Policy documents: registered, corrected, repealed, read."""

    @command
    def register_document(self, cmd: RegisterDocument, uow: UnitOfWork) -> DocumentView:
        return use_cases.register_document(cmd, uow)

    @command
    def amend_document(self, cmd: AmendDocument, uow: UnitOfWork) -> DocumentView:
        return use_cases.amend_document(cmd, uow)

    @command
    def repeal_document(self, cmd: RepealDocument, uow: UnitOfWork) -> DocumentView:
        return use_cases.repeal_document(cmd, uow)

    @query
    def get_document(self, query: GetDocument, reader: Reader) -> DocumentView:
        return views.get_document(query, reader)

    @query
    def list_documents(self, query: ListDocuments, reader: Reader) -> DocumentPage:
        return views.list_documents(query, reader)
