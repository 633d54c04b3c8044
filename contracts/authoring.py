"""How a department looks after its items: what is wrong with a text, what has changed, what needs attention."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field

from contracts.message import Id, Model, Page, PagedQuery, Query, ServiceName
from contracts.policies import AuthoredItemView, ItemState
from contracts.rule import FactType
from contracts.rule.facts import FactName


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

    `review_due`: the end of its validity is near. `may_overpay`: its rules mean what they meant when they were published,
    and may pay too much by that; its cases are decided by persons until a new version says it better. The others make it a zombie (僵尸事项): `basis_repealed`,
    `basis_expired`, `link_broken`.
    """

    code: Literal["review_due", "basis_repealed", "basis_expired", "link_broken", "may_overpay"]
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


GuidePart = Literal["conditions", "standard", "mode", "steps", "time_limits"]
"""The parts of a guide (办事指南) that can be written from the rules, by the names of its fields."""

GUIDE_PARTS: tuple[GuidePart, ...] = get_args(GuidePart)


class GuideAgreement(Model):
    """What one part of the guide says, beside what the rules say. Without `written` it follows the rules.

    `differs` are the quantities that a person wrote and that the rules do not have, as they were written: an
    amount of 20 万元 where the rules pay 30.
    """

    part: GuidePart
    label: str
    written: str | None = None
    from_rules: str
    differs: tuple[str, ...] = ()


class CheckedItem(Model):
    """`problems` lists everything that stands against publication, each with its place (JSON pointer).

    `sentences` and `guide` are there as soon as the text can be read as an item; `parts` says each place of the rules
    that can be read by itself (JSON pointer → sentence), whatever is missing beside it.
    """

    publishable: bool
    problems: tuple[TextProblem, ...]
    sentences: dict[str, str] = Field(default_factory=dict)
    parts: dict[str, str] = Field(default_factory=dict)
    guide: tuple[GuideAgreement, ...] = ()


class CheckPolicyItem(Query[CheckedItem]):
    """Would this text be published? Nothing is kept; the text may be as broken as it likes."""

    owner: ClassVar[ServiceName] = "catalog"

    content: dict[str, Any]


class ItemDifferences(Model):
    """What reads differently in `later` than in `earlier`, rules by their sentences."""

    item_id: Id
    earlier: int
    later: int
    differences: tuple[FieldDifference, ...]


class CompareItemVersions(Query[ItemDifferences]):
    """What has changed between two versions of one of the tenant's items."""

    owner: ClassVar[ServiceName] = "catalog"

    item_id: Id
    earlier: int = Field(ge=1, le=100_000)
    later: int = Field(ge=1, le=100_000)


class FormerFactName(Model):
    """A name that this fact had before; `said` says why the present one means the same."""

    name: FactName
    said: str


class DeclaredFact(Model):
    """A fact that a rule may use, and how many items on offer declare it. `fact_type` is that of the newest item, or the
    dictionary's where no item does.

    `note` is there when more has to be said: that it was found by another word or by a former name, or that items declare
    it under a name that is used no more.
    """

    fact_type: FactType
    items: int
    meaning: str = ""
    former_names: tuple[FormerFactName, ...] = ()
    note: str = ""


class DeclaredFacts(Model):
    """`nearest` is what is written most alike, where the words lead to nothing."""

    facts: tuple[DeclaredFact, ...]
    nearest: tuple[DeclaredFact, ...] = ()


class FindDeclaredFacts(Query[DeclaredFacts]):
    """The fact dictionary: what items on offer here use, and what it has besides; a new item means the same by the same name.

    `words` are looked for in names, labels, meanings and codes, in former names, and in what people else say for it;
    the nearest come first. Without words: what items declare, those first that most items use. `names`: only those of
    these names.
    """

    owner: ClassVar[ServiceName] = "catalog"

    words: str = Field(default="", max_length=60)
    names: Annotated[tuple[FactName, ...], Field(max_length=20)] = ()
    limit: int = Field(default=20, ge=1, le=100)
