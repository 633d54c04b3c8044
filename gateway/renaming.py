"""An enterprise's new name at the door: confirmed by the catalogue, and then taken into the mandates, which the gateway keeps.

The catalogue tells whoever comes after it by events. The gateway comes before it and hears none, so that the door says it
itself, under a key that follows from the request's: who is interrupted between the two sends the same again, and both are done.
"""

from __future__ import annotations

from contracts.name_changes import ConfirmNameChange, NameChangeView
from gateway.door import Door, idempotency_key
from gateway.errors import Faulted
from gateway.identity.people.mandate_names import call_otherwise


async def confirm_name_change(door: Door, command: ConfirmNameChange) -> NameChangeView:
    """What came of it. Raises RefusedThere, Faulted, KeyMissing."""
    key = idempotency_key(door.request) if door.key is None else door.key
    change = await door.done(command)
    door.key = f"{key}/mandates"
    done = await door.carry_out(command, lambda _, uow: call_otherwise(change, uow))
    door.key = key
    if "ok" not in done:
        raise Faulted.by(done, ordered=True)
    return change
