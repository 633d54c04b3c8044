"""What notify does when somebody has to act, and when somebody has read of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chassis.events.received import Received
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from contracts.notify import DutyMessageView, MarkRead
from copies.departments import KnownDepartments
from services.notify.staff.asking import Asking, notices_of
from services.notify.staff.domain import DutyNotice, once_each
from services.notify.staff.store import DutyMessages
from services.notify.staff.views import message_seen_by


def asked_tenants(event: Received[Asking]) -> set[TenantId]:
    """The tenants whose people an event asks."""
    return {notice.tenant for notice in _notices(event)}


def tell_duties(events: Sequence[Received[Asking]], uow: UnitOfWork) -> None:
    """What asks for a duty lies in its inbox, together with what else of its kind came in that hour.

    History that is replayed to us asks nobody: what is still to be done of it stands in the work lists.
    """
    notices = once_each(notice for event in events if not event.replayed for notice in _notices(event))
    uow.of(DutyMessages).add(_found_by_name(notices, uow))


def mark_read(cmd: MarkRead, uow: UnitOfWork) -> DutyMessageView:
    """The actor has read it, as far as it goes now. Raises DutyMessageUnknown."""
    message = message_seen_by(uow.actor, uow.tenant, cmd.message_id, uow)
    uow.of(DutyMessages).mark(uow.tenant, message.message_id, uow.actor.id, message.count)
    return message.model_copy(update={"unread": False})


def _notices(event: Received[Asking]) -> list[DutyNotice]:
    return list(notices_of(event.data, event.id, event.envelope.time))


def _found_by_name(notices: Sequence[DutyNotice], uow: UnitOfWork) -> list[DutyNotice]:
    """A department that was named only is looked for in the register; one that is not there keeps its name."""
    named = {(each.tenant, each.department) for each in notices if each.department is not None}
    found = uow.of(KnownDepartments).named(named, uow.now.astimezone(CHINA).date()) if named else {}
    return [
        replace(each, department_id=found[each.tenant, each.department], department=None)
        if each.department is not None and (each.tenant, each.department) in found
        else each
        for each in notices
    ]
