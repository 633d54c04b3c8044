"""Who takes part, each with a token of their own. They have offices, not names."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from console.demo.door import DemoDoor
from console.demo.scene import HERE, digest


@dataclass(frozen=True, slots=True)
class Office:
    """Somebody's place in the house: the actor id is opaque, the name is that of the office."""

    actor_id: str
    name: str
    roles: tuple[str, ...]
    department: str | None = None
    enterprise_id: str | None = None


WINDOW = Office("window-clerk", "惠企政策兑现专窗", ("window",))
PARTNER = Office("data-exchange", "数据共享交换平台", ("partner",))
ACCOUNTS = Office("bureau-accounts", "行政审批局账户复核岗", ("bureau",))
CHECKER = Office("bureau-checker", "行政审批局兑付复核岗", ("bureau",))
FINANCE = Office("finance-budget", "财政局预算岗", ("finance",))
SUPERVISOR = Office("supervisor", "纪委监督岗", ("supervisor",))
ENTERPRISE = "enterprise-"
"""How the actor ids of enterprises begin."""

STANDING: Sequence[Office] = (WINDOW, PARTNER, ACCOUNTS, CHECKER, FINANCE, SUPERVISOR)


def officer_of(department: str) -> Office:
    """The department's officer who reviews its cases."""
    return Office(f"officer-{zlib.crc32(department.encode()):08x}", f"{department}审核岗", ("department",), department)


def enterprise_office(uscc: str, name: str, enterprise_id: str) -> Office:
    """Whoever acts for an enterprise."""
    return Office(f"{ENTERPRISE}{uscc}", name, ("enterprise",), enterprise_id=enterprise_id)


class People:
    """Credentials by office.

    Asking for them again gives the same tokens: they follow from the command's key.
    """

    def __init__(self, door: DemoDoor, platform_token: str) -> None:
        self._door = door
        self._platform_token = platform_token
        self._tokens: dict[str, str] = {}
        self._offices: dict[str, Office] = {}

    def appoint(self, office: Office) -> str:
        """The office's token, issued by the platform on first need."""
        if office.actor_id not in self._tokens:
            body: dict[str, Any] = {
                "tenant": HERE,
                "actor_id": office.actor_id,
                "name": office.name,
                "roles": list(office.roles),
                "department": office.department,
                "enterprise_id": office.enterprise_id,
            }
            view = self._door.order(
                "/credentials",
                token=self._platform_token,
                body=body,
                key=f"demo/credential/{office.actor_id}/{digest(body)}",
            )
            self._offices[office.actor_id] = office
            self._tokens[office.actor_id] = str(view["token"])
        return self._tokens[office.actor_id]

    def token(self, office: Office) -> str:
        """The token of an office that was appointed. Raises KeyError for another."""
        return self._tokens[office.actor_id]

    def name_of(self, actor_id: str | None) -> str:
        """The office behind an actor id, for people to read."""
        if actor_id is None:
            return "—"
        return self._offices[actor_id].name if actor_id in self._offices else actor_id

    def sign_in_list(self) -> list[tuple[str, str]]:
        """(office, token) of everybody who is not an enterprise, then of one enterprise, the platform last."""
        enterprises = [office for office in self._offices.values() if office.enterprise_id]
        shown = [office for office in self._offices.values() if not office.enterprise_id] + enterprises[:1]
        return [
            *((each.name, self._tokens[each.actor_id]) for each in shown),
            ("平台运维", self._platform_token),
        ]
