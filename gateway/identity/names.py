"""Names of registers as people read them: none is entered a second time in other brackets, and none that is taken for another."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.names import alike, same_name
from contracts.refusal import Conflict, Refused

NAMES = {
    "department": "SELECT id, name FROM department WHERE tenant = :tenant AND closed_on IS NULL ORDER BY id",
    "duty": "SELECT id, name FROM duty WHERE tenant = :tenant ORDER BY id",
    "service_window": "SELECT id, name FROM service_window WHERE tenant = :tenant ORDER BY id",
    "tenant": "SELECT id, name FROM tenant WHERE id <> :tenant ORDER BY id",
}
"""What is called how: in a tenant's registers, which have some dozens of rows, and the other tenants themselves."""


class NameTakenForAnother(Conflict):
    """It looks like a name that is entered already, and is another one: it is mistyped, or means to deceive."""

    code = "name_taken_for_another"
    sentence = "名称与已登记的“{name}”看起来相同，却不是同一名称：{difference}。请核对后改正。"


def objections_to_name(
    name: str, register: str, uow: UnitOfWork, *, own: str | None = None, taken: type[Refused] | None = None, field: str
) -> list[Refused]:
    """What the names of a register of the unit of work's tenant have against this one, `own` (an id) left out.

    `taken` refuses the same name in another writing, where two must not have one.
    """
    rows = uow.execute(NAMES[register], {"tenant": uow.tenant})
    others = [row.name for row in rows if row.id != own]
    if taken is not None and any(same_name(name, each) for each in others):
        return [taken(field=field)]
    found = alike(name, others)
    return [NameTakenForAnother(name=found[0], difference=found[1].sentence, field=field)] if found else []


def refuse_name(name: str, register: str, uow: UnitOfWork, *, own: str | None = None, taken: type[Refused]) -> None:
    """Raise what `objections_to_name` finds."""
    for each in objections_to_name(name, register, uow, own=own, taken=taken, field="name"):
        raise each
