"""Joint checks at a department's own system, which answers, is late, is silent, or talks nonsense: the real sandbox program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from department_kit import BUREAU, GROUNDS, SECRET, TENANT, USCC, Checks, MovingClock, client_of, department_system

from chassis.edge.frame import Frame
from chassis.write.uow import UnitOfWork
from console.servers.provision import Dsns
from contracts.department_systems import CloseDepartmentSystem, ListDepartmentSystems
from contracts.message import Actor
from sandbox.testing import RunningProgram, eventually
from services.review.dispatches import use_cases
from services.review.dispatches.department_system import DepartmentSystemClient, SystemAt
from services.review.dispatches.domain import CheckQuestion

HERE = Path(__file__).parent


@pytest.fixture
def system(tmp_path: Path) -> Iterator[RunningProgram]:
    with department_system(tmp_path) as running:
        yield running


@pytest.fixture
def checks(
    service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns], system: RunningProgram
) -> Checks:
    dsns, clock = service_database("review"), MovingClock()
    return Checks(service_frame("review", dsns=dsns, clock=clock), dsns, clock, system)


# -- it answers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["clear", "no_record", "not_ours"])
def test_what_the_system_answers_is_what_the_check_hears(checks: Checks, answer: str) -> None:
    checks.registers()
    checks.knows(answer=answer)
    assert checks.dispatches() == {"task-1"}
    checks.works()
    one = checks.one()
    assert (one.state, one.said and one.said.answer, one.asks) == ("answered", answer, 1)
    assert one.said is not None
    assert one.said.source == "沙盒部门业务系统"
    assert one.taken_seconds is not None
    assert one.answer_seconds == 0
    assert checks.told() == [("check_answered", "task-1")]


def test_a_firm_is_barred_with_ground_condition_and_basis(checks: Checks) -> None:
    checks.registers()
    checks.knows(answer="barred", ground=GROUNDS[1], condition="有 1 处未整改", basis="《若干措施》第八条")
    checks.dispatches()
    checks.works()
    said = checks.one().said
    assert said is not None
    assert (said.answer, said.ground, said.condition, said.basis) == (
        "barred",
        GROUNDS[1],
        "有 1 处未整改",
        "《若干措施》第八条",
    )


def test_a_late_answer_is_waited_for_and_both_legs_are_timed(checks: Checks) -> None:
    checks.registers()
    checks.knows(answer="clear")
    checks.misbehaves({"behaviour": "work_then_answer", "seconds": 0.3})
    checks.dispatches()
    checks.works()
    one = checks.one()
    assert (one.state, one.answered_at, one.sent_at is not None) == ("sent", None, True)
    eventually(lambda: checks.book()[0]["status"] == "answered")
    checks.later(minutes=5)
    one = checks.one()
    assert one.state == "answered"
    assert one.answer_seconds is not None
    assert one.answer_seconds >= 300
    assert [each["attempts_seen"] for each in checks.book()] == [1]


# -- it does not ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", ["silent", "http_500", "timeout_before"])
def test_silence_never_passes_and_ends_with_a_person(checks: Checks, behaviour: str) -> None:
    checks.registers()
    checks.knows(answer="clear")
    checks.misbehaves({"behaviour": behaviour})
    checks.dispatches()
    checks.works()
    assert checks.one().state == "to_send"
    checks.later(minutes=61)
    one = checks.one()
    assert (one.state, one.fall_back, one.said) == ("fell_back", "silent", None)
    assert checks.told() == [("check_fell_back", "task-1")]
    assert checks.rows("SELECT count(*) FROM job WHERE kind = 'ask_department_system'") == [(0,)]
    assert checks.book() == []


def test_a_system_that_takes_it_and_never_answers_falls_back_as_well(checks: Checks) -> None:
    checks.registers()
    checks.misbehaves({"behaviour": "work_then_answer", "seconds": 1_000_000})
    checks.dispatches()
    checks.works()
    checks.later(minutes=61)
    one = checks.one()
    assert (one.fall_back, one.sent_at is not None, one.answer_seconds) == ("silent", True, None)


def test_a_system_that_is_down_for_a_while_answers_when_it_is_back(checks: Checks) -> None:
    checks.registers()
    checks.knows(answer="clear")
    checks.dispatches()
    checks.system.kill()
    checks.works()
    checks.system.restart()
    checks.later(minutes=2)
    assert checks.one().state == "answered"


def test_whoever_is_behind_a_silent_system_is_not_called_in_vain(checks: Checks) -> None:
    checks.registers()
    checks.misbehaves({"behaviour": "silent"})
    checks.dispatches("task-1", "task-2", "task-3")
    assert checks.works() == 3
    assert sorted(each.asks for each in checks.all()) == [0, 0, 1]
    checks.misbehaves()
    checks.later(minutes=2)
    assert {each.state for each in checks.all()} == {"answered"}


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        ("bad_json", "无法识别"),
        ("wrong_signature", "签名不符"),
        ("other_case", "不是这件核查"),
        ("unknown_word", "约定的用语"),
        ("unpublished_ground", "已公布条件"),
        ("from_the_future", "将来"),
        ("other_answer", "不一致"),
    ],
)
def test_nonsense_is_kept_counted_and_a_persons_to_answer(checks: Checks, behaviour: str, why: str) -> None:
    checks.registers()
    checks.knows(answer="clear")
    checks.misbehaves({"behaviour": behaviour, "next": 1})
    checks.dispatches()
    checks.works()
    one = checks.one()
    assert (one.state, one.fall_back, one.nonsense, one.said) == ("fell_back", "nonsense", 1, None)
    assert why in one.reason
    assert checks.told() == [("check_fell_back", "task-1")]
    ((kept,),) = checks.rows("SELECT strange FROM review_dispatch")
    assert kept


def test_of_nonsense_no_numbers_of_persons_are_kept(checks: Checks) -> None:
    checks.registers()
    checks.knows(answer="barred", ground=GROUNDS[0], condition="13800001234")
    checks.misbehaves({"behaviour": "wrong_signature"})
    checks.dispatches()
    checks.works()
    assert checks.rows("SELECT strange LIKE '%13800001234%' FROM review_dispatch") == [(False,)]


def test_a_system_that_does_not_know_the_secret_is_not_asked_again(checks: Checks) -> None:
    checks.registers(secret="some-other-secret-of-16")
    checks.dispatches()
    checks.works()
    assert (checks.one().fall_back, "401" in checks.one().reason) == ("refused", True)


# -- it is killed, asked twice, called off ----------------------------------------------------------------


@pytest.mark.parametrize("place", ["before_system", "after_system"])
def test_a_kill_between_the_call_and_the_commit_sends_the_same_check_again_and_it_is_taken_once(
    checks: Checks, place: str
) -> None:
    checks.registers()
    checks.knows(answer="clear")
    checks.dispatches()
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(HERE.parents[1]), str(HERE))),
        "DATABASE_URL": checks.dsns.app,
        "FRAME_DATABASE_URL": checks.dsns.frame,
        "ZHIDA_CRASH_AT": f"review.dispatches.{place}",
    }
    program = [sys.executable, str(HERE / "department_kit.py"), str(checks.system.port)]
    killed = subprocess.run(program, env=env, capture_output=True, timeout=60, check=False)
    assert killed.returncode == -9, killed.stderr.decode()
    assert checks.one().state == "to_send"
    checks.later(minutes=1)  # the lease of the dead process has run out
    assert checks.one().state == "answered"
    (booked,) = checks.book()
    assert booked["attempts_seen"] == (2 if place == "after_system" else 1)


def test_an_answer_that_was_lost_on_the_way_is_fetched(checks: Checks) -> None:
    checks.registers()
    checks.knows(answer="clear")
    checks.misbehaves({"behaviour": "answer_then_timeout", "next": 1})
    checks.dispatches()
    checks.works()
    assert checks.one().state == "to_send"
    checks.later(minutes=1)
    assert checks.one().state == "answered"
    assert [each["attempts_seen"] for each in checks.book()] == [2]


def test_the_same_id_with_another_question_is_refused_by_the_system(checks: Checks) -> None:
    at = SystemAt(f"http://127.0.0.1:{checks.system.port}", SECRET)
    question = CheckQuestion(receipt="R-1", uscc=USCC, enterprise_name="样本公司", grounds=GROUNDS)
    assert checks.client.send(at, "c-1", question).standing == "said"
    other = question.model_copy(update={"receipt": "R-2"})
    assert checks.client.send(at, "c-1", other).standing == "refused"
    assert [each["receipt"] for each in checks.book()] == ["R-1"]


def test_a_task_that_a_person_answers_while_the_system_is_called_stays_the_persons(checks: Checks) -> None:
    checks.registers()
    checks.knows(answer="clear")
    checks.dispatches()
    opened: list[int] = []

    def unit(tenants: Sequence[str]) -> UnitOfWork:
        opened.append(1)
        if len(opened) == 2:  # the system has answered, and nothing is written yet
            with checks.frame.event_unit([TENANT], action="person") as uow:
                use_cases.call_off([(TENANT, "task-1")], uow)
        return checks.frame.event_unit(tenants, action="test")

    checks.works(unit)
    assert (checks.one().fall_back, checks.told()) == ("called_off", [])
    assert checks.works() == 0


# -- the register -----------------------------------------------------------------------------------------


def test_a_secret_is_shown_nowhere_and_goes_when_the_system_is_closed(checks: Checks) -> None:
    registered = checks.registers()["ok"]
    assert SECRET not in str(registered)
    assert SECRET not in str(checks.asked(ListDepartmentSystems()))
    assert SECRET not in str(checks.rows("SELECT * FROM audit_fact")) + str(
        checks.rows("SELECT * FROM idempotency_record")
    )
    assert checks.rows("SELECT count(*) FROM department_system_secret") == [(1,)]
    checks.dispatches()
    close = CloseDepartmentSystem(system_id=registered["system_id"], reason="系统更换", expected_version=1)
    assert checks.ordered(close)["ok"]["state"] == "closed"
    assert checks.rows("SELECT count(*) FROM department_system_secret") == [(0,)]
    checks.works()
    assert checks.one().fall_back == "closed"
    assert checks.dispatches("task-2") == frozenset()
    assert checks.ordered(close.model_copy(update={"expected_version": 2}))["refused"]["code"] == (
        "department_system_closed"
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"address": "http://10.1.2.3"}, "system_address_refused"),
        ({"address": "https://sys.example.gov.cn:8443"}, "system_address_refused"),
        ({"department_id": "nowhere"}, "system_department_unknown"),
    ],
)
def test_what_cannot_be_registered_says_what_to_do(checks: Checks, changes: dict[str, Any], code: str) -> None:
    refused = checks.registers(**changes)["refused"]
    assert refused["code"] == code
    assert refused["reasons"][0]["field"] in changes


def test_a_department_has_one_system_at_a_time(checks: Checks) -> None:
    checks.registers()
    assert checks.registers()["refused"]["code"] == "department_has_system"


def test_a_name_that_leads_into_our_own_network_is_not_called(checks: Checks) -> None:
    at = SystemAt(f"http://localhost:{checks.system.port}", SECRET)
    heard = DepartmentSystemClient().ask(at, "c-1")
    assert (heard.standing, heard.text) == ("refused", "地址不在允许访问的网络内")
    assert client_of(checks.system.port).ask(at, "c-1").standing in ("absent", "refused")  # ::1 is not allowed here


def test_a_department_sees_its_own_checks_and_those_of_its_cases(checks: Checks) -> None:
    checks.registers()
    checks.dispatches()

    def officer(department: str) -> Actor:
        return Actor(id=department, roles=frozenset({"department"}), department=department, department_id=department)

    assert [len(checks.all(each)) for each in (BUREAU, officer("emergency"), officer("industry"), officer("tax"))] == [
        1,
        1,
        1,
        0,
    ]
