"""What an enterprise would read, before it is sent: a refusal, a supplement and a claim that is not accepted are looked at
in the reader's own words."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime, Field

from contracts.case_events import SupplementPoint
from contracts.intake import Claim
from contracts.message import Model, Query, ServiceName
from contracts.notify import Channel
from contracts.refusal_grounds import CHOSEN, OWN, RefusalGround, Remedies
from contracts.review import CitedText


class MessagePreview(Model):
    """What would be read over one channel."""

    channel: Channel
    text: str


class MessagePreviews(Model):
    items: tuple[MessagePreview, ...]


class PreviewRejection(Query[MessagePreviews]):
    """What the enterprise would read, over each channel that its tenant has opened, if its case were refused so: `grounds` and
    `remedies` as `GetRefusalGrounds` gives them, grounds of the department's own made into such."""

    owner: ClassVar[ServiceName] = "notify"

    claim: Claim
    reason: str | None = Field(default=None, min_length=4, max_length=1000)
    cites: tuple[CitedText, ...] = Field(default=(), max_length=20)
    how_to_object: str = Field(default="", max_length=1000)
    grounds: tuple[RefusalGround, ...] = Field(default=(), max_length=CHOSEN + OWN)
    remedies: Remedies | None = None


class PreviewNotAccepted(Query[MessagePreviews]):
    """The same if its claim were not accepted (不予受理)."""

    owner: ClassVar[ServiceName] = "notify"

    claim: Claim
    reason: str | None = Field(default=None, min_length=4, max_length=1000)
    cites: tuple[CitedText, ...] = Field(default=(), max_length=20)
    how_to_object: str = Field(default="", max_length=1000)
    grounds: tuple[RefusalGround, ...] = Field(default=(), max_length=CHOSEN + OWN)
    remedies: Remedies | None = None


class PreviewSupplement(Query[MessagePreviews]):
    """The same if it were asked to mend these things (补正告知), until `due_at` where there is a limit."""

    owner: ClassVar[ServiceName] = "notify"

    claim: Claim
    points: tuple[SupplementPoint, ...] = Field(min_length=1, max_length=60)
    due_at: AwareDatetime | None = None
