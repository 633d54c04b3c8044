"""Who is told: messages to enterprises and their delivery."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from contracts.duties import DutyKind
from contracts.intake import Claim
from contracts.message import Command, Event, Id, Model, Page, PagedQuery, Query, ServiceName

Channel = Literal["inbox", "sms"]
MessageState = Literal["pending", "delivered", "failed"]


class MessageDelivered(Event):
    """The enterprise has it: in its inbox, or by the provider's word. `claim` is what it is about, if about one."""

    aggregate: ClassVar[str] = "message"

    message_id: Id
    enterprise_id: Id
    receipt: str | None
    channel: Channel
    template: str
    claim: Claim | None = None
    delivered_at: datetime


class MessageFailed(Event):
    """The provider refused for good, or the limit of attempts is reached; the reason says which."""

    aggregate: ClassVar[str] = "message"

    message_id: Id
    enterprise_id: Id
    receipt: str | None
    channel: Channel
    template: str
    claim: Claim | None = None
    reason: str


class MessageView(Model):
    """One message as the enterprise sees it; `delivered_at` is present once `state` is delivered.

    `unread`: whoever asks has not read it. What was also sent as a short message is read in the inbox.
    """

    message_id: Id
    receipt: str | None
    channel: Channel
    template: str
    text: str
    state: MessageState
    created_at: datetime
    delivered_at: datetime | None
    unread: bool = False


class MessagePage(Page):
    items: tuple[MessageView, ...]


class ListMessages(PagedQuery[MessagePage]):
    """Messages to one enterprise, newest first. Only the enterprise itself may ask."""

    owner: ClassVar[ServiceName] = "notify"

    enterprise_id: Id


class DutySubject(Model):
    """One thing that a message to a duty is about: what people call it, and where it is found. A task in another tenant's
    case is found as the task, since the case is not the acting tenant's to open."""

    text: str
    subject_type: Literal["case", "disbursement", "draft", "item", "calendar", "task", "credit_draw"]
    subject_id: Id


class DutyMessageView(Model):
    """What came together of one kind for one duty within an hour.

    `count` is how many, `subjects` are the first few of them. `unread`: more has come than this person has seen.
    """

    message_id: Id
    kind: str
    text: str
    department_id: Id | None
    duty: DutyKind
    count: int
    subjects: tuple[DutySubject, ...]
    since: datetime
    latest: datetime
    unread: bool


class DutyMessagePage(Page):
    items: tuple[DutyMessageView, ...]


class ListDutyMessages(PagedQuery[DutyMessagePage]):
    """Messages to the duties that the actor holds, as holder or stand-in, those unread first, the newest leading."""

    owner: ClassVar[ServiceName] = "notify"


class UnreadCount(Model):
    unread: int


class CountUnread(Query[UnreadCount]):
    """How many messages the actor has not read: of the enterprise named, or of the duties that the actor holds."""

    owner: ClassVar[ServiceName] = "notify"

    enterprise_id: Id | None = None


class MarkRead(Command[DutyMessageView]):
    """The actor has read a message to a duty, as far as it goes now. Others who hold the duty have not."""

    owner: ClassVar[ServiceName] = "notify"

    message_id: Id


class MarkMessageRead(Command[MessageView]):
    """The actor has read a message to the enterprise. Others who act for it have not."""

    owner: ClassVar[ServiceName] = "notify"

    message_id: Id
    enterprise_id: Id
