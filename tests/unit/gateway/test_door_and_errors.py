"""The door's own promises: the same order has the same hash everywhere, and what is away is said to be away."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import httpx
import psycopg
import pytest
from fastapi import FastAPI, Request
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from contracts.credentials import IssueCredential
from contracts.message import Actor, Command, Model, ServiceName
from gateway import errors
from gateway.app import declared_routes
from gateway.door import Door
from gateway.errors import Faulted
from gateway.identity.views import Principal
from gateway.limits import MAX_BODY, ROOMY, ROOMY_BODY, BodyLimits
from gateway.portal.shell.portal import declared_pages

ROOT = Path(__file__).resolve().parents[3]
SOMEBODY = Principal("ganzhou", Actor(id="somebody"))


def request() -> Any:
    return SimpleNamespace(
        method="POST",
        scope={"route": SimpleNamespace(path="/things")},
        headers={"idempotency-key": "12345678"},
    )


HASH = """
from tests.unit.gateway.test_door_and_errors import body_hash, credential
print(body_hash(credential()))
"""


def credential() -> IssueCredential:
    return IssueCredential(
        tenant="ganzhou", actor_id="a", name="某人", roles=frozenset({"department", "finance", "bureau", "enterprise"})
    )


def body_hash(command: Command) -> str:
    return str(Door(request(), SOMEBODY).envelope(command)["body_hash"])


def test_the_same_order_has_the_same_hash_in_every_process() -> None:
    hashes = set()
    for seed in ("1", "2"):  # in which the four roles lie in another order
        run = subprocess.run(
            [sys.executable, "-c", HASH],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        )
        hashes.add(run.stdout)
    assert len(hashes) == 1


class Place(Model):
    street: str


class PlaceNow(Model):
    street: str
    floor: int | None = None


class Order(Command[Model]):
    owner: ClassVar[ServiceName] = "catalog"
    text: str
    place: Place


class OrderNow(Command[Model]):
    """The same a version later, with optional newcomers."""

    owner: ClassVar[ServiceName] = "catalog"
    text: str
    place: PlaceNow
    note: str | None = None


def test_a_repeat_through_a_door_of_the_next_version_has_the_same_hash() -> None:
    before = Order(text="t", place=Place(street="s"))
    assert body_hash(before) == body_hash(OrderNow(text="t", place=PlaceNow(street="s")))
    assert body_hash(before) != body_hash(OrderNow(text="t", place=PlaceNow(street="s", floor=1)))
    assert body_hash(before) != body_hash(Order(text="u", place=Place(street="s")))


def ask(app: FastAPI, method: str = "GET", content: Any = None, at: str = "/") -> httpx.Response:
    """One request with a JSON body to the application itself."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            return await client.request(
                method, at, content=content, headers={"Content-Type": "application/json"} if content else None
            )

    return asyncio.run(send())


def app_that_raises(error: Exception) -> FastAPI:
    app = FastAPI()
    errors.install(app)

    @app.get("/")
    async def route(_request: Request) -> None:
        raise error

    return app


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT 1", {}, psycopg.OperationalError("connection refused")),
        PoolTimeout("the pool is empty"),
        OperationalError("INSERT", {}, psycopg.errors.DiskFull("could not extend file")),
    ],
)
def test_a_database_that_is_away_is_told_as_a_matter_of_trying_again(error: Exception) -> None:
    answer = ask(app_that_raises(error))
    assert answer.status_code == 503
    assert answer.json()["code"] == "temporarily_unavailable"
    assert answer.json()["retryable"] is True
    assert answer.headers["retry-after"]


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("a bug"), IntegrityError("INSERT", {}, psycopg.errors.UniqueViolation("twice"))]
)
def test_a_fault_of_ours_is_told_as_one(error: Exception) -> None:
    answer = ask(app_that_raises(error))
    assert answer.status_code == 500
    assert answer.json()["retryable"] is False


@pytest.mark.parametrize(
    ("code", "status", "told"), [("took_too_long", 504, "took_too_long"), ("too_many_questions", 503, "busy")]
)
def test_a_question_that_was_stopped_or_found_no_place_says_what_to_do(code: str, status: int, told: str) -> None:
    answer = ask(app_that_raises(Faulted.by({"fault": {"retryable": True, "code": code}}, ordered=False)))
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (status, told, True)
    assert "稍后重试" in answer.json()["detail"]


@pytest.mark.parametrize(("retryable", "status"), [(True, 503), (False, 500)])
def test_a_fault_without_a_known_code_is_told_by_whether_it_may_be_tried_again(retryable: bool, status: int) -> None:
    wire = {"fault": {"retryable": retryable, "code": "of_a_later_version"}}
    assert ask(app_that_raises(Faulted.by(wire, ordered=False))).status_code == status


def limited() -> FastAPI:
    app = FastAPI()

    @app.post("/")
    async def route(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    app.add_middleware(BodyLimits)
    return app


def roomy() -> FastAPI:
    app = FastAPI()

    @app.post("/api/v1/cases/bulk-rejections")
    async def route(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    app.add_middleware(BodyLimits)
    return app


async def in_two_parts() -> AsyncIterator[bytes]:
    yield b"x" * MAX_BODY
    yield b"y"


def test_a_body_is_given_on_as_it_came_and_not_beyond_the_limit() -> None:
    assert ask(limited(), "POST", b"x" * MAX_BODY).json() == {"bytes": MAX_BODY}
    assert ask(limited(), "POST", b"x" * (MAX_BODY + 1)).status_code == 413
    assert ask(limited(), "POST", in_two_parts()).status_code == 413


def test_five_hundred_refusals_with_long_reasons_are_taken_where_they_are_meant_and_nowhere_else() -> None:
    at = "/api/v1/cases/bulk-rejections"
    large = b"x" * ROOMY_BODY
    assert ask(roomy(), "POST", large, at=at).json() == {"bytes": ROOMY_BODY}
    assert ask(roomy(), "POST", large + b"x", at=at).status_code == 413
    assert ask(limited(), "POST", large).status_code == 413
    # Without its length nobody knows that it is a large one before it is in memory.
    assert ask(roomy(), "POST", in_two_parts(), at=at).status_code == 413


def test_every_address_with_room_for_large_bodies_is_one_that_there_is() -> None:
    forms = {form.path for pages in declared_pages() for form in pages.declared if form.method == "POST"}
    orders = {route.path for route in declared_routes("/api/v1")}
    assert forms | orders >= ROOMY
