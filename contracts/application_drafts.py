"""What an enterprise has begun to fill in and not filed yet (申报草稿): kept on the server, field by field."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.message import Command, Id, Model, Query, ServiceName

DraftFieldName = Annotated[str, Field(min_length=1, max_length=160, pattern=r"^[^\s\x00-\x1f]+$")]
"""As the form calls it, e.g. `answers.revenue:2025`, `commitments`."""

DraftText = Annotated[str, Field(max_length=8000)]

MOST_FIELDS = 300
LARGEST_DRAFT = 200_000
"""Characters of all fields of one draft together."""


class DraftField(Model):
    """One field as it was typed, complete or not. `number` grows with each change of the draft: who saves a field says which one
    they saw."""

    name: DraftFieldName
    values: tuple[DraftText, ...] = ()
    number: int
    saved_at: datetime
    saved_by: Id


class SaidField(Model):
    """What stands in a field now. `seen` is the field's `number` as the page knew it, 0 for one that was never saved."""

    name: DraftFieldName
    values: tuple[DraftText, ...] = Field(default=(), max_length=500)
    seen: int = Field(default=0, ge=0)


class ApplicationDraftView(Model):
    """A draft keeps the version of the item whose form it was begun with (`item_version`); `newest_version` is the one on offer now.

    `differing` are the fields of which somebody has saved something else since the page saw them: they stand as that person left
    them, and what was said now is not in the draft.
    """

    draft_id: Id
    enterprise_id: Id
    item_id: Id
    item_version: int
    newest_version: int
    item_title: str
    fields: tuple[DraftField, ...] = ()
    differing: tuple[DraftFieldName, ...] = ()
    begun_at: datetime
    begun_by: Id
    saved_at: datetime
    kept_until: datetime


class SaveApplicationDraft(Command[ApplicationDraftView]):
    """Keep what stands in these fields (暂存), whatever it is; the enterprise's draft of this item begins with the first of them.

    Of each field the latest word stands, unless whoever says it has not seen the one before. `item_version` is that of the form.
    """

    owner: ClassVar[ServiceName] = "intake"

    enterprise_id: Id
    item_id: Id
    item_version: int = Field(ge=1)
    fields: tuple[SaidField, ...] = Field(min_length=1, max_length=MOST_FIELDS)


class RenewApplicationDraft(Command[ApplicationDraftView]):
    """Go on with the item's newest version: what was filled in stays, under the names that the new form has for it."""

    owner: ClassVar[ServiceName] = "intake"

    draft_id: Id


class DiscardApplicationDraft(Command[ApplicationDraftView]):
    """Throw the draft away, with what stands in it; answers with what it was."""

    owner: ClassVar[ServiceName] = "intake"

    draft_id: Id


class FoundDraft(Model):
    draft: ApplicationDraftView | None = None


class GetApplicationDraft(Query[FoundDraft]):
    """The enterprise's draft for an item, if there is one."""

    owner: ClassVar[ServiceName] = "intake"

    enterprise_id: Id
    item_id: Id


class ApplicationDraftList(Model):
    items: tuple[ApplicationDraftView, ...] = ()


class ListApplicationDrafts(Query[ApplicationDraftList]):
    """All that the enterprise has begun and not filed, saved last first; without what stands in the fields."""

    owner: ClassVar[ServiceName] = "intake"

    enterprise_id: Id
