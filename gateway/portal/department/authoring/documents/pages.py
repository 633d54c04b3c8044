"""Policy documents: those that items may rest on, a new one, and one that is corrected or repealed."""

from __future__ import annotations

from contracts.documents import AmendDocument, GetDocument, ListDocuments, RegisterDocument, RepealDocument
from contracts.item import PolicyDocument
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.department.authoring.editor.called import choice_label
from gateway.portal.department.authoring.editor.shapes import Words, member
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Nothing, Pages, Values

pages = Pages("authoring")

SPARE_ATTACHMENTS = 2
"""Blank rows for attachments that a form has."""


def levels() -> list[tuple[str, str]]:
    """The levels of government with what they are called."""
    level = member(PolicyDocument, "level")
    assert level is not None
    assert isinstance(level.shape, Words)
    return [(each, choice_label(PolicyDocument, "level", level.shape, each)) for each in level.shape.choices]


@pages.show("/department/documents", ListDocuments, template="list.html", nav=("authoring.nav.documents", 50))
async def list_documents(door: Door, query: ListDocuments) -> Values:
    """The documents of the place and of the levels above it, by words of their names."""
    return {"found": await door.told(query), "wanted": query, "may_write": may(door, RegisterDocument)}


@pages.show("/department/documents/new", Nothing, Permitted(RegisterDocument), template="new.html")
async def new_document(_door: Door, _asked: Nothing) -> Values:
    """A document that has been issued is entered once, and then cited by items."""
    return {"levels": levels(), "spare": SPARE_ATTACHMENTS}


@pages.form("/department/documents/new", RegisterDocument, on=new_document)
async def register_document(door: Door, command: RegisterDocument) -> str:
    """Enter it (登记)."""
    document = await door.done(command)
    return f"/department/documents/{document.document_id}?done=registered"


@pages.show("/department/documents/{document_id}", GetDocument, template="document.html")
async def show_document(door: Door, query: GetDocument) -> Values:
    """One document: what it is, how many items rest on it, and what its department may do with it."""
    found = await door.told(query)
    mine = door.principal.actor.department == found.department and found.state == "in_force"
    return {
        "found": found,
        "levels": levels(),
        "spare": SPARE_ATTACHMENTS,
        "may_amend": mine and may(door, AmendDocument),
        "may_repeal": mine and may(door, RepealDocument),
    }


@pages.form("/department/documents/{document_id}", AmendDocument, on=show_document, versioned=True)
async def amend_document(door: Door, command: AmendDocument) -> str:
    """Correct what was entered (更正)."""
    await door.done(command)
    return f"/department/documents/{command.document_id}?done=amended"


@pages.form("/department/documents/{document_id}/repeal", RepealDocument, on=show_document, versioned=True)
async def repeal_document(door: Door, command: RepealDocument) -> str:
    """The document is repealed (废止)."""
    await door.done(command)
    return f"/department/documents/{command.document_id}?done=repealed"
