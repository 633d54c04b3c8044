"""Who acts for an enterprise, on a real database: agents are ended by their representative or by themselves, nobody else's
are seen, and the banks to which a consent can be given are those that are connected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest

from chassis.edge.frame import Frame
from chassis.foundation.ids import new_id
from chassis.time.clock import FixedClock
from console.demo.people import made_up_resident_id
from console.servers.provision import Dsns
from contracts.credentials import IssueCredential, ListPartnerBanks, RevokeCredential
from contracts.departments import RegisterDepartment
from contracts.identity import OnboardTenant
from contracts.message import Actor, Command, Query
from contracts.name_changes import ConfirmNameChange, NameChangeView
from contracts.people import EndMandate, GrantMandate, ListMandates, RegisterPerson
from gateway.identity.credentials import use_cases as credentials
from gateway.identity.credentials.views import list_partner_banks
from gateway.identity.departments.use_cases import register_department
from gateway.identity.people import use_cases as people
from gateway.identity.people.mandate_names import call_otherwise
from gateway.identity.people.views import list_mandates
from gateway.identity.tenants.use_cases import onboard_tenant

TODAY = date(2026, 11, 30)
NOON = datetime(2026, 11, 30, 4, tzinfo=UTC)
ADMIN = Actor(id="admin", roles=frozenset({"platform"}), duties=frozenset({"security_admin"}))


class Office:
    """The gateway's registers, as somebody reaches them."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        command = OnboardTenant.model_validate(
            {"id": "xingguo", "level": "county", "division_code": "360732", "name": "兴国县"}
        )
        self.does(command, onboard_tenant)

    def does(self, command: Command, handle: Callable[..., Any], by: Actor = ADMIN, tenant: str = "xingguo") -> Any:
        envelope = {
            "idempotency_key": new_id(),
            "tenant": tenant,
            "actor": by.model_dump(mode="json"),
            "name": type(command).__name__,
            "body_hash": "x",
            "body": command.model_dump(mode="json"),
        }
        wire = self.frame.run_command(type(command), handle, envelope)
        return wire.get("ok") or wire["refused"]["code"]

    def asks(self, query: Query, view: Callable[..., Any], by: Actor = ADMIN) -> Any:
        body = query.model_dump(mode="json")
        envelope = {
            "tenant": "xingguo",
            "actor": by.model_dump(mode="json"),
            "name": type(query).__name__,
            "body": body,
        }
        wire = self.frame.run_query(type(query), view, envelope)
        return wire["ok"]["items"] if "ok" in wire else wire["refused"]["code"]

    def person(self, name: str) -> str:
        command = RegisterPerson(name=name, resident_id=made_up_resident_id(name))
        handle = partial(people.register_person, cipher=self.frame.cipher)
        return str(self.does(command, handle, tenant="platform")["person_id"])

    def lets_act(self, person: str, enterprise: str, kind: str = "agent") -> str:
        command = GrantMandate.model_validate(
            {
                "person_id": person,
                "enterprise_id": enterprise,
                "enterprise_name": "兴国县示例企业",
                "kind": kind,
                "since": TODAY,
                "until": None if kind == "legal_representative" else date(2026, 12, 31),
            }
        )
        return str(self.does(command, people.grant_mandate)["mandate_id"])

    def ends(self, mandate: str, by: Actor) -> Any:
        command = EndMandate(mandate_id=mandate, until=TODAY, reason="离职", expected_version=1)
        return self.does(command, people.end_mandate, by)


