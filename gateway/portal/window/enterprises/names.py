"""An enterprise's new name (名称变更): entered with the register's notice, confirmed by a second person, or sent back."""

from __future__ import annotations

from contracts.message import Id, Model, Why
from contracts.name_changes import ConfirmNameChange, DeclineNameChange, ProposeNameChange
from gateway import renaming
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.window.enterprises.pages import pages, show_enterprise


class ChangeShown(Model):
    """A change of a name as it was looked at, to be confirmed."""

    enterprise_id: Id
    change_id: Id
    expected_version: int


class ChangeSentBack(Model):
    """A change of a name that is not to be, and why."""

    enterprise_id: Id
    change_id: Id
    reason: Why


@pages.form("/window/enterprises/{enterprise_id}/name-changes", ProposeNameChange, on=show_enterprise)
async def propose_name_change(door: Door, command: ProposeNameChange) -> str:
    """Enter what the register's notice says; somebody else confirms it."""
    await door.done(command)
    return f"/window/enterprises/{command.enterprise_id}?done=name_change_proposed"


@pages.form(
    "/window/enterprises/{enterprise_id}/name-changes/{change_id}/confirm",
    ChangeShown,
    Permitted(ConfirmNameChange),
    on=show_enterprise,
    versioned=True,
)
async def confirm_name_change(door: Door, said: ChangeShown) -> str:
    """Confirm it as a second person; from then on the enterprise is called so."""
    command = ConfirmNameChange(change_id=said.change_id, expected_version=said.expected_version)
    await renaming.confirm_name_change(door, command)
    return f"/window/enterprises/{said.enterprise_id}?done=name_changed"


@pages.form(
    "/window/enterprises/{enterprise_id}/name-changes/{change_id}/decline",
    ChangeSentBack,
    Permitted(DeclineNameChange),
    on=show_enterprise,
)
async def decline_name_change(door: Door, said: ChangeSentBack) -> str:
    """Send it back, for a reason; the name stays."""
    await door.done(DeclineNameChange(change_id=said.change_id, reason=said.reason))
    return f"/window/enterprises/{said.enterprise_id}?done=name_change_declined"
