"""An enterprise is called otherwise: it is told, in its inbox and by a short message, as it may not have meant it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from chassis.events.received import Received
from chassis.write.uow import UnitOfWork
from contracts.name_changes import EnterpriseRenamed
from services.notify.messages.domain import Message
from services.notify.messages.templates import RENAMED
from services.notify.messages.use_cases import told_over, write


def tell_renamed(events: Sequence[Received[EnterpriseRenamed]], uow: UnitOfWork) -> None:
    """One message for each change and channel."""
    write((message for event in events for message in _drafts(event, uow.now)), uow)


def _drafts(event: Received[EnterpriseRenamed], at: datetime) -> Iterator[Message]:
    data = event.data
    text = RENAMED.text.format(enterprise=data.name, former=data.former_name, day=data.effective_on.isoformat())
    for channel in told_over(RENAMED, event):
        yield Message(
            id=str(uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join(("renamed", event.id, channel)))),
            tenant=event.tenant,
            enterprise_id=data.enterprise_id,
            traceparent=event.traceparent,
            channel=channel,
            template=RENAMED.code,
            text=text,
            created_at=at,
        )
