"""Documents as everybody reads them who writes items."""

from __future__ import annotations

from typing import Any

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.documents import DocumentPage, DocumentView, GetDocument, IssuedDocument, ListDocuments
from services.catalog.documents.domain import DocumentUnknown
from services.catalog.policies.views import LINEAGE

DOCUMENT = """
SELECT d.id AS document_id, d.tenant, d.version, d.department, d.text AS document, d.state, d.repealed_on,
    d.repeal_basis, (SELECT count(*) FROM policy_item p
        WHERE p.content #>> '{document,document_id}' = d.id AND p.state <> 'withdrawn') AS items
FROM policy_document d WHERE d.id = :id
"""

DOCUMENTS = f"""{LINEAGE}
SELECT d.id AS document_id, d.tenant, d.version, d.department, d.text AS document, d.state, d.repealed_on,
    d.repeal_basis
FROM policy_document d
WHERE d.tenant IN (SELECT id FROM lineage) AND d.id > :after
    AND (CAST(:words AS text) IS NULL OR strpos(d.text ->> 'name', :words) > 0
        OR strpos(coalesce(d.text ->> 'number', ''), :words) > 0)
ORDER BY d.id LIMIT :limit
"""


def get_document(query: GetDocument, reader: Reader) -> DocumentView:
    """Raises DocumentUnknown."""
    row = reader.execute(DOCUMENT, {"id": query.document_id}).mappings().first()
    if row is None:
        raise DocumentUnknown()
    return _document(dict(row))


def list_documents(query: ListDocuments, reader: Reader) -> DocumentPage:
    """In the order of their registration. Raises CursorInvalid."""
    after = decode_cursor(query.cursor, str)
    wanted = {
        "tenant": reader.tenant,
        "after": str(after[0]) if after else "",
        "words": query.words,
        "limit": query.limit + 1,
    }
    rows, more = cut_page(reader.execute(DOCUMENTS, wanted).mappings().all(), query.limit)
    documents = tuple(_document(dict(row)) for row in rows)
    return DocumentPage(documents=documents, next_cursor=encode_cursor(documents[-1].document_id) if more else None)


def _document(row: dict[str, Any]) -> DocumentView:
    return DocumentView.model_validate({**row, "document": IssuedDocument.model_validate(row["document"])})
