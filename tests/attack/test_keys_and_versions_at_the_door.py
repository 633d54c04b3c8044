"""Keys, versions and the shape of every answer of every JSON route, made from its OpenAPI document."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from door_kit import QUESTIONS_WITH_A_BODY
from fastapi import FastAPI
from hostile import Behind, Json, must_hold, plain

from contracts.message import Command
from contracts.refusal import StaleVersion
from gateway.access import routes_of
from gateway.identity.views import Principal
from gateway.routes import DeclaredRoute


@pytest.fixture(autouse=True)
def _nothing_was_asked(behind: Behind) -> None:
    behind.envelopes.clear()
    behind.refusal = None


# -- keys and versions ---------------------------------------------------------------------------------------------------


def ordering(good: list[tuple[str, Json, Json]]) -> list[tuple[str, Json]]:
    return [
        (path, request)
        for path, _operation, request in good
        if request["method"] != "GET" and path not in QUESTIONS_WITH_A_BODY
    ]


def test_no_order_is_taken_without_a_key_or_with_one_that_is_too_short_or_long(
    app: FastAPI, behind: Behind, good: list[tuple[str, Json, Json]]
) -> None:
    requests = []
    for _path, request in ordering(good):
        rest = {name: value for name, value in request["headers"].items() if name != "Idempotency-Key"}
        for key in (None, "", "1234567", "k" * 201):
            headers = rest if key is None else {**rest, "Idempotency-Key": key}
            requests.append(plain({**request, "headers": headers}))
    answers = must_hold(app, requests)
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(422, "idempotency_key_missing")}
    assert [each["name"] for each in behind.envelopes if "idempotency_key" in each] == []


READ_ANEW = {"/api/v1/materials/{material_id}/open", "/api/v1/cases/{case_id}/given-materials/{material_id}/open"}
"""Whether a person may read it is asked each time, and each time is kept: what was answered before says nothing of now."""


def test_a_key_is_one_persons_for_one_route_and_says_which_body_it_was_for(
    app: FastAPI, behind: Behind, good: list[tuple[str, Json, Json]]
) -> None:
    def ordered(request: Json, actor: str) -> Json:
        behind.envelopes.clear()
        if "Authorization" not in request["headers"]:
            # What anybody may order is nobody's: its key is for the route alone.
            (answer,) = must_hold(app, [plain(request)])
            assert answer.is_success, (request["url"], answer.text)
            return next(each for each in behind.envelopes if "idempotency_key" in each)
        before = app.state.directory
        roles = request["headers"]["Authorization"].removeprefix("Bearer ")
        _known, principal = before.remembered(roles)
        person = principal.actor.model_copy(update={"id": actor})
        other = Principal(principal.tenant, person, unattended=True)
        app.state.directory = SimpleNamespace(remembered=lambda _token: (True, other), tenants=before.tenants)
        try:
            (answer,) = must_hold(app, [plain(request)])
        finally:
            app.state.directory = before
        assert answer.is_success, (request["url"], answer.text)
        return next(each for each in behind.envelopes if "idempotency_key" in each)

    seen: dict[str, str] = {}
    for path, request in ordering(good):
        first, again = ordered(request, "a-1"), ordered(request, "a-1")
        if path in READ_ANEW:
            assert first["idempotency_key"] != again["idempotency_key"], path
            continue
        assert (first["idempotency_key"], first["body_hash"]) == (again["idempotency_key"], again["body_hash"]), path
        others = ordered(request, "a-2")["idempotency_key"] != first["idempotency_key"]
        assert others is ("Authorization" in request["headers"]), path
        route = f"{request['method']} {path}"
        assert seen.setdefault(first["idempotency_key"], route) == route
        if (other := other_body(request)) is not None:
            changed = ordered(other, "a-1")
            assert changed["idempotency_key"] == first["idempotency_key"], path
            assert changed["body_hash"] != first["body_hash"], path


def other_body(request: Json) -> Json | None:
    """The same with another sentence in it, where one is free."""
    for name in ("reason", "why", "name", "note", "explanation", "title", "opinion"):
        if isinstance(request.get("json", {}).get(name), str):
            return {**request, "json": {**request["json"], name: "另一句完整的说明"}}
    return None


def test_every_versioned_route_asks_for_one_strong_number_and_passes_on_who_was_sooner(
    app: FastAPI, behind: Behind, good: list[tuple[str, Json, Json]]
) -> None:
    versioned = [request for _path, request in ordering(good) if "If-Match" in request["headers"]]
    assert len(versioned) >= 10

    def with_version(request: Json, said: str | None) -> Json:
        rest = {name: value for name, value in request["headers"].items() if name != "If-Match"}
        return plain({**request, "headers": rest if said is None else {**rest, "If-Match": said}})

    for said, status in (
        (None, 428), ("*", 422), ('"1", "2"', 422), ('"-1"', 422), ("9" * 5_000, 422), ('"1000000000"', 422), ('""', 422),
    ):  # fmt: skip
        answers = must_hold(app, [with_version(request, said) for request in versioned])
        assert {answer.status_code for answer in answers} == {status}, said
    assert behind.envelopes == []
    must_hold(app, [with_version(request, 'W/"7"') for request in versioned])
    assert {each["body"]["expected_version"] for each in behind.envelopes} == {7}
    behind.refusal = StaleVersion().refusal().model_dump(mode="json")
    answers = must_hold(app, [with_version(request, '"7"') for request in versioned])
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(412, "stale_version")}


# -- the shape of every answer --------------------------------------------------------------------------------------------


def test_every_answer_says_what_it_is_and_who_may_keep_it(app: FastAPI, good: list[tuple[str, Json, Json]]) -> None:
    answers = must_hold(app, [plain(request) for _path, _operation, request in good])
    for (path, operation, request), answer in zip(good, answers, strict=True):
        assert answer.is_success, (path, answer.text)
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind in operation["responses"][str(answer.status_code)]["content"], path
        if operation["security"] or request["method"] != "GET":
            assert "public" not in answer.headers["cache-control"], path
        if "etag" in answer.headers:
            assert answer.headers["etag"].startswith('"'), path
        assert "server" not in answer.headers


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/../etc", "/api/v1/cases/%00", "/api//v1/cases"])
def test_what_is_nowhere_is_told_so_in_the_same_shape(app: FastAPI, path: str) -> None:
    answers = must_hold(app, [{"method": method, "url": f"http://door{path}"} for method in ("GET", "POST", "PATCH")])
    assert {answer.status_code for answer in answers} <= {400, 401, 404, 405}


def test_every_command_has_a_door_or_none_at_all_and_no_get_changes_anything(app: FastAPI) -> None:
    for _prefix, route in routes_of(app):
        if isinstance(route, DeclaredRoute) and route.declared.method == "GET":
            assert not issubclass(route.declared.contract, Command), route.path
