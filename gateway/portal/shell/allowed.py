"""What whoever is signed in may do with a thing in its state: what is not allowed is not shown."""

from __future__ import annotations

from contracts.message import Contract
from gateway.access import allows
from gateway.door import Door
from gateway.permissions import permission_for


def may(door: Door, contract: type[Contract], state: str | None = None) -> bool:
    """By the table of permissions. Whose thing it is its owner knows, and refuses."""
    permission = permission_for(contract)
    in_state = state is None or not permission.states or state in permission.states
    return in_state and allows(permission, door.principal.actor)
