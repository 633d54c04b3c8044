"""A contact has changed: the number until now is told, the new one is used from then on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from chassis.events.received import Received
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.enterprises import EnterpriseContactChanged
from services.notify.messages.domain import Message
from services.notify.messages.store import Contacts, Recipient
from services.notify.messages.templates import CONTACT_CHANGED, CONTACT_NAME_CHANGED
from services.notify.messages.use_cases import told_over, write


def take_new_contacts(events: Sequence[Received[EnterpriseContactChanged]], uow: UnitOfWork) -> None:
    """Use the new numbers, and tell the former ones by a short message to them and by a line in the inbox."""
    uow.of(Contacts).replace(
        (Recipient(event.tenant, event.data.enterprise_id), event.data.contact_sealed) for event in events
    )
    write((message for event in events for message in _drafts(event, uow.now)), uow)


def _drafts(event: Received[EnterpriseContactChanged], at: datetime) -> Iterator[Message]:
    data = event.data
    template = CONTACT_NAME_CHANGED if data.former_sealed is None else CONTACT_CHANGED
    text = template.text.format(
        enterprise=data.name,
        name=data.contact_name or "未填写",
        former=data.former_masked,
        new=data.contact_masked,
        time=f"{data.changed_at.astimezone(CHINA):%Y-%m-%d %H:%M}",
    )
    for channel in told_over(template, event):
        yield Message(
            id=str(uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join(("contact", event.id, channel)))),
            tenant=event.tenant,
            enterprise_id=data.enterprise_id,
            traceparent=event.traceparent,
            channel=channel,
            template=template.code,
            text=text,
            mobile_sealed=data.former_sealed if channel == "sms" else None,
            created_at=at,
        )
