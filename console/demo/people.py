"""Who takes part, each with a token of their own. They have offices, not names; their resident ids are made up."""

from __future__ import annotations

import threading
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from stdnum.cn import ric

from console.demo.door import DemoDoor, RequestRefused
from console.demo.scene import HERE, digest
from contracts.fact_sources import SPOKEN_FOR_NAMES


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

ADMINISTRATORS: Sequence[Office] = (
    Office("system-admin", "系统管理员（示例）", ("system",)),
    Office("security-admin", "安全管理员（示例）", ("security",)),
    Office("audit-admin", "审计管理员（示例）", ("auditor",)),
)
"""三员分立: three persons without any other duty."""

STANDING: Sequence[Office] = (WINDOW, PARTNER, ACCOUNTS, CHECKER, FINANCE, SUPERVISOR)


def officer_of(department: str) -> Office:
    """The department's officer who reviews its cases."""
    return Office(f"officer-{zlib.crc32(department.encode()):08x}", f"{department}审核岗", ("department",), department)


def second_officer_of(department: str) -> Office:
    """Another officer of the department: two go to inspect, and this one confirms what the other has recorded."""
    return Office(f"second-{zlib.crc32(department.encode()):08x}", f"{department}勘查岗", ("department",), department)


def leader_of(department: str) -> Office:
    """The department's leader who approves its cases: another person than whoever has checked them."""
    return Office(f"leader-{zlib.crc32(department.encode()):08x}", f"{department}审批岗", ("leader",), department)


def enterprise_office(uscc: str, name: str, enterprise_id: str) -> Office:
    """Whoever acts for an enterprise."""
    return Office(f"{ENTERPRISE}{uscc}", name, ("enterprise",), enterprise_id=enterprise_id)


PLACES_OF_WORK: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "window": ("政务服务中心", "policy", ("window",)),
    "bureau": ("行政审批局", "approval_bureau", ("bureau_intake", "payment_maker", "payment_check")),
    "finance": ("财政局", "finance", ("finance",)),
    "supervisor": ("纪委监委", "discipline", ("discipline",)),
    "department": ("", "policy", ("policy_author", "first_review", "leader")),
    "leader": ("", "policy", ("leader",)),
    "expert": ("评审专家", "policy", ("panel_expert",)),
    "system": ("平台运行单位", "platform", ("system_admin",)),
    "security": ("平台运行单位", "platform", ("security_admin",)),
    "auditor": ("平台运行单位", "platform", ("audit_admin",)),
}
"""Role → department, what it is there for, and the duties that its office holds."""

GATHERED = tuple(SPOKEN_FOR_NAMES)
"""The demo's data exchange gathers from everybody."""

PASSED_ON = {"policy": ("statistics",), "approval_bureau": ("statistics", "window"), "taxation": ("tax",)}
"""The demo's statistics bureau has nobody who signs in: others bring its tables, and the register says so."""

FIRST_DAY = "2025-01-01"


class DemoPeople:
    """Persons with their duties and mandates, and credentials by office.

    Asking for them again gives the same persons, which follow from the commands' keys, and new tokens, which are shown once.
    """

    def __init__(self, door: DemoDoor, platform_token: str, tenant: str = HERE) -> None:
        self._door = door
        self._tenant = tenant
        self._platform_token = platform_token
        self._tokens: dict[str, str] = {}
        self._offices: dict[str, Office] = {}
        self._departments: dict[str, str] = {}
        self._registering: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def appoint(self, office: Office) -> str:
        """The office's token, issued by the platform on first need."""
        if office.actor_id not in self._tokens:
            body: dict[str, Any] = {"tenant": self._tenant, "actor_id": office.actor_id, "name": office.name}
            machine = set(office.roles) <= {"partner", "bank"}
            if machine:
                body["roles"] = list(office.roles)
                if "partner" in office.roles:
                    body["sources"] = list(GATHERED)
            elif office.enterprise_id is not None:
                self.place(office)
                body["enterprise_id"] = office.enterprise_id
            else:
                body["department_id"] = self.place(office)
                # The scene is played by a program: nobody is there to give a second factor.
                body["unattended"] = True
            self._offices[office.actor_id] = office
            self._tokens[office.actor_id] = self._new_token(office, body)
        return self._tokens[office.actor_id]

    def _new_token(self, office: Office, body: dict[str, Any]) -> str:
        """A token is shown in one answer; where that was lost on its way, another is asked for."""
        while True:
            try:
                view = self._order("/credentials", f"credential/{office.actor_id}/{uuid4().hex}", body)
            except RequestRefused as refused:
                if refused.code != "already_issued":
                    raise
            else:
                return str(view["token"])

    def place(self, office: Office) -> str | None:
        """The office's person is registered and holds what belongs to it; the id of the department it works in."""
        self._register(office)
        if office.enterprise_id is None:
            return self._employ(office)
        self._mandate(office)
        return None

    def _register(self, office: Office) -> None:
        person = {
            "person_id": office.actor_id,
            "name": office.name,
            "resident_id": made_up_resident_id(office.actor_id),
        }
        self._order("/people", f"person/{office.actor_id}", person)

    def _mandate(self, office: Office) -> None:
        mandate = {
            "tenant": self._tenant,
            "person_id": office.actor_id,
            "enterprise_id": office.enterprise_id,
            "enterprise_name": office.name,
            "kind": "legal_representative",
            "since": FIRST_DAY,
        }
        self._order("/mandates", f"mandate/{office.actor_id}", mandate)

    def _employ(self, office: Office) -> str:
        """The department's id, once the office holds its duties there."""
        department_id = ""
        for role in office.roles:
            name, function, duties = PLACES_OF_WORK[role]
            department_id = self.department(office.department or name, function)
            for duty in duties:
                held = {
                    "tenant": self._tenant,
                    "person_id": office.actor_id,
                    "department_id": department_id,
                    "duty_id": duty,
                    "since": FIRST_DAY,
                }
                self._order("/appointments", f"appointment/{office.actor_id}/{duty}", held)
        return department_id

    def department(self, name: str, function: str = "policy") -> str:
        """The id of a department, registered on first need."""
        with self._registering[name]:
            if name not in self._departments:
                said = {"name": name, "functions": [function], "sources": list(PASSED_ON.get(function, ()))}
                body = {"tenant": self._tenant, "department": said}
                view = self._order("/departments", f"department/{name}", body)
                self._departments[name] = str(view["department_id"])
        return self._departments[name]

    def _order(self, path: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
        # A key is read by machines: the name of a department is not written in it.
        return self._door.order(
            path,
            token=self._platform_token,
            key=f"demo/{self._tenant}/{zlib.crc32(key.encode()):08x}/{digest(body)}",
            body=body,
        )

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


def made_up_resident_id(seed: str) -> str:
    """A number that passes the check of GB 11643 and follows from `seed`; nobody's, as far as anybody knows."""
    made = zlib.crc32(seed.encode())
    day = date(1970, 1, 1) + timedelta(days=made % 10_000)
    body = f"360732{day:%Y%m%d}{made // 10_000 % 1_000:03d}"
    return body + ric.calc_check_digit(f"{body}0")
