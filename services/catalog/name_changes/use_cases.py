"""What is done about names: asked for, confirmed with what follows, declined."""

from __future__ import annotations

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.name_changes import ConfirmNameChange, DeclineNameChange, NameChangeView, ProposeNameChange
from services.catalog.enterprises.names import refuse_look_alike
from services.catalog.enterprises.store import Enterprises
from services.catalog.name_changes.domain import NameChange
from services.catalog.name_changes.store import NameChanges


def propose_name_change(cmd: ProposeNameChange, uow: UnitOfWork) -> NameChangeView:
    """Say that an enterprise is called otherwise; nothing changes until a second person confirms."""
    enterprise = uow.of(Enterprises).get(cmd.enterprise_id)
    changes = uow.of(NameChanges)
    change = NameChange(
        id=uow.new_id(),
        tenant=uow.tenant,
        traceparent=uow.traceparent,
        enterprise_id=enterprise.id,
        uscc=enterprise.uscc,
        former_name=enterprise.name,
        **cmd.model_dump(include={"name", "effective_on", "notice", "notice_on", "sha256"}),
        proposed_by=uow.actor.id,
        proposed_at=uow.now,
    )
    today = uow.now.astimezone(CHINA).date()
    change.check(enterprise, by=uow.actor, today=today, latest=changes.latest(enterprise.id))
    refuse_look_alike(cmd.name, uow, own=enterprise.id, apart_from=cmd.apart_from)
    changes.save(change)
    return change.view()


def confirm_name_change(cmd: ConfirmNameChange, uow: UnitOfWork) -> NameChangeView:
    """A second person agrees: the dossier has the new name, and everybody who keeps it hears of it."""
    changes, enterprises = uow.of(NameChanges), uow.of(Enterprises)
    change = changes.get(cmd.change_id, expected_version=cmd.expected_version)
    enterprise = enterprises.get(change.enterprise_id)
    today = uow.now.astimezone(CHINA).date()
    change.confirm(enterprise, by=uow.actor, at=uow.now, today=today, latest=changes.latest(enterprise.id))
    enterprises.save(enterprise)
    changes.save(change)
    return change.view()


def decline_name_change(cmd: DeclineNameChange, uow: UnitOfWork) -> NameChangeView:
    """Somebody says no; the enterprise is called as it was."""
    changes = uow.of(NameChanges)
    change = changes.get(cmd.change_id)
    change.decline(by=uow.actor, at=uow.now, why=cmd.reason)
    changes.save(change)
    return change.view()
