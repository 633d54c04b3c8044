"""What notify does: one function per kind of event, and the delivery of short messages."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chassis.events.received import Received
from chassis.foundation.crash import crash_point
from chassis.foundation.secrecy import Cipher
from chassis.observability.telemetry import get_logger, start_span
from chassis.tenancy.registry import TenantUnknown
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.enterprises import EnterpriseRegistered
from contracts.entitlements import EnterprisesMatched
from contracts.message import TenantId
from contracts.notify import Channel
from contracts.people import MandateEnded, MandateGranted
from services.notify.messages.domain import Message
from services.notify.messages.mandates import MandateCopies, ended_message, granted_message
from services.notify.messages.occasions import is_told, occasion
from services.notify.messages.rendering import fields_of, render
from services.notify.messages.sms import ProviderAnswer, Sms
from services.notify.messages.store import Contacts, Messages, Recipient
from services.notify.messages.templates import NEWLY_ENTITLED, TEMPLATES, Tellable, Template
from services.notify.staff.use_cases import asked_tenants

log = get_logger(__name__)

DELIVER_SMS = "deliver_sms"
AFTER_SILENCE = timedelta(seconds=2)
"""When the provider does not answer, those behind in the batch wait so long, and it costs them no attempt."""

UnitMaker = Callable[[Sequence[TenantId]], UnitOfWork]


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is to be sent now, and the sealed number that it goes to, if that is known."""

    message: Message
    mobile_sealed: str | None


# -- what arrives -----------------------------------------------------------------------------------------


def enterprises_tenant(event: Received[Tellable]) -> tuple[TenantId, ...]:
    """The tenant whose messages an event makes: the enterprise's own, which the envelope need not name."""
    return (event.data.claim.filed_in,)


def tenants_of_both(event: Received[Any]) -> set[TenantId]:
    """And those whose people it asks besides."""
    return {*enterprises_tenant(event), *asked_tenants(event)}


def keep_contacts(events: Sequence[Received[EnterpriseRegistered]], uow: UnitOfWork) -> None:
    """Know how to reach each enterprise."""
    uow.of(Contacts).keep(
        (Recipient(event.tenant, event.data.enterprise_id), event.data.contact_sealed) for event in events
    )


def tell_enterprises(events: Sequence[Received[Tellable]], uow: UnitOfWork) -> None:
    """One message per occasion and channel: what is for the inbox is there at once, the others are sent.

    Over a channel that the enterprise's tenant has not opened nobody is told; the inbox is always open.
    """
    write((message for event in events if is_told(event.data) for message in _drafts(event, uow)), uow)


def tell_newly_entitled(events: Sequence[Received[EnterprisesMatched]], uow: UnitOfWork) -> None:
    """A line in the inbox of each enterprise, once per item and year; nobody is sent a short message unasked."""
    write((message for event in events for message in _entitlements(event, uow.now)), uow)


def tell_mandates_granted(events: Sequence[Received[MandateGranted]], uow: UnitOfWork) -> None:
    """Who acts for an enterprise is told to the enterprise itself."""
    uow.of(MandateCopies).keep(events)
    write((granted_message(event, uow.now) for event in events), uow)


def tell_mandates_ended(events: Sequence[Received[MandateEnded]], uow: UnitOfWork) -> None:
    """And until when."""
    mandates = uow.of(MandateCopies)
    mandates.end(events)
    people = mandates.people((event.tenant, event.data.mandate_id) for event in events)
    write((ended_message(each, people.get((each.tenant, each.data.mandate_id)), uow.now) for each in events), uow)


def write(drafted: Iterable[Message], uow: UnitOfWork) -> None:
    """Keep what is not there yet: what is for the inbox has arrived with that, the others are sent."""
    drafts: dict[str, Message] = {}
    for message in drafted:
        drafts.setdefault(message.id, message)
    messages = uow.of(Messages)
    known = messages.get_many(drafts)
    fresh = [message for message in drafts.values() if message.id not in known]
    for message in fresh:
        if message.channel == "inbox":
            message.deliver(uow.now)
    messages.save_many(fresh)
    for message in fresh:
        if message.state == "pending":
            uow.schedule(DELIVER_SMS, message.id, at=uow.now, tenant=message.tenant)


def _drafts(event: Received[Tellable], uow: UnitOfWork) -> Iterator[Message]:
    template = TEMPLATES[type(event.data)]
    fields = fields_of(event.data)
    tenant = event.data.claim.filed_in
    for channel in told_over(template, event):
        if not _is_open(channel, tenant, uow):
            continue
        yield Message(
            id=str(uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join(("message", occasion(event), channel)))),
            tenant=tenant,
            enterprise_id=event.data.claim.enterprise_id,
            traceparent=event.traceparent,
            claim=event.data.claim,
            channel=channel,
            template=template.code,
            text=render(template, fields, channel),
            created_at=uow.now,
        )


