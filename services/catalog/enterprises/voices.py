"""For whom the actor of a unit of work may speak: what the register of departments adds to what the gateway says."""

from __future__ import annotations

from collections.abc import Collection

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from copies.departments import KnownDepartments
from services.catalog.enterprises.sources import Voice, without_blanks


def voice_of(uow: UnitOfWork, sources: Collection[str]) -> Voice:
    """`sources` are those that are going to be said: whether one is another office's name is asked about them only."""
    actor, day = uow.actor, uow.now.astimezone(CHINA).date()
    register = uow.of(KnownDepartments)
    own = register.entries([uow.tenant], [actor.department_id], (), day) if actor.department_id is not None else []
    # However its name is spaced or how wide it is written, an office is meant.
    asked = {written for source in sources for written in (source, without_blanks(source))}
    offices = register.named([(uow.tenant, source) for source in asked], day)
    others = [name for (_tenant, name), id in offices.items() if id != actor.department_id]
    # A partner's system passes on what offices have told it; its credential says of which kinds.
    return Voice.of(actor, [each.name for each in own], () if "partner" in actor.roles else others)
