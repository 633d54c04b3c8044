"""How a department looks after its items: what is wrong with a text, what has changed, what needs attention."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from contracts.message import Id, Model, Page, PagedQuery, Query, ServiceName
from contracts.policies import AuthoredItemView, ItemState


class FieldDifference(Model):
    """One thing that reads differently: `where` is a JSON pointer into the item, `label` what people call it.

    Rules are compared by their sentences. A side without text was, or is, not there.
    """

    where: str
    label: str
    before: str | None = None
    after: str | None = None


class ChangeView(Model):
    """Who changed what, when and why. `action` is a verb for programs, `action_name` for people."""

    subject: Literal["item", "draft", "document"]
    action: str
    action_name: str
    at: datetime
    actor_id: str
    actor_name: str
    actor_department: str | None = None
    reason: str = ""
    item_version: int | None = None
    differences: tuple[FieldDifference, ...] = ()


class ItemHistory(Page):
    """The newest change first, those of the item's drafts among them."""

    changes: tuple[ChangeView, ...]


class GetItemHistory(PagedQuery[ItemHistory]):
    """Everything that ever happened to one of the tenant's items."""

    owner: ClassVar[ServiceName] = "catalog"

    item_id: Id


class GetAuthoredItem(Query[AuthoredItemView]):
    """One of the tenant's own items."""

    owner: ClassVar[ServiceName] = "catalog"

    item_id: Id


class ItemNotice(Model):
    """Something that the department should look at: a stable code and a sentence.

    `review_due`: the end of its validity is near. The others make it a zombie (僵尸事项): `basis_repealed`,
    `basis_expired`, `link_broken`.
    """

    code: Literal["review_due", "basis_repealed", "basis_expired", "link_broken"]
    text: str


class AuthoredItemSummary(Model):
    item_id: Id
    code: str
    title: str
    department: str
    sample: bool
    state: ItemState
    state_reason: str
    version: int
    item_version: int
    published_at: datetime
    expires_on: date | None = None
    notices: tuple[ItemNotice, ...] = ()
    zombie: bool = False


class AuthoredItemPage(Page):
    items: tuple[AuthoredItemSummary, ...]


class ListAuthoredItems(PagedQuery[AuthoredItemPage]):
    """The tenant's own items in every state: a department's own, anybody else's choice of department.

    `zombies`: only those on offer whose basis is gone or whose links are broken.
    """

    owner: ClassVar[ServiceName] = "catalog"

    department: str | None = Field(default=None, max_length=60)
    state: ItemState | None = None
    zombies: bool = False


class TextProblem(Model):
    """One thing that stands against publication: a stable code, its place (JSON pointer), a sentence."""

    code: str
    where: str
    text: str


class CheckedItem(Model):
    """`problems` lists everything that stands against publication, each with its place (JSON pointer).

    `sentences` are there as soon as the text can be read as an item.
    """

    publishable: bool
    problems: tuple[TextProblem, ...]
    sentences: dict[str, str] = Field(default_factory=dict)


class CheckPolicyItem(Query[CheckedItem]):
    """Would this text be published? Nothing is kept; the text may be as broken as it likes."""

    owner: ClassVar[ServiceName] = "catalog"

    content: dict[str, Any]
