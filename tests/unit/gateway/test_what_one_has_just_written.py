"""Nobody is told that what they have just done is not so: the door waits for the events of it, and says so where it cannot."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import httpx
import pytest
from door_kit import door_with, registers
from fastapi import FastAPI
from portal_kit import COOKIE, CSRF, Visitor, little_portal, officer

from chassis.foundation.secrecy import AesCipher
from contracts.flow import aggregates_heard_by
from gateway import own_writes
from gateway.own_writes import BEHIND_HEADER, HEADER, OwnWrites, OwnWritesCarried, heard_by
from gateway.patience import DoorPatience
from tests.unit.gateway.test_pages_of_the_portal import GOOD, TEMPLATES, WALL
from tests.unit.gateway.test_pages_of_the_portal import pages as wall_pages

ACCOUNT = {"producer": "catalog", "origin": "zhanggong", "aggregate": "payee_account", "id": "a-1", "sequence": 2}
CONFIRMED = {"ok": {"version": 3}, "wrote": [ACCOUNT]}
BEHIND = {"fault": {"retryable": True, "code": "copy_behind"}}
MISSING = {
    "refused": {
        "kind": "invalid",
        "code": "payee_account_missing",
        "message": "还没有经复核确认的收款账户",
        "reasons": [],
        "retryable": False,
        "rests_on": ["payee_account"],
    }
}
DONE = {"ok": {"version": 1}}
NO_WAIT = (0.0,) * 6


class Script:
    """A bus that gives each call the next of its answers, the last one for ever."""

    def __init__(self, **answers: list[dict[str, Any]]) -> None:
        self._answers = answers
        self.heard: list[tuple[str, list[Any]]] = []
        self.keys: list[str] = []

    async def call(self, _service: str, method: str, payload: dict[str, Any], **_: object) -> dict[str, Any]:
        self.heard.append((method, payload.get("after", [])))
        self.keys.append(payload.get("idempotency_key", ""))
        left = self._answers[method]
        return left.pop(0) if len(left) > 1 else left[0]

    def after(self, method: str) -> list[list[Any]]:
        return [after for name, after in self.heard if name == method]


def door(script: Script) -> FastAPI:
    app = door_with(script, registers)
    app.state.patience = DoorPatience(NO_WAIT)
    return app


def sends(app: FastAPI, method: str, path: str, who: str, body: Any = None, **headers: str) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        sent = {"Authorization": f"Bearer {who}", "Idempotency-Key": "0123456789", "If-Match": '"1"', **headers}
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            return await client.request(method, f"/api/v1{path}", json=body, headers=sent)

    return asyncio.run(send())


def confirms(app: FastAPI, who: str = "bureau") -> httpx.Response:
    return sends(app, "POST", "/payee-accounts/a-1/confirm", who)


def asks_treasury(app: FastAPI, who: str = "bureau", **headers: str) -> httpx.Response:
    return sends(app, "GET", "/disbursements/d-1", who, **headers)


def test_a_question_goes_with_what_its_asker_has_just_written_and_is_put_again_until_that_has_arrived() -> None:
    script = Script(confirm_payee_account=[CONFIRMED], get_disbursement=[BEHIND, BEHIND, DONE])
    app = door(script)
    assert confirms(app).status_code == 200
    answer = asks_treasury(app)
    assert (answer.status_code, BEHIND_HEADER in answer.headers) == (200, False)
    assert script.after("get_disbursement") == [[ACCOUNT]] * 3


def test_what_another_has_written_nobody_else_waits_for() -> None:
    script = Script(confirm_payee_account=[CONFIRMED], get_operation=[DONE], get_disbursement=[DONE])
    app = door(script)
    confirms(app)
    sends(app, "GET", "/operations/notify/o-1", "bureau")
    assert script.after("get_operation") == [[]], "notify does not hear of accounts"


def test_where_it_does_not_arrive_the_answer_says_so_and_nobody_is_kept_waiting_again() -> None:
    script = Script(confirm_payee_account=[CONFIRMED], get_disbursement=[*[BEHIND] * 7, DONE, BEHIND, DONE])
    app = door(script)
    confirms(app)
    answer = asks_treasury(app)
    assert (answer.status_code, answer.headers[BEHIND_HEADER]) == (200, "treasury")
    assert script.after("get_disbursement") == [*[[ACCOUNT]] * 7, []]
    assert asks_treasury(app).headers[BEHIND_HEADER] == "treasury"
    assert script.after("get_disbursement")[8:] == [[ACCOUNT], []], "it is away, not late: the next one is told at once"
    assert BEHIND_HEADER not in asks_treasury(app).headers, "and whoever misses nothing is told nothing"


def test_what_was_written_through_one_process_is_waited_for_at_another() -> None:
    here, there = door(Script(confirm_payee_account=[CONFIRMED])), door(Script(get_disbursement=[DONE]))
    token = confirms(here).headers[HEADER]
    script = there.state.bus
    asks_treasury(there, **{HEADER: token})
    assert script.after("get_disbursement") == [[ACCOUNT]]
    asks_treasury(there, **{HEADER: token[:-4] + "AAAA"})
    asks_treasury(there, **{HEADER: "v1:" + "x" * 10_000})
    assert script.after("get_disbursement")[1:] == [[], []], "what is none of ours says nothing"


def test_a_token_is_worth_something_for_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    app = door(Script(confirm_payee_account=[CONFIRMED], get_disbursement=[DONE]))
    token = confirms(app).headers[HEADER]
    del app.state.own_writes
    now = own_writes.time.time
    monkeypatch.setattr(own_writes.time, "time", lambda: now() + 31)
    asks_treasury(app, **{HEADER: token})
    assert app.state.bus.after("get_disbursement") == [[]]


def test_a_no_that_rests_on_a_copy_is_asked_again_under_the_same_key_until_it_is_a_yes() -> None:
    script = Script(withdraw_payee_account=[MISSING, MISSING, DONE])
    answer = sends(door(script), "POST", "/payee-accounts/a-1/withdraw", "window", {"reason": "写错了"})
    assert answer.status_code == 200
    assert len(script.heard) == 3
    assert len(set(script.keys)) == 1


def test_one_that_stays_says_when_to_try_again() -> None:
    script = Script(withdraw_payee_account=[MISSING])
    answer = sends(door(script), "POST", "/payee-accounts/a-1/withdraw", "window", {"reason": "写错了"})
    assert (answer.status_code, answer.json()["retryable"], answer.headers["Retry-After"]) == (422, True, "5")
    assert len(script.heard) == 7


def test_any_other_no_is_told_at_once() -> None:
    final = {"refused": {**MISSING["refused"], "rests_on": []}}
    script = Script(withdraw_payee_account=[final])
    answer = sends(door(script), "POST", "/payee-accounts/a-1/withdraw", "window", {"reason": "写错了"})
    assert (answer.json()["retryable"], "Retry-After" in answer.headers, len(script.heard)) == (False, False, 1)


def test_a_wait_ends_before_the_callers_time_does() -> None:
    now = 0.0

    async def late(_after: Any, left: float) -> dict[str, Any]:
        nonlocal now
        assert left >= 1.0
        now += 1.5
        return BEHIND

    found = asyncio.run(DoorPatience(NO_WAIT, lambda: now).answered("review", late, [ACCOUNT], 5.0))
    assert found.behind
    assert now <= 6.0


def test_only_what_a_service_hears_goes_along_and_of_each_thing_the_furthest() -> None:
    older, strange = {**ACCOUNT, "sequence": 1}, {**ACCOUNT, "aggregate": "label_rule"}
    assert heard_by("treasury", [older, ACCOUNT, older, strange]) == [ACCOUNT]
    assert heard_by("notify", [ACCOUNT]) == []
    assert ("catalog", "payee_account") in aggregates_heard_by("treasury")


def painted(app: FastAPI, method: str, address: str, **request: Any) -> httpx.Response:
    """One request of a painter's browser."""

    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            return await client.request(method, address, **request)

    return asyncio.run(once())


