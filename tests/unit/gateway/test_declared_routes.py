"""What a route declares is what it does: over HTTP, of a little application with a bus that is stood in for."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, ClassVar

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import Response

from contracts.message import Actor, Command, Id, Model, Query, ServiceName
from gateway import errors
from gateway.access import PUBLIC, Only
from gateway.door import Door
from gateway.identity.views import Principal
from gateway.routes import DeclaredRoute, Routes

CLERK = Principal("zhanggong", Actor(id="clerk", roles=frozenset({"window"})))


class WallView(Model):
    wall_id: Id
    version: int


class BuildWall(Command[WallView]):
    owner: ClassVar[ServiceName] = "catalog"

    height: int


class GetWall(Query[WallView]):
    owner: ClassVar[ServiceName] = "review"

    wall_id: Id


routes = Routes("walls")


@routes.order("/walls", BuildWall, who=Only("window"), status=202)
async def build_wall(door: Door, command: BuildWall) -> Response:
    """Begin a wall."""
    return await door.order(command)


@routes.ask("/walls/{wall_id}", GetWall, who=PUBLIC, cache="public")
async def get_wall(door: Door, query: GetWall) -> Response:
    """One wall."""
    return await door.ask(query)


class Bus:
    """Remembers what it was asked, and answers all of it alike."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    async def call(self, service: str, method: str, payload: dict[str, Any], **_: Any) -> dict[str, Any]:
        self.asked.append((service, method, payload))
        return {"ok": {"wall_id": "w-1", "version": 4, "links": {"self": "/operations/catalog/o-1"}}}


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def app(bus: Bus) -> FastAPI:
    app = FastAPI()
    errors.install(app)
    app.state.bus = bus
    app.state.directory = SimpleNamespace(remembered=lambda token: (True, CLERK if token == "clerk" else None))
    app.router.routes += [DeclaredRoute("/api", each, "walls") for each in routes.declared]
    return app


def send(app: FastAPI, method: str, path: str, **request: Any) -> httpx.Response:
    async def once() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as client:
            return await client.request(method, path, **request)

    return asyncio.run(once())


def test_an_order_goes_to_its_owner_with_tenant_actor_and_idempotency_key(app: FastAPI, bus: Bus) -> None:
    headers = {"Authorization": "Bearer clerk", "Idempotency-Key": "12345678"}
    answers = [send(app, "POST", "/api/walls", json={"height": 3}, headers=headers) for _ in range(2)]
    ((service, method, envelope), (_service, _method, repeated)) = bus.asked
    assert (service, method, envelope["body"]) == ("catalog", "build_wall", {"height": 3})
    assert (envelope["tenant"], envelope["actor"]["id"]) == ("zhanggong", "clerk")
    assert repeated["idempotency_key"] == envelope["idempotency_key"]
    assert [answer.status_code for answer in answers] == [202, 202]


def test_what_goes_on_as_long_work_says_where_to_look(app: FastAPI) -> None:
    headers = {"Authorization": "Bearer clerk", "Idempotency-Key": "12345678"}
    answer = send(app, "POST", "/api/walls", json={"height": 3}, headers=headers)
    assert (answer.headers["location"], answer.headers["etag"]) == ("/operations/catalog/o-1", '"4"')


def test_nobody_unknown_is_told_what_is_wrong_with_a_body(app: FastAPI, bus: Bus) -> None:
    assert send(app, "POST", "/api/walls", content=b"{").status_code == 401
    assert bus.asked == []


def test_a_public_question_is_asked_for_nobody(app: FastAPI, bus: Bus) -> None:
    assert send(app, "GET", "/api/walls/w-1").is_success
    assert bus.asked == [("review", "get_wall", {"name": "GetWall", "tenant": None, "body": {"wall_id": "w-1"}})]


def test_who_has_just_that_is_told_so(app: FastAPI) -> None:
    first = send(app, "GET", "/api/walls/w-1")
    again = send(app, "GET", "/api/walls/w-1", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, first.headers["cache-control"]) == (200, "public")
    assert (again.status_code, again.content) == (304, b"")


def test_a_declaration_says_what_the_document_needs() -> None:
    build, get = routes.declared
    assert (build.name, build.method, build.status, build.idempotent) == ("build_wall", "POST", 202, True)
    assert (get.name, get.method, get.answer, get.idempotent, get.renewed) == ("get_wall", "GET", WallView, False, True)
