"""One request too many is told when to come back; nobody else is kept waiting."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException, Request
from limits import parse

from chassis.foundation.settings import SettingMissing
from contracts.enterprise_lookup import FindEnterprise
from contracts.enterprises import GetEnterprise
from contracts.message import Actor
from gateway import errors
from gateway.access import PUBLIC, Only
from gateway.identity.views import Principal
from gateway.public_address import PublicAddress, networks
from gateway.rate_limits import HELD, MOST_KEYS, Counters, RateLimited, RateLimits, Rates, count_look_up


class Moment:
    """A clock of seconds."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


class RoleIsToken:
    def remembered(self, token: str) -> tuple[bool, Principal | None]:
        tenant, _, name = token.partition("/")
        return True, Principal(tenant, Actor(id=name, roles=frozenset({"bureau"})))


def app_with(limits: RateLimits, moment: Moment) -> FastAPI:
    app = FastAPI()
    app.state.directory = RoleIsToken()
    errors.install(app)

    @app.get("/api/v1/open", dependencies=[Depends(PUBLIC)])
    @app.post("/sign-in", dependencies=[Depends(PUBLIC)])
    @app.post("/sign-in/{step:path}", dependencies=[Depends(PUBLIC)])
    @app.get("/static/x.css", dependencies=[Depends(PUBLIC)])
    async def open_to_all(_request: Request) -> str:
        return "ok"

    @app.get("/api/v1/cases", dependencies=[Depends(Only("bureau"))])
    async def cases() -> str:
        return "ok"

    app.add_middleware(RateLimited, rates=Rates(limits, moment), address=PublicAddress())
    return app


def ask(app: FastAPI, path: str, *, of: str = "203.0.113.7", token: str = "", method: str = "GET") -> httpx.Response:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(of, 5000))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(once())


def statuses(app: FastAPI, path: str, times: int, **how: Any) -> list[int]:
    return [ask(app, path, **how).status_code for _ in range(times)]


def test_an_address_that_asks_too_often_is_told_when_to_come_back() -> None:
    moment = Moment()
    app = app_with(RateLimits(address=parse("3/minute")), moment)
    assert statuses(app, "/api/v1/open", 4) == [200, 200, 200, 429]
    moment.at += 20.5
    refused = ask(app, "/api/v1/open")
    assert (refused.headers["retry-after"], refused.json()["code"]) == ("40", "too_many_requests")
    assert refused.headers["content-type"] == "application/problem+json"
    assert ask(app, "/api/v1/open", of="203.0.113.8").status_code == 200
    assert statuses(app, "/static/x.css", 5) == [200] * 5
    moment.at += 40
    assert ask(app, "/api/v1/open").status_code == 200


def test_a_person_who_asks_too_often_keeps_no_colleague_waiting() -> None:
    app = app_with(RateLimits(person=parse("2/minute")), Moment())
    assert statuses(app, "/api/v1/cases", 3, token="ganzhou/a") == [200, 200, 429]
    assert statuses(app, "/api/v1/cases", 2, token="ganzhou/b") == [200, 200]


def test_a_tenant_that_asks_too_often_keeps_no_other_tenant_waiting() -> None:
    app = app_with(RateLimits(tenant=parse("2/minute")), Moment())
    assert [ask(app, "/api/v1/cases", token=f"ganzhou/{each}").status_code for each in "abc"] == [200, 200, 429]
    assert ask(app, "/api/v1/cases", token="xingguo/a").status_code == 200


def test_signing_in_is_counted_more_strictly() -> None:
    app = app_with(RateLimits(sign_in=parse("2/minute")), Moment())
    assert statuses(app, "/sign-in", 3, method="POST") == [200, 200, 429]
    assert ask(app, "/api/v1/open").status_code == 200


def test_the_steps_behind_the_password_count_against_no_address() -> None:
    app = app_with(RateLimits(sign_in=parse("2/minute")), Moment())
    for step in ("/sign-in/code", "/sign-in/notice", "/sign-in/capacity", "/sign-in/confirm"):
        assert statuses(app, step, 3, method="POST") == [200] * 3
    assert statuses(app, "/sign-in/invitation/x", 3, method="POST") == [200, 200, 429]


def test_networks_that_are_exempt_are_counted_where_people_sign_in_alone() -> None:
    tight = {name: parse("1/minute") for name in ("address", "person", "tenant", "sign_in")}
    app = app_with(RateLimits(**tight, exempt=networks("203.0.113.0/24")), Moment())
    assert statuses(app, "/api/v1/cases", 5, token="ganzhou/a") == [200] * 5
    assert statuses(app, "/sign-in", 2, method="POST") == [200, 429]
    assert statuses(app, "/api/v1/cases", 2, token="ganzhou/b", of="198.51.100.1") == [200, 429]


def test_counts_take_no_more_room_than_they_may() -> None:
    moment = Moment()
    counters = Counters(moment)
    for number in range(MOST_KEYS + 10):
        counters.incr(f"key-{number}", 60)
    assert len(counters._counts) <= MOST_KEYS
    moment.at += 61
    assert counters.get("key-3") == 0
    assert counters.incr("key-3", 60) == 1


def test_settings_say_how_often_or_stop_the_start() -> None:
    limits = RateLimits.from_env({"RATE_LIMIT_PERSON": "7/second", "RATE_LIMIT_EXEMPT": "10.0.0.0/8"})
    assert (limits.person.amount, limits.address.amount, len(limits.exempt)) == (7, 3000, 1)
    for environment in ({"RATE_LIMIT_ADDRESS": "often"}, {"RATE_LIMIT_EXEMPT": "us"}):
        with pytest.raises(SettingMissing):
            RateLimits.from_env(environment)


def test_whose_a_credit_code_is_is_asked_as_often_as_a_counter_needs_and_nobody_comes_by_a_list_so() -> None:
    rates = Rates(RateLimits(look_up=parse("2/minute")), Moment())
    request = Request({"type": "http", "state": {HELD: rates}})
    partner = Principal("zhanggong", Actor(id="partner", roles=frozenset({"partner"})))
    question = FindEnterprise(uscc="91360702DEM000014H")
    for _ in range(2):
        count_look_up(request, partner, question)
    with pytest.raises(HTTPException) as refused:
        count_look_up(request, partner, question)
    assert (refused.value.status_code, refused.value.headers) == (429, {"Retry-After": "60"})
    count_look_up(request, Principal("zhanggong", Actor(id="clerk")), question)
    count_look_up(request, partner, GetEnterprise(enterprise_id="e-1"))