def told_over(template: Template, event: Received[Any]) -> tuple[Channel, ...]:
    """History that is replayed to us lies in the inbox, and is sent to nobody."""
    return tuple(each for each in template.channels if each == "inbox" or not event.replayed)


def _is_open(channel: Channel, tenant: TenantId, uow: UnitOfWork) -> bool:
    """A tenant that is not known here yet has closed nothing."""
    try:
        return channel == "inbox" or channel in uow.registry.settings(tenant).channels
    except TenantUnknown:
        return True


def _entitlements(event: Received[EnterprisesMatched], at: datetime) -> Iterator[Message]:
    data = event.data
    text = NEWLY_ENTITLED.text.format(item=data.item_title)
    for enterprise_id in data.enterprise_ids:
        occasion = ("entitled", event.tenant, data.item_id, str(data.year), enterprise_id)
        yield Message(
            id=str(uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join(occasion))),
            tenant=event.tenant,
            enterprise_id=enterprise_id,
            traceparent=event.traceparent,
            channel="inbox",
            template=NEWLY_ENTITLED.code,
            text=text,
            created_at=at,
        )


# -- what is due ------------------------------------------------------------------------------------------


def deliver_sms(jobs: Sequence[Job], unit: UnitMaker, sms: Sms, cipher: Cipher) -> None:
    """Send what is pending. The provider is called between two transactions, never inside one."""
    tenants = [job.tenant for job in jobs]
    with unit(tenants) as uow:
        letters = _letters(jobs, uow)
    crash_point("notify.deliver_sms.before_provider")
    answers = _send(letters, sms, cipher)
    crash_point("notify.deliver_sms.after_provider")
    with unit(tenants) as uow:
        _record(jobs, answers, uow)


def _letters(jobs: Sequence[Job], uow: UnitOfWork) -> list[Letter]:
    messages = uow.of(Messages).read_many([job.subject for job in jobs])
    pending = [message for message in messages.values() if message.state == "pending"]
    sealed = uow.of(Contacts).sealed([_enterprise(message) for message in pending])
    return [Letter(message, message.mobile_sealed or sealed.get(_enterprise(message))) for message in pending]


def _enterprise(message: Message) -> Recipient:
    return Recipient(message.tenant, message.enterprise_id)


def _send(letters: Sequence[Letter], sms: Sms, cipher: Cipher) -> dict[str, ProviderAnswer]:
    """What came of each, by message id. After a silence the rest is left for later: the provider is unwell."""
    answers: dict[str, ProviderAnswer] = {}
    for letter in letters:
        answers[letter.message.id] = answer = _send_one(letter, sms, cipher)
        if answer.standing == "silent":
            log.warning("sms provider silent", message=letter.message.id, attempts=letter.message.attempts)
            break
    return answers


def _send_one(letter: Letter, sms: Sms, cipher: Cipher) -> ProviderAnswer:
    message = letter.message
    if letter.mobile_sealed is None:
        # The enterprise's dossier is on its way, or was never registered: the attempts tell which.
        return ProviderAnswer("pending", "企业未登记联系手机")
    with start_span("notify.sms", parent=message.traceparent):
        if message.attempts:
            # An earlier try may have arrived although its answer did not.
            answer = sms.ask(message.id)
            if answer.standing != "absent":
                return answer
        mobile = cipher.open(letter.mobile_sealed, purpose="contact", tenant=message.tenant)
        return sms.send(message.id, mobile, message.text)


def _record(jobs: Sequence[Job], answers: Mapping[str, ProviderAnswer], uow: UnitOfWork) -> None:
    messages = uow.of(Messages).get_many([job.subject for job in jobs])
    changed = []
    for job in jobs:
        message, answer = messages.get(job.subject), answers.get(job.subject)
        if message is None or message.state != "pending":
            uow.finish(job)
            continue
        pause: timedelta | None = AFTER_SILENCE
        if answer is not None:
            pause = _take(answer, message, uow.now)
            changed.append(message)
        if pause is not None:
            uow.schedule(DELIVER_SMS, message.id, at=uow.now + pause, tenant=message.tenant)
        else:
            uow.finish(job)
    uow.of(Messages).save_many(changed)


def _take(answer: ProviderAnswer, message: Message, now: datetime) -> timedelta | None:
    """Apply what the provider says; returns how long to wait before the next try, None if there is none."""
    if answer.standing == "delivered":
        message.deliver(answer.delivered_at or now)
    elif answer.standing == "failed":
        message.fail(answer.reason or "短信平台未能送达")
    else:
        message.miss(answer.reason or "短信平台未答复")
    return message.pause if message.state == "pending" else None
