"""Whose turn it is in a case, with the telephone to call: by the state that it is in, and by the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.departments import DepartmentFunction
from contracts.message import Id, TenantId
from copies.departments import KnownDepartment, KnownDepartments
from services.oversight.domain import SUPPLEMENTING, YOURS, AskedDepartment

REVIEWING = frozenset({"submitted", "accepted"})
"""The turn of the departments whose answers are awaited, else of the item's own."""

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

CORRECTING = YOURS - {SUPPLEMENTING}
ENTERPRISE = "企业（更正收款账户）"
ENTERPRISE_SUPPLEMENTS = "企业（补正材料）"

FIRST_FEW = 3
"""So many departments are named; more are counted."""


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """What decides whose turn it is. `department_id` is known only of claims that were filed by the register."""

    state: str
    tenant: TenantId
    department: str | None
    department_id: Id | None
    payer: TenantId | None
    asked: tuple[AskedDepartment, ...] = ()

    @property
    def reviewers(self) -> tuple[AskedDepartment, ...]:
        """Who has to say something before it is decided."""
        if self.state not in REVIEWING:
            return ()
        own = AskedDepartment(self.department or "", self.department_id, self.tenant)
        return self.asked or (own,)

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
    ids = {reviewer.id for each in standings for reviewer in each.reviewers if reviewer.id is not None}
    functions = {each.function for each in standings if each.function is not None}
    tenants = {tenant for each in standings for tenant in (each.tenant, each.payer) if tenant is not None}
    tenants |= {reviewer.tenant for each in standings for reviewer in each.reviewers if reviewer.tenant is not None}
    entries = known.entries(tenants, ids, functions, today) if ids or functions else []
    by_id = {each.id: each for each in entries}
    serving = {(each.tenant, function): each for each in reversed(entries) for function in each.functions}
    found = []
    for each in standings:
        if each.reviewers:
            found.append(_of_reviewers(each.reviewers, by_id))
        elif each.function is not None:
            entry = serving.get((each.payer or each.tenant, each.function))
            found.append(Turn(entry.name, entry.telephone) if entry else Turn(CALLED[each.function]))
        elif each.state == SUPPLEMENTING:
            found.append(Turn(ENTERPRISE_SUPPLEMENTS))
        else:
            found.append(Turn(ENTERPRISE) if each.state in CORRECTING else Turn())
    return found


def _of_reviewers(reviewers: Sequence[AskedDepartment], by_id: Mapping[Id, KnownDepartment]) -> Turn:
    """One is named with its telephone; of many the first few are named."""
    entries = [by_id.get(each.id or "") for each in reviewers]
    names = [entry.name if entry else each.name for each, entry in zip(reviewers, entries, strict=True)]
    if len(names) == 1:
        return Turn(names[0] or None, entries[0].telephone if entries[0] else None)
    few = "、".join(names[:FIRST_FEW])
    return Turn(few if len(names) <= FIRST_FEW else f"{few}等 {len(names)} 个部门")
