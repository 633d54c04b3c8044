"""Who answers in a measurement: departments of the register, one person in each with a token of its own, and the item that they decide.

Everything is done by the gateway's and the catalogue's own use cases, and travels as always.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from bench.casework.claims import three_step_item
from bench.filings import COUNTY
from chassis.edge.frame import Frame
from console.demo.people import made_up_resident_id
from contracts.credentials import IssueCredential
from contracts.departments import DepartmentChange, DepartmentFunction, MapPlanTerm, RegisterDepartment, ToDuty
from contracts.duties import DutyKind
from contracts.identity import PLATFORM
from contracts.item import PolicyItemContent
from contracts.message import Actor
from contracts.people import AppointPerson, RegisterPerson
from contracts.policies import PublishPolicyItem
from gateway.identity.credentials.use_cases import issue_credential
from gateway.identity.departments.use_cases import map_plan_term, register_department
from gateway.identity.people.use_cases import appoint_person, register_person
from services.catalog.policies.use_cases import publish_policy_item


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody of a department who answers through the API."""

    department: str
    department_id: str
    token: str


@dataclass(frozen=True, slots=True)
class Office:
    """`checkers`: who answers the joint check, by the word by which the plan asks them."""

    approver: Desk
    checkers: dict[str, Desk]


def open_office(gateway: Frame) -> Office:
    """The item's department with whoever approves, and the two departments that are asked. The places are onboarded already."""
    item = three_step_item()
    with gateway.unit([COUNTY], action="map_plan_term") as uow:
        map_plan_term(MapPlanTerm(use="approver", term="复核岗", meaning=ToDuty(kind="leader")), uow)
    return Office(
        approver=_desk(gateway, item.rules.plan.department, "policy", "leader"),
        checkers={
            "税务部门": _desk(gateway, "章贡区税务局", "taxation", "first_review"),
            "公安部门": _desk(gateway, "章贡区公安分局", "public_security", "first_review"),
        },
    )


def publish(catalog: Frame, item: PolicyItemContent) -> str:
    """→ item id."""
    officer = Actor(id="officer", roles=frozenset({"department"}), name="科员", department=item.rules.plan.department)
    with catalog.unit([COUNTY], action="publish_policy_item", actor=officer) as uow:
        return publish_policy_item(PublishPolicyItem(content=item), uow).item_id


def _desk(gateway: Frame, name: str, function: DepartmentFunction, duty: DutyKind) -> Desk:
    change = DepartmentChange(name=name, functions=frozenset({function}))
    with gateway.unit([COUNTY], action="register_department") as uow:
        department = register_department(RegisterDepartment(department=change), uow)
    with gateway.unit([PLATFORM], action="register_person") as uow:
        person = register_person(
            RegisterPerson(name="经办人", resident_id=made_up_resident_id(name)), uow, gateway.cipher
        )
    with gateway.unit([COUNTY], action="appoint_person") as uow:
        appointed = AppointPerson(
            person_id=person.person_id, department_id=department.department_id, duty_id=duty, since=date(2026, 1, 1)
        )
        appoint_person(appointed, uow)
    token = f"zd_{secrets.token_hex(32)}"
    with gateway.unit([COUNTY], action="issue_credential") as uow:
        asked = IssueCredential(
            tenant=COUNTY, actor_id=person.person_id, name=name, department_id=department.department_id, unattended=True
        )
        issue_credential(asked, uow, token)
    return Desk(name, department.department_id, token)
