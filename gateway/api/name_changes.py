"""For the window and the bureau: an enterprise is called otherwise."""

from __future__ import annotations

from starlette.responses import Response

from contracts.name_changes import ConfirmNameChange, DeclineNameChange, ListNameChanges, ProposeNameChange
from gateway import renaming
from gateway.api.enterprise_records import must_be_there
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("企业名称 names of enterprises")


@routes.order("/enterprises/{enterprise_id}/name-changes", ProposeNameChange, status=201)
async def propose_name_change(door: Door, command: ProposeNameChange) -> Response:
    """Say that an enterprise is called otherwise, by the register's notice (名称变更登记)."""
    await must_be_there(door, command.sha256)
    return await door.order(command)


@routes.ask("/enterprise-name-changes", ListNameChanges)
async def list_name_changes(door: Door, query: ListNameChanges) -> Response:
    """Changes of names of this place, or of one enterprise, the newest first."""
    return await door.ask(query)


@routes.order("/enterprise-name-changes/{change_id}/confirm", ConfirmNameChange, versioned=True)
async def confirm_name_change(door: Door, command: ConfirmNameChange) -> Response:
    """A second person has seen the notice (复核): it is called so from now on. If-Match: the version that was read."""
    change = await renaming.confirm_name_change(door, command)
    return door.answer({"ok": change.model_dump(mode="json")})


@routes.order("/enterprise-name-changes/{change_id}/decline", DeclineNameChange)
async def decline_name_change(door: Door, command: DeclineNameChange) -> Response:
    """Say no to a change of a name, for a reason."""
    return await door.order(command)
