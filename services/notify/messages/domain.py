"""Messages to enterprises: what may happen to them. Pure: time and ids are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.aggregate import Aggregate
from contracts.intake import Claim
from contracts.message import Actor
from contracts.notify import Channel, MessageDelivered, MessageFailed, MessageState
from contracts.refusal import Conflict, Forbidden

MOVES: Mapping[tuple[MessageState, MessageState], type[MessageDelivered] | type[MessageFailed]] = {
    ("pending", "delivered"): MessageDelivered,
    ("pending", "failed"): MessageFailed,
}
"""Every message begins as pending; one for the inbox is delivered by being written."""

ATTEMPTS = 20
LONGEST_PAUSE = timedelta(minutes=5)
"""Twenty attempts with doubling pauses of at most five minutes last an hour: an outage is not a failure."""


class MessageEnded(Conflict):
    """A message that was delivered or given up stays so."""

    code = "message_ended"
    sentence = "该消息已送达或已终止发送。"


class EnterpriseNotYours(Forbidden):
    """Messages to an enterprise are for nobody but the enterprise."""

    code = "enterprise_not_yours"
    sentence = "您只能查看发给本企业的消息。"


def refuse_stranger(actor: Actor, enterprise_id: str) -> None:
    """Raise EnterpriseNotYours unless the actor acts for this very enterprise."""
    if actor.enterprise_id != enterprise_id:
        raise EnterpriseNotYours()


@dataclass(kw_only=True, slots=True)
class Message(Aggregate):
    """One message to one enterprise over one channel. It belongs to the enterprise's own tenant.

    `claim` is what it is about, if it is about one: then the tenant is the one that it was filed in.
    `attempts` counts the tries that came to nothing, `reason` says why the last of them did. The number that it is
    sent to is the enterprise's when it is sent, unless it goes to another: `mobile_sealed`, for purpose `contact`.
    """

    enterprise_id: str
    claim: Claim | None = None
    channel: Channel
    template: str
    text: str
    mobile_sealed: str | None = None
    created_at: datetime
    state: MessageState = "pending"
    attempts: int = 0
    reason: str | None = None
    delivered_at: datetime | None = None

    def deliver(self, at: datetime) -> None:
        """The enterprise has it. Raises MessageEnded."""
        self._move("delivered", delivered_at=at)
        self.delivered_at, self.reason = at, None

    def fail(self, reason: str) -> None:
        """It will never be delivered. Raises MessageEnded."""
        self._move("failed", reason=reason)
        self.reason = reason

    def miss(self, reason: str) -> None:
        """One more try came to nothing; the last one that is allowed fails it. Raises MessageEnded."""
        if self.attempts + 1 >= ATTEMPTS:
            self.fail(reason)
        elif self.state != "pending":
            raise MessageEnded()
        self.attempts += 1
        self.reason = reason

    @property
    def pause(self) -> timedelta:
        """How long to wait before the next try."""
        return min(timedelta(seconds=2 ** max(self.attempts - 1, 0)), LONGEST_PAUSE)

    def _move(self, to: MessageState, **fields: object) -> None:
        event = MOVES.get((self.state, to))
        if event is None:
            raise MessageEnded()
        self.state = to
        said = {
            "message_id": self.id,
            "enterprise_id": self.enterprise_id,
            "receipt": self.claim.receipt if self.claim is not None else None,
            "channel": self.channel,
            "template": self.template,
            "claim": self.claim,
        }
        self.record(event.model_validate(said | fields))
