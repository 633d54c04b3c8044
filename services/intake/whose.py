"""Whose an application or a draft is."""

from __future__ import annotations

from contracts.message import Actor
from contracts.refusal import Forbidden


class EnterpriseNotYours(Forbidden):
    """An enterprise applies for itself and sees its own applications only."""

    code = "enterprise_not_yours"
    sentence = "您只能办理本企业的事项。"


def refuse_stranger(actor: Actor, enterprise_id: str) -> None:
    """Raise EnterpriseNotYours when the actor acts for an enterprise and it is another one."""
    if actor.enterprise_id is not None and actor.enterprise_id != enterprise_id:
        raise EnterpriseNotYours()