@pytest.fixture
def office(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Office:
    return Office(service_frame("gateway", dsns=service_database("gateway"), clock=FixedClock(NOON)))


def acting(person: str, enterprise: str = "ent-1") -> Actor:
    return Actor(id=person, roles=frozenset({"enterprise"}), enterprise_id=enterprise)


def test_an_agent_is_ended_by_the_representative_or_steps_back_and_by_nobody_else(office: Office) -> None:
    boss, agent, other = office.person("法人"), office.person("经办"), office.person("旁人")
    representation = office.lets_act(boss, "ent-1", "legal_representative")
    first, second = office.lets_act(agent, "ent-1"), office.lets_act(other, "ent-1")
    stranger = office.person("外人")
    office.lets_act(stranger, "ent-2", "legal_representative")
    assert office.ends(first, acting(stranger, "ent-2")) == "mandate_not_yours"
    assert office.ends(first, acting(other)) == "mandate_not_yours"
    # Who represents the enterprise is entered and ended by those who have seen the papers.
    assert office.ends(representation, acting(boss)) == "mandate_not_yours"
    assert office.ends(first, acting(boss))["until"] == "2026-11-30"
    assert office.ends(second, acting(other))["until"] == "2026-11-30"
    assert office.ends(representation, ADMIN)["until"] == "2026-11-30"


def test_an_enterprise_sees_who_acts_for_itself_and_for_nobody_else(office: Office) -> None:
    boss, other = office.person("法人"), office.person("外人")
    office.lets_act(boss, "ent-1", "legal_representative")
    office.lets_act(other, "ent-2", "legal_representative")
    seen = office.asks(ListMandates(), list_mandates, acting(boss))
    assert [each["enterprise_id"] for each in seen] == ["ent-1"]
    assert office.asks(ListMandates(enterprise_id="ent-2"), list_mandates, acting(boss)) == "mandate_not_yours"
    assert office.asks(ListMandates(person_id=other), list_mandates, acting(boss)) == []
    assert len(office.asks(ListMandates(), list_mandates)) == 2


def test_an_enterprise_that_is_called_otherwise_is_called_so_in_its_mandates(office: Office) -> None:
    boss, other = office.person("法人"), office.person("外人")
    mandate = office.lets_act(boss, "ent-1", "legal_representative")
    office.lets_act(other, "ent-2", "legal_representative")
    said = {
        "change_id": "n-1",
        "enterprise_id": "ent-1",
        "uscc": "91360702DEM000014H",
        "former_name": "兴国县示例企业",
        "name": "兴国县示例控股",
        "effective_on": "2026-11-02",
        "notice": "登字 1 号",
        "notice_on": "2026-11-02",
        "state": "confirmed",
        "proposed_by": "a",
        "proposed_at": "2026-11-03T01:00:00Z",
        "version": 2,
    }
    change = NameChangeView.model_validate(said)
    office.does(ConfirmNameChange(change_id="n-1"), lambda _, uow: call_otherwise(change, uow))
    seen = office.asks(ListMandates(), list_mandates)
    assert {each["enterprise_id"]: each["enterprise_name"] for each in seen} == {
        "ent-1": "兴国县示例控股",
        "ent-2": "兴国县示例企业",
    }
    ended = EndMandate(mandate_id=mandate, until=TODAY, reason="离职", expected_version=2)
    assert office.does(ended, people.end_mandate)["enterprise_name"] == "兴国县示例控股"


def test_names_of_registers_are_told_apart_as_people_read_them(office: Office) -> None:
    def registers(name: str) -> Any:
        command = RegisterDepartment.model_validate({"department": {"name": name}})
        answer = office.does(command, register_department)
        return answer if isinstance(answer, str) else answer["name"]

    assert registers("科技局（知识产权局）") == "科技局（知识产权局）"
    assert registers("科技局 (知识产权局)") == "department_name_taken"
    assert registers("土地储备中心") == "土地储备中心"
    assert registers("士地储备中心") == "name_taken_for_another"
    twin = {
        "id": "xg3",
        "level": "county",
        "division_code": "360734",
        "name": "经开А区",
        "settings": {"receipt_prefix": "X3"},
    }
    office.does(OnboardTenant.model_validate(twin), onboard_tenant, tenant="xg3")
    latin = {**twin, "id": "xg4", "name": "经开A区", "settings": {"receipt_prefix": "X4"}}
    refused = office.does(OnboardTenant.model_validate(latin), onboard_tenant, tenant="xg4")
    assert refused == "name_taken_for_another"


def test_a_person_is_the_same_however_the_name_is_written(office: Office) -> None:
    known = office.person("阿依·古丽")
    command = RegisterPerson(name="阿依•古丽", resident_id=made_up_resident_id("阿依·古丽"))
    handle = partial(people.register_person, cipher=office.frame.cipher)
    assert office.does(command, handle, tenant="platform")["person_id"] == known


def test_banks_are_listed_once_by_name_while_they_are_connected(office: Office) -> None:
    def issue(actor: str, name: str, role: str) -> str:
        command = IssueCredential.model_validate(
            {"tenant": "xingguo", "actor_id": actor, "name": name, "roles": [role]}
        )
        handle = partial(credentials.issue_credential, token=f"zd_{new_id()}")
        return str(office.does(command, handle)["credential_id"])

    issue("bank-2", "赣州银行", "bank")
    issue("bank-1", "农商银行", "bank")
    issue("bank-1", "农商银行", "bank")
    issue("exchange", "数据交换", "partner")
    gone = issue("bank-3", "已退出的银行", "bank")
    office.does(RevokeCredential(credential_id=gone, reason="退出"), credentials.revoke_credential)
    banks = office.asks(ListPartnerBanks(), list_partner_banks, acting("p-1"))
    assert sorted(each["bank_id"] for each in banks) == ["bank-1", "bank-2"]
