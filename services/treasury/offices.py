"""Who may do what with public money: each step belongs to one office. Pure."""

from __future__ import annotations

from contracts.message import Actor
from contracts.refusal import Forbidden


class RoleRequired(Forbidden):
    """This is the office of somebody else."""

    code = "role_required"
    sentence = "该操作须由{office}人员办理。"


def must_hold(actor: Actor, role: str, office: str) -> None:
    """Raises RoleRequired."""
    if role not in actor.roles:
        raise RoleRequired(office=office)
