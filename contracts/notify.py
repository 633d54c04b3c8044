"""Who is told: messages to enterprises and their delivery."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from contracts.intake import Claim
from contracts.message import Event, Id, Model, Page, PagedQuery, ServiceName

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
    """One message as the enterprise sees it; `delivered_at` is present once `state` is delivered."""

    message_id: Id
    receipt: str | None
    channel: Channel
    template: str
    text: str
    state: MessageState
    created_at: datetime
    delivered_at: datetime | None


class MessagePage(Page):
    items: tuple[MessageView, ...]


class ListMessages(PagedQuery[MessagePage]):
    """Messages to one enterprise, newest first. Only the enterprise itself may ask."""

    owner: ClassVar[ServiceName] = "notify"

    enterprise_id: Id
