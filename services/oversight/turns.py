"""Whose turn it is in a case, with the telephone to call: by the state that it is in, and by the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.departments import DepartmentFunction
from contracts.message import Id, TenantId
from copies.departments import KnownDepartments
from services.oversight.domain import YOURS

REVIEWING = frozenset({"submitted", "accepted"})
"""The department's turn."""

PAYING: Mapping[str, DepartmentFunction] = {
    "approved": "approval_bureau",
    "held": "finance",
    "ready": "approval_bureau",
    "authorised": "approval_bureau",
    "sent": "approval_bureau",
    "unknown": "approval_bureau",
}
"""The turn of one of the payer's departments."""

CALLED: Mapping[DepartmentFunction, str] = {"approval_bureau": "行政审批局", "finance": "财政局"}
"""What they are called where none is registered."""

CORRECTING = YOURS
ENTERPRISE = "企业（更正收款账户）"


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """What decides whose turn it is. `department_id` is known only of claims that were filed by the register."""

    state: str
    tenant: TenantId
    department: str | None
    department_id: Id | None
    payer: TenantId | None

    @property
    def function(self) -> DepartmentFunction | None:
        return PAYING.get(self.state)


@dataclass(frozen=True, slots=True)
class Turn:
    """`who` is nobody once it is over."""

    who: str | None = None
    telephone: str | None = None


def turns(standings: Sequence[CaseStanding], known: KnownDepartments, today: date) -> list[Turn]:
    """Whose turn it is in each of these, in their order; the register is asked once for all."""
    ids = {each.department_id for each in standings if each.state in REVIEWING and each.department_id is not None}
    functions = {each.function for each in standings if each.function is not None}
    tenants = {tenant for each in standings for tenant in (each.tenant, each.payer) if tenant is not None}
    entries = known.entries(tenants, ids, functions, today) if ids or functions else []
    by_id = {each.id: each for each in entries}
    serving = {(each.tenant, function): each for each in reversed(entries) for function in each.functions}
    found = []
    for each in standings:
        if each.state in REVIEWING:
            entry = by_id.get(each.department_id or "")
            found.append(Turn(entry.name, entry.telephone) if entry else Turn(each.department))
        elif each.function is not None:
            entry = serving.get((each.payer or each.tenant, each.function))
            found.append(Turn(entry.name, entry.telephone) if entry else Turn(CALLED[each.function]))
        else:
            found.append(Turn(ENTERPRISE) if each.state in CORRECTING else Turn())
    return found
