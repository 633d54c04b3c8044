"""The gateway's registers on a database of their own, and the platform's administrators who fill them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from chassis.edge.frame import Frame
from chassis.foundation.ids import new_id
from console.demo.people import made_up_resident_id
from contracts.departments import RegisterDepartment
from contracts.identity import OnboardTenant
from contracts.message import Command, Query
from contracts.people import (
    AppointPerson,
    RegisterPerson,
)
from gateway.identity.departments import use_cases as departments
from gateway.identity.people import use_cases as people
from gateway.identity.people.capacities import capacities
from gateway.identity.tenants.use_cases import onboard_tenant

TODAY = date(2026, 11, 30)
NOON = datetime(2026, 11, 30, 4, tzinfo=UTC)


class Register:
    """The gateway's own commands and questions, given by the platform's administrators."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def does(self, command: Command, handle: Callable[..., Any], *, tenant: str, by: str = "admin", **more: Any) -> Any:
        envelope = {
            "idempotency_key": new_id(),
            "tenant": tenant,
            "actor": {"id": by, "roles": ["platform"], "duties": more.pop("duties", ["security_admin"])},
            "name": type(command).__name__,
            "body_hash": "x",
            "body": command.model_dump(mode="json"),
        }
        wire = self.frame.run_command(type(command), handle, envelope)
        return wire.get("ok") or wire["refused"]["code"]

    def asks(self, query: Query, view: Callable[..., Any], *, tenant: str) -> Any:
        envelope = {"tenant": tenant, "name": type(query).__name__, "body": query.model_dump(mode="json")}
        return self.frame.run_query(type(query), view, envelope)["ok"]

    def onboards(self, tenant: str, prefix: str) -> None:
        command = OnboardTenant(
            id=tenant, level="county", division_code="360732", name="兴国县", settings={"receipt_prefix": prefix}
        )
        self.does(command, onboard_tenant, tenant=tenant)

    def person(self, name: str, *, identified: bool = True, tenant: str = "platform") -> str:
        number = made_up_resident_id(name) if identified else None
        command = RegisterPerson(name=name, resident_id=number)
        handle = partial(people.register_person, cipher=self.frame.cipher)
        return str(self.does(command, handle, tenant=tenant)["person_id"])

    def department(self, name: str, tenant: str = "xingguo", **said: Any) -> str:
        command = RegisterDepartment(department={"name": name, **said})
        return str(self.does(command, departments.register_department, tenant=tenant)["department_id"])

    def appoints(self, person: str, department: str, duty: str, *, tenant: str = "xingguo", **days: Any) -> Any:
        said = {"since": TODAY, "until": None} | days
        command = AppointPerson(person_id=person, department_id=department, duty_id=duty, **said)
        return self.does(command, people.appoint_person, tenant=tenant)

    def duties(self, person: str, day: date = TODAY) -> dict[str, frozenset[str]]:
        """Department or enterprise → what the person holds there."""
        with self.frame.reader(()) as reader:
            found = capacities(reader, person, day)
        return {each.actor.department_id or each.actor.enterprise_id or "-": each.actor.duties for each in found}
