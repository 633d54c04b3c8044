"""Which commands a service takes from the bus at all.

That a command comes from the gateway the broker vouches for: nobody else may write to a service's RPC queue. What the
gateway says of the person who gives it cannot be proved here; what no gateway says is refused.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from chassis.observability.telemetry import get_logger
from chassis.tenancy.registry import TenantUnknown
from contracts.identity import PLATFORM
from contracts.refusal import Forbidden, Refused

log = get_logger(__name__)

KNOWN = text("SELECT EXISTS (SELECT 1 FROM tenant WHERE id = :id)")


class NobodysCommand(Forbidden):
    """Whoever gives it is nothing to anybody: no credential says so of its holder."""

    code = "actor_without_role"
    sentence = "指令没有说明由什么身份的人员或系统下达，不予受理。"


class CommandAdmission:
    """One per process. What it refuses is not kept under the idempotency key: the same command may be in order later."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: set[str] = {PLATFORM}

    def refusal(self, message: Any) -> Refused | None:
        """Why the command is not taken; None for one that is, or that cannot even be read (the frame says so)."""
        if not isinstance(message, dict):
            return None
        actor, tenant = message.get("actor"), message.get("tenant")
        if isinstance(actor, dict) and not actor.get("roles"):
            return NobodysCommand()
        try:
            if isinstance(tenant, str) and not self._knows(tenant):
                return TenantUnknown(tenant=tenant)
        except SQLAlchemyError as error:  # the command itself will meet it, too, and says what to do
            log.warning("the tenant could not be looked for", error=str(error)[:300])
        return None

    def _knows(self, tenant: str) -> bool:
        """A tenant once onboarded stays: it is looked for until it is found. One whose event is still on its way is waited
        for at the door, which asks again."""
        if tenant not in self._known:
            with self._engine.connect() as connection:
                if connection.execute(KNOWN, {"id": tenant}).scalar_one():
                    self._known.add(tenant)
        return tenant in self._known
