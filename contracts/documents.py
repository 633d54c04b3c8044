"""Policy documents (政策文件): the issued texts that items rest on."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.item import Attachment, LongText, LooseDate, PolicyDocument, ShortText, WebAddress
from contracts.message import Command, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId
from contracts.rule import Level

DocumentState = Literal["in_force", "repealed"]
Day = date


class IssuedDocument(Model):
    """What a document is known by. In force from `valid_from` to `valid_to`, both days included; a document that
    names no end is in force until it is repealed. The text itself is an attachment, or at `url`.
    """

    name: ShortText
    authority: ShortText
    level: Level
    number: ShortText | None = None
    date: LooseDate | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    url: WebAddress | None = None
    attachments: Annotated[tuple[Attachment, ...], Field(max_length=20)] = ()

    def cited(self, document_id: str) -> PolicyDocument:
        """As an item cites it."""
        return PolicyDocument(
            document_id=document_id,
            name=self.name,
            number=self.number,
            date=self.date,
            authority=self.authority,
            level=self.level,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            url=self.url,
            attachments=self.attachments,
        )


class DocumentView(Model):
    document_id: Id
    tenant: TenantId
    version: int
    department: str
    document: IssuedDocument
    state: DocumentState
    repealed_on: Day | None = None
    repeal_basis: str = ""
    items: int = 0


class RegisterDocument(Command[DocumentView]):
    """Enter a document that has been issued. It is public from then on."""

    owner: ClassVar[ServiceName] = "catalog"

    document: IssuedDocument


class AmendDocument(Command[DocumentView]):
    """Correct what was entered, or enter another validity. Items keep what they cited until they are revised."""

    owner: ClassVar[ServiceName] = "catalog"

    document_id: Id
    expected_version: int = Field(ge=1)
    document: IssuedDocument
    reason: LongText


class RepealDocument(Command[DocumentView]):
    """The document is repealed (废止). Items that rest on it become zombies until their departments act."""

    owner: ClassVar[ServiceName] = "catalog"

    document_id: Id
    expected_version: int = Field(ge=1)
    repealed_on: Day
    basis: LongText


class GetDocument(Query[DocumentView]):
    """One document, whoever registered it; `items` counts the published items that cite it."""

    owner: ClassVar[ServiceName] = "catalog"

    document_id: Id


class DocumentPage(Page):
    documents: tuple[DocumentView, ...]


class ListDocuments(PagedQuery[DocumentPage]):
    """The documents that the tenant's items may rest on: its own and those of the levels above it."""

    owner: ClassVar[ServiceName] = "catalog"

    words: str | None = Field(default=None, min_length=1, max_length=60)
