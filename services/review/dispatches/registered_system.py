"""A department's own system as the tenant has registered it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.aggregate import Aggregate
from contracts.department_systems import DepartmentSystemState, DepartmentSystemView
from contracts.message import Id
from contracts.refusal import Conflict, Invalid, NotFound


class DepartmentSystemUnknown(NotFound):
    """The tenant has registered no such system."""

    code = "department_system_unknown"
    sentence = "没有找到该部门系统。"


class SystemDepartmentUnknown(NotFound):
    """The tenant has no such department, or it acts no more."""

    code = "system_department_unknown"
    sentence = "本地区的部门登记中没有这个部门，或该部门已撤销。请先登记部门。"
    rests_on = ("department",)


class DepartmentHasSystem(Conflict):
    """A department has one system at a time."""

    code = "department_has_system"
    sentence = "该部门已登记了系统。请先停用原有的系统，再登记新的。"


class SystemAddressRefused(Invalid):
    """The address leads to where this installation may not go."""

    code = "system_address_refused"
    sentence = "不能访问该地址：只允许公共网络和运维人员在 LINK_NETWORKS、LINK_PORTS 中列出的网段和端口。"


class DepartmentSystemClosed(Conflict):
    """It was closed before."""

    code = "department_system_closed"
    sentence = "该部门系统已经停用。"


@dataclass(kw_only=True, slots=True)
class RegisteredSystem(Aggregate):
    """Where the system is and how long it is waited for. Its secret is kept apart, sealed."""

    department_id: Id
    name: str
    address: str
    patience_minutes: int
    registered_by: Id
    registered_at: datetime
    state: DepartmentSystemState = "open"
    closed_by: Id | None = None
    closed_at: datetime | None = None
    closed_because: str = ""

    @property
    def patience(self) -> timedelta:
        return timedelta(minutes=self.patience_minutes)

    def close(self, reason: str, *, by: Id, at: datetime) -> None:
        """Raises DepartmentSystemClosed."""
        if self.state == "closed":
            raise DepartmentSystemClosed()
        self.state, self.closed_because, self.closed_by, self.closed_at = "closed", reason, by, at

    def view(self) -> DepartmentSystemView:
        return DepartmentSystemView(
            system_id=self.id,
            department_id=self.department_id,
            name=self.name,
            address=self.address,
            patience_minutes=self.patience_minutes,
            state=self.state,
            registered_at=self.registered_at,
            closed_at=self.closed_at,
            version=self.version,
        )
