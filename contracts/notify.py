"""Who is told: messages to firms and their delivery."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from contracts.message import Event, Id, Model, Page, PageRequest, ServiceName

Channel = Literal["inbox", "sms"]


class MessageDelivered(Event):
    aggregate: ClassVar[str] = "message"

    message_id: Id
    enterprise_id: Id
    receipt: str | None
    channel: Channel
    template: str
    delivered_at: datetime


class MessageFailed(Event):
    """The provider refused for good, or the limit of attempts is reached; the reason says which."""

    aggregate: ClassVar[str] = "message"

    message_id: Id
    enterprise_id: Id
    receipt: str | None
    channel: Channel
    template: str
    reason: str


class ListMessages(PageRequest):
    owner: ClassVar[ServiceName] = "notify"

    enterprise_id: Id


class MessageView(Model):
    message_id: Id
    receipt: str | None
    channel: Channel
    template: str
    text: str
    state: Literal["pending", "delivered", "failed"]
    created_at: datetime
    delivered_at: datetime | None


class MessagePage(Page):
    items: tuple[MessageView, ...]
