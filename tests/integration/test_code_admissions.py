"""A credit code that fails its own check: asked for by one person, admitted by another, and from then on it passes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from frame_kit import psycopg_url
from front_office import CHECKER, CITY, CLERK, XINGGUO, ZHANGGONG, catalog_replica, onboarded
from import_kit import CODES, HEADING, Office, table

from chassis.edge.frame import Frame
from chassis.time.clock import SystemClock
from console.servers.provision import Dsns
from contracts.code_admissions import AdmitCode, AskCodeAdmission, DeclineCodeAdmission, ListCodeAdmissions
from contracts.enterprise_lookup import FindEnterprise
from contracts.enterprises import RegisterEnterprise
from contracts.rule import Level

REAL = CODES[3][:17] + ("1" if CODES[3][17] == "0" else "0")
"""Its last character is not what GB 32100 makes of the others."""

PAPER = {"document": "营业执照", "number": "3607020001", "issuer": "市场监管局", "issued_on": date(2024, 5, 6)}
REGISTER = RegisterEnterprise(uscc=REAL, name="样例农村合作社", contact_mobile="13800000001")


@pytest.fixture
def office(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], tmp_path: Path) -> Office:
    dsns = service_database("catalog")
    replica = catalog_replica(service_frame("catalog", dsns=dsns, clock=SystemClock()), dsns)
    places = (onboarded(each, CITY, Level.COUNTY, each.upper()[:2]) for each in (ZHANGGONG, XINGGUO))
    replica.hears(onboarded(CITY, None, Level.CITY, "GZ"), *places)
    return Office(replica, tmp_path, lambda: pytest.fail("nobody asked for a feed"))


def asks(office: Office, uscc: str = REAL) -> dict[str, Any]:
    order = AskCodeAdmission.model_validate(
        {"uscc": uscc, "name": "样例农村合作社", "evidence": PAPER, "reason": "证照上的代码就是这样"}
    )
    return dict(office.replica.ordered(order, actor=CLERK))


def refusal(answer: dict[str, Any]) -> str:
    return str(answer["refused"]["code"])


def test_what_two_persons_have_admitted_passes_at_every_door_of_that_place_and_at_no_other(office: Office) -> None:
    replica = office.replica
    assert refusal(replica.ordered(REGISTER, actor=CLERK)) == "uscc_invalid"
    asked = asks(office, f" {REAL[:8].lower()}-{REAL[8:]}")["ok"]
    assert (asked["uscc"], asked["state"]) == (REAL, "asked")
    assert refusal(asks(office)) == "code_admission_asked_already"
    assert refusal(replica.ordered(REGISTER, actor=CLERK)) == "uscc_invalid", "one person admits nothing"

    admit = AdmitCode(admission_id=asked["admission_id"], expected_version=1)
    assert refusal(replica.ordered(admit, actor=CLERK)) == "code_admission_second_person_required"
    assert replica.ordered(admit, actor=CHECKER)["ok"]["decided_by"] == CHECKER.id
    assert refusal(asks(office)) == "code_admitted_already"

    assert refusal(replica.asked(FindEnterprise(uscc=REAL), actor=CLERK)) == "uscc_unknown"
    imported = office.imports(table([f"{REAL},样例农村合作社,农业,13800000001,1,是,A"]))
    assert (imported.accepted, imported.refused) == (1, 0)
    assert replica.asked(FindEnterprise(uscc=REAL), actor=CLERK)["ok"]["uscc"] == REAL
    assert refusal(replica.ordered(REGISTER, actor=CLERK)) == "enterprise_registered_already"
    assert refusal(replica.ordered(REGISTER, actor=CLERK, tenant=XINGGUO)) == "uscc_invalid"


def test_an_import_takes_no_code_that_nobody_has_admitted_and_no_resident_id(office: Office) -> None:
    lines = [f"{REAL},样例农村合作社,农业,13800000001,1,是,A", "11010519491231002X,某人,农业,13800000001,1,是,A"]
    view = office.imports(table(lines, HEADING))
    assert (view.accepted, view.refused) == (0, 2)
    first, second = (each.message or "" for each in office.lines(view))
    assert "校验码不符" in first
    assert "这是居民身份证号" in second
    assert "11010519491231002X" not in second


def test_a_code_that_was_declined_may_be_asked_for_again_with_another_paper(office: Office) -> None:
    asked = asks(office)["ok"]
    decline = DeclineCodeAdmission(admission_id=asked["admission_id"], reason="第 9 位抄错")
    assert office.replica.ordered(decline, actor=CLERK)["ok"]["answer"] == "第 9 位抄错"
    again = asks(office)["ok"]
    listed = office.replica.asked(ListCodeAdmissions(), actor=CHECKER)["ok"]["items"]
    assert [(each["admission_id"], each["state"]) for each in listed] == [
        (again["admission_id"], "asked"),
        (asked["admission_id"], "declined"),
    ]
    waiting = office.replica.asked(ListCodeAdmissions(state="asked"), actor=CHECKER)["ok"]["items"]
    assert [each["admission_id"] for each in waiting] == [again["admission_id"]]


def test_a_code_that_was_asked_for_while_it_was_admitted_is_admitted_once(office: Office) -> None:
    office.replica.ordered(AdmitCode(admission_id=asks(office)["ok"]["admission_id"]), actor=CHECKER)["ok"]
    asked = asks(office, CODES[4][:17] + ("1" if CODES[4][17] == "0" else "0"))["ok"]
    office.replica.does(f"UPDATE code_admission SET uscc = '{REAL}' WHERE id = '{asked['admission_id']}'")
    again = AdmitCode(admission_id=asked["admission_id"])
    assert refusal(office.replica.ordered(again, actor=CHECKER)) == "code_admitted_already"


def test_what_was_admitted_stays_sealed_and_as_it_was_written(office: Office) -> None:
    asked = asks(office)["ok"]
    office.replica.ordered(AdmitCode(admission_id=asked["admission_id"]), actor=CHECKER)["ok"]
    assert office.count("audit_fact WHERE aggregate_type = 'code_admission'") == 2
    for statement in ("UPDATE admitted_credit_code SET uscc = 'x'", "DELETE FROM admitted_credit_code"):
        with (
            psycopg.connect(psycopg_url(office.replica.dsns.app)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)
    with (
        psycopg.connect(psycopg_url(office.replica.dsns.owner)) as connection,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        connection.execute("SELECT set_config('zhida.tenants', %s, false)", [ZHANGGONG])
        connection.execute("UPDATE admitted_credit_code SET admitted_by = asked_by")
