"""Items before they are published: drafts, and what other authorities say to them (征求意见)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from contracts.authoring import GuideAgreement, TextProblem
from contracts.duties import Attention
from contracts.item import LongText
from contracts.message import Answer, Command, Event, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId
from contracts.policies import DirectGround, PolicyItemView

Stage = Literal["draft", "consultation", "consulted", "published", "discarded"]

PartyKind = Literal["development_reform", "finance", "approval_bureau"]
"""发改、财政、审批局: each is asked about every item."""

PARTIES: tuple[PartyKind, ...] = ("development_reform", "finance", "approval_bureau")


class AskedParty(Model):
    """Who is asked: the kind of authority, and its name here."""

    party: PartyKind
    department: Annotated[str, Field(min_length=2, max_length=60)]


class PartyAnswer(Model):
    """What a party said, or that it did not: `silent` is recorded when the last day has passed, and is neither
    consent nor objection. Without `answer` it is still being waited for.
    """

    party: PartyKind
    department: str
    department_id: Id | None = None
    answer: Literal["agree", "changes", "object", "silent"] | None = None
    opinion: str = ""
    answered_by: str | None = None
    answered_at: datetime | None = None


class ConsultationRound(Model):
    """One round of asking, about one text. `until` is the last day for answers, included."""

    number: int
    opened_at: datetime
    until: date
    closed_at: datetime | None = None
    answers: tuple[PartyAnswer, ...]


class DraftView(Model):
    """A draft with all that was said to it. `problems` stands against publication today.

    What `content` leaves out of its guide's generated parts (`contracts.authoring.GuidePart`) follows the rules: `guide`
    says how it reads.
    """

    draft_id: Id
    tenant: TenantId
    version: int
    code: str
    title: str
    department: str
    stage: Stage
    item_id: Id | None = None
    base_version: int | None = None
    content: dict[str, Any]
    problems: tuple[TextProblem, ...] = ()
    sentences: dict[str, str] = Field(default_factory=dict)
    guide: tuple[GuideAgreement, ...] = ()
    rounds: tuple[ConsultationRound, ...] = ()
    created_at: datetime
    edited_at: datetime


class DraftPolicyItem(Command[DraftView]):
    """Begin a draft: of a new item, or of the next version of `item_id`, beginning with its present text."""

    owner: ClassVar[ServiceName] = "catalog"

    content: dict[str, Any] | None = None
    item_id: Id | None = None


class DraftCommand(Command[Answer]):
    """What every command of a draft's own department says."""

    owner: ClassVar[ServiceName] = "catalog"

    draft_id: Id
    expected_version: int = Field(ge=1)


class EditDraft(DraftCommand[DraftView]):
    """Another text. It may be as unfinished as it likes; the answer says what is wrong with it.

    A text that has been consulted on may only be changed as the parties asked; any other change is consulted on
    anew.
    """

    content: dict[str, Any]
    reason: str = Field(default="", max_length=2000)


class OpenConsultation(DraftCommand[DraftView]):
    """Ask the three parties about the text as it stands; until they have answered it is not edited."""

    parties: Annotated[tuple[AskedParty, ...], Field(min_length=1, max_length=10)]
    until: date


class ConsultedParty(Model):
    """One authority that is asked, and whose turn it is there."""

    party: PartyKind
    department: str
    attention: Attention


class ConsultationOpened(Event):
    """Others are asked about a draft, to answer until the last day, included. Of the draft's text nothing is told."""

    aggregate: ClassVar[str] = "policy_draft"

    draft_id: Id
    title: str
    department: str
    until: date
    parties: tuple[ConsultedParty, ...]


class RecallConsultation(DraftCommand[DraftView]):
    """Ask no longer; the draft can be edited again."""

    reason: LongText


class AnswerConsultation(Command[DraftView]):
    """One party's answer; an objection or a wish for changes says why."""

    owner: ClassVar[ServiceName] = "catalog"

    draft_id: Id
    answer: Literal["agree", "changes", "object"]
    opinion: str = Field(default="", max_length=2000)


class OpinionResponse(Model):
    """What became of a party's wish for changes (意见采纳情况)."""

    party: PartyKind
    text: LongText


class PublishDraft(DraftCommand[PolicyItemView]):
    """Publish the draft as an item or as its next version: after a consultation, or on a ground that needs none.

    Every wish for changes gets a response; over an objection nothing is published. `guide_confirmed`: somebody has
    compared what was written in the guide with the rules, where their figures differ.
    """

    reason: LongText
    ground: DirectGround | None = None
    responses: Annotated[tuple[OpinionResponse, ...], Field(max_length=10)] = ()
    guide_confirmed: bool = False


class DiscardDraft(DraftCommand[DraftView]):
    """Give the draft up. It stays to be read."""

    reason: LongText


class GetDraft(Query[DraftView]):
    """A draft of one's own department, or one that one was asked about."""

    owner: ClassVar[ServiceName] = "catalog"

    draft_id: Id


class DraftSummary(Model):
    draft_id: Id
    version: int
    code: str
    title: str
    department: str
    stage: Stage
    item_id: Id | None = None
    edited_at: datetime
    answer_until: date | None = None


class DraftPage(Page):
    drafts: tuple[DraftSummary, ...]


class ListDrafts(PagedQuery[DraftPage]):
    """Drafts of one's own department and those that one was asked about, the newest first.

    `awaiting`: only those that wait for the answer of whoever asks.
    """

    owner: ClassVar[ServiceName] = "catalog"

    stage: Stage | None = None
    awaiting: bool = False
