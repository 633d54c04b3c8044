"""The sandbox's department system by itself: a check is taken once, whatever is killed, and its book stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from department_kit import GROUNDS, SECRET, USCC, client_of, department_system

from sandbox.testing import RunningProgram
from services.review.dispatches.department_system import SystemAt
from services.review.dispatches.domain import CheckQuestion

QUESTION = CheckQuestion(receipt="R-1", uscc=USCC, enterprise_name="样本公司", grounds=GROUNDS)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[RunningProgram]:
    with department_system(tmp_path) as running:
        yield running


def test_what_was_answered_stays_answered_through_a_kill_and_another_mind(system: RunningProgram) -> None:
    at, client = SystemAt(f"http://127.0.0.1:{system.port}", SECRET), client_of(system.port)
    assert client.ask(at, "c-1").standing == "absent"
    first = client.send(at, "c-1", QUESTION)
    system.client.put(f"/control/firms/{USCC}", json={"answer": "clear"}).raise_for_status()
    system.kill()
    system.restart()
    again = client.ask(at, "c-1")
    assert first.words is not None
    assert first.words.answer == "no_record"
    assert again.words == first.words
    later = client.send(at, "c-2", QUESTION).words
    assert later is not None
    assert later.answer == "clear"


def test_whoever_does_not_sign_is_not_answered(system: RunningProgram) -> None:
    body = {"check_id": "c-1", **QUESTION.model_dump(mode="json")}
    assert system.client.post("/checks", json=body).json()["code"] == "signature_invalid"
    assert system.client.get("/checks/c-1").status_code == 401
    assert system.client.get("/control/checks").json()["checks"] == []
