"""In what a person may act today: a department of a tenant with the duties held there, or an enterprise.

One person acts in one of them at a time, so that it is always plain for whom something is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from chassis.read.reader import Reader
from contracts.duties import DECIDING, DUTY_SOURCES, PAYING, DutyKind, roles_of
from contracts.message import Actor, Id, TenantId
from gateway.identity.departments.domain import speaks_for
from gateway.identity.people.domain import PersonUnknown

HELD_BY = "SELECT * FROM held_by(:person, :day) ORDER BY tenant, department_id"
ACTS_FOR = "SELECT * FROM acts_for(:person, :day) ORDER BY tenant, enterprise_id"
MANDATED = "enterprise_"
"""How the scope of a mandate is called among an actor's duties: `enterprise_apply`."""


@dataclass(frozen=True, slots=True)
class HeldCapacity:
    """`label` says it to the person: 兴国县 · 财政局（财政预算岗）. `key` names it in a session."""

    key: str
    tenant: TenantId
    label: str
    actor: Actor


def capacities(reader: Reader, person_id: Id, day: date) -> list[HeldCapacity]:
    """All that the person may act in on `day`. Raises PersonUnknown.

    A duty that decides or pays counts for nothing while the person's resident id is not known.
    """
    known = reader.execute("SELECT * FROM person_known(:id)", {"id": person_id}).first()
    if known is None:
        raise PersonUnknown()
    asked = {"person": person_id, "day": day}
    found = []
    for row in reader.execute(HELD_BY, asked):
        kinds = {cast("DutyKind", kind) for kind in row.kinds}
        kinds -= frozenset() if known.identified else DECIDING | PAYING
        if not kinds:
            continue
        roles = roles_of(kinds)
        actor = Actor(
            id=person_id,
            name=known.name,
            roles=roles,
            # Only a policy department's people handle the items of one department by its name.
            department=row.department if "department" in roles else None,
            department_id=row.department_id,
            duties=frozenset(kinds),
            speaks_for=speaks_for(row.functions, row.sources).union(*(DUTY_SOURCES.get(kind, ()) for kind in kinds)),
        )
        duties = "、".join(row.duties)
        label = f"{row.tenant_name or '平台'} · {row.department}（{duties}）"
        found.append(HeldCapacity(f"d:{row.tenant}:{row.department_id}", row.tenant, label, actor))
    for row in reader.execute(ACTS_FOR, asked):
        actor = Actor(
            id=person_id,
            name=known.name,
            roles=frozenset({"enterprise"}),
            enterprise_id=row.enterprise_id,
            duties=frozenset(f"{MANDATED}{scope}" for scope in row.scope),
        )
        found.append(HeldCapacity(f"e:{row.tenant}:{row.enterprise_id}", row.tenant, row.enterprise_name, actor))
    return found