def portal(script: Script, cipher: AesCipher) -> FastAPI:
    app = little_portal(wall_pages, TEMPLATES)
    app.state.patience = DoorPatience(NO_WAIT)
    visitor = Visitor(app, cast("Any", script), {"painter": officer("department")})
    app.state.bus = visitor.bus
    app.add_middleware(OwnWritesCarried, cipher=cipher, secure=False)
    return app


def test_a_browser_carries_what_was_written_from_one_process_to_the_next_and_a_page_says_what_is_not_there_yet() -> (
    None
):
    cipher, case = AesCipher([b"k" * 32]), {**ACCOUNT, "producer": "intake", "aggregate": "application"}
    wall = {"ok": {**WALL, "version": 4}}
    first = portal(Script(get_wall=[wall], paint_wall=[{**wall, "wrote": [case]}]), cipher)
    form = {"csrf": CSRF, "_key": "0123456789abcdef", **GOOD}
    painter = {"Cookie": f"{COOKIE}=painter"}
    sent = painted(first, "POST", "/walls/w-1/paint", data=form, headers={**painter, "Origin": "http://door"})
    assert sent.status_code == 303, sent.text
    kept = sent.cookies["zhida-after"]
    assert "HttpOnly" in sent.headers["set-cookie"]
    other = Script(get_wall=[*[BEHIND] * 7, wall])
    page = painted(
        portal(other, cipher), "GET", "/walls/w-1", headers={"Cookie": f"{COOKIE}=painter; zhida-after={kept}"}
    )
    assert other.after("get_wall")[0] == [case]
    assert "您刚才办理的内容还在同步" in page.text
    arrived = Script(get_wall=[wall])
    page = painted(
        portal(arrived, cipher), "GET", "/walls/w-1", headers={"Cookie": f"{COOKIE}=painter; zhida-after={kept}"}
    )
    assert "还在同步" not in page.text


def test_a_process_remembers_a_person_for_half_a_minute_and_no_endless_number_of_things() -> None:
    now = 0.0
    kept = OwnWrites(lambda: now)
    kept.note("a-1", [{**ACCOUNT, "id": str(number)} for number in range(40)])
    assert [each["id"] for each in kept.of("a-1")] == [str(number) for number in range(24, 40)]
    assert kept.of("a-2") == []
    now = 31.0
    assert kept.of("a-1") == []
