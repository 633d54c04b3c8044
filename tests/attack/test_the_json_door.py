"""Every JSON route, made from its OpenAPI document: who may pass, and whatever is sent, it is answered or refused and never
fails. The bus and the registers are stood in for by what takes only what real ones could carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from hostile import (
    CONTENT_TYPES,
    EVERY,
    HEADERS,
    IN_A_BODY,
    IN_AN_ADDRESS,
    WHOLE_BODIES,
    Json,
    addressed,
    bodied,
    must_hold,
    plain,
    some,
)

from contracts.message import Actor
from gateway import masking
from gateway.access import routes_of
from gateway.identity.views import Principal
from gateway.permission import Machine
from gateway.permissions import HOLDERS, MACHINES, permission_for, role_of
from gateway.routes import DeclaredRoute

# -- who may pass ------------------------------------------------------------------------------------------------------


class Anybody:
    """The token is a duty, a machine or a scope of a mandate."""

    def __init__(self, other: Any) -> None:
        self.tenants = other.tenants

    def remembered(self, token: str) -> tuple[bool, Principal | None]:
        if token not in HOLDERS:
            return True, None
        machine = token in MACHINES
        actor = Actor(
            id="a-1",
            roles=frozenset({role_of(token)}),  # type: ignore[arg-type]
            duties=frozenset() if machine else frozenset({token}),
            enterprise_id="enterprise-1" if token.startswith("enterprise_") else None,
        )
        return True, Principal("platform", actor, unattended=True)


@pytest.fixture
def asked_for_duty(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(masking, "MASKED", {})  # the bus answers with less than is masked
    before = app.state.directory
    app.state.directory = Anybody(before)
    yield
    app.state.directory = before


def test_every_route_stands_in_the_table_of_permissions_and_in_the_document(app: FastAPI, document: Json) -> None:
    for prefix, route in routes_of(app):
        if isinstance(route, DeclaredRoute):
            assert permission_for(route.declared.contract)
            assert route.declared.method.lower() in document["paths"][prefix + route.path]


def test_nobody_passes_without_a_token_or_with_junk(app: FastAPI, good: list[tuple[str, Json, Json]]) -> None:
    tokens = [
        None,
        "",
        "Bearer",
        "Bearer junk",
        f"Bearer zd_{'0' * 64}",
        "Basic Zm9vOmJhcg==",
        "Bearer null",
        "bearer  ",
    ]
    guarded = [request for _path, operation, request in good if operation["security"]]
    requests = []
    for request in guarded:
        rest = {name: value for name, value in request["headers"].items() if name != "Authorization"}
        requests += [
            plain({**request, "headers": rest if token is None else {**rest, "Authorization": token}})
            for token in tokens
        ]
    assert {answer.status_code for answer in must_hold(app, requests)} == {401}


@pytest.mark.usefixtures("asked_for_duty")
def test_every_duty_machine_and_mandate_passes_the_doors_that_name_it_and_no_other(
    app: FastAPI, good: list[tuple[str, Json, Json]]
) -> None:
    contracts = {
        (route.declared.method, prefix + route.path): route.declared
        for prefix, route in routes_of(app)
        if isinstance(route, DeclaredRoute)
    }
    tried = []
    for at, (path, operation, request) in enumerate(good):
        declared = contracts[request["method"], path]
        own = declared.form is not None and declared.form.own_enterprise
        permission = permission_for(declared.contract, own_enterprise=own)
        if operation["security"]:
            tried += [(permission, holder, request) for holder in some(sorted(HOLDERS), at)]
    requests = [
        plain({**request, "headers": {**request["headers"], "Authorization": f"Bearer {holder}"}})
        for _permission, holder, request in tried
    ]
    for (permission, holder, request), answer in zip(tried, must_hold(app, requests), strict=True):
        assert (answer.status_code == 403) == (holder not in permission.holders), (request["url"], holder, answer.text)
    assert set(Machine.__args__) <= HOLDERS  # type: ignore[attr-defined]


# -- whatever is sent ---------------------------------------------------------------------------------------------------


def test_every_parameter_takes_whatever_is_written_into_it(
    app: FastAPI, document: Json, good: list[tuple[str, Json, Json]]
) -> None:
    requests = []
    for at, (path, operation, request) in enumerate(good):
        base = plain(request)
        for place, parameter in enumerate(operation.get("parameters", ())):
            if "$ref" in parameter:
                continue
            for value in some(IN_AN_ADDRESS, at + place):
                if parameter["in"] == "query":
                    rest = {name: said for name, said in request["params"].items() if name != parameter["name"]}
                    said = [(name, str(each).encode()) for name, each in rest.items()]
                    requests.append({**base, "url": addressed(request["url"], *said, (parameter["name"], value))})
                elif value and value not in (b".", b".."):
                    filled = path.replace(f"{{{parameter['name']}}}", "\x1f")
                    for other in operation["parameters"]:
                        if other.get("in") == "path":
                            filled = filled.replace(f"{{{other['name']}}}", "x-1")
                    requests.append({**base, "url": addressed("/").copy_with(raw_path=_with(filled, value))})
    must_hold(app, requests)


def _with(path: str, value: bytes) -> bytes:
    from urllib.parse import quote

    return path.replace("\x1f", quote(value, safe="")).encode()


def test_unknown_and_repeated_parameters_are_refused_with_the_known_ones_named(
    app: FastAPI, good: list[tuple[str, Json, Json]]
) -> None:
    requests, known = [], []
    for _path, operation, request in good:
        base = plain(request)
        said = [(name, str(each).encode()) for name, each in request["params"].items()]
        requests.append({**base, "url": addressed(request["url"], *said, ("unheard_of", b"1"))})
        known.append([each["name"] for each in operation.get("parameters", ()) if each.get("in") == "query"])
    for names, answer in zip(known, must_hold(app, requests), strict=True):
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter"), answer.text
        (reason,) = answer.json()["errors"]
        assert reason["field"] == "unheard_of"
        assert all(name in reason["message"] for name in names), (reason, names)


def test_five_thousand_parameters_are_refused(app: FastAPI) -> None:
    many = addressed("/api/v1/policies/search", *((f"q{number}", b"1") for number in range(5_000)))
    (answer,) = must_hold(app, [{"method": "GET", "url": many}])
    assert answer.status_code == 414


def test_every_leaf_of_every_body_takes_whatever_is_written_into_it(
    app: FastAPI, good: list[tuple[str, Json, Json]]
) -> None:
    requests = []
    for at, (_path, _operation, request) in enumerate(good):
        if "json" not in request:
            continue
        base = plain(request)
        for place, spoilt in enumerate(spoilt_bodies(request["json"], at)):
            if place % (1 if EVERY == 1 else 2) == 0:
                requests.append({**base, "content": bodied(spoilt)})
    assert len(requests) > 500
    must_hold(app, requests)


def spoilt_bodies(body: Any, at: int) -> Iterator[Any]:
    """The body with each of its leaves and branches replaced by each value that it gets, and with a newcomer in each object."""
    places = list(leaves(body))
    if EVERY > 1:
        places = places[:: max(1, len(places) // 12)]
    for number, place in enumerate(places):
        for value in some(IN_A_BODY, at + number):
            yield replaced(body, place, value)


def leaves(body: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if place:
        yield place
    inside = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, value in inside:
        yield from leaves(value, (*place, name))


def replaced(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    copy = dict(body) if isinstance(body, dict) else list(body)
    copy[place[0]] = replaced(copy[place[0]], place[1:], value)
    return copy


FREE = {"content.unheard_of"}
"""A draft is JSON that is not yet an item: what is wrong with it is said, and it is kept as it is."""


def test_unknown_names_are_refused_at_every_level_of_every_body(
    app: FastAPI, good: list[tuple[str, Json, Json]]
) -> None:
    requests, expected = [], []
    for _path, _operation, request in good:
        for place in [(), *leaves(request.get("json", None))]:
            here = request.get("json")
            for step in place:
                here = here[step]
            if isinstance(here, dict) and "json" in request:
                spoilt = replaced(request["json"], place, {**here, "unheard_of": 1})
                requests.append({**plain(request), "content": bodied(spoilt)})
                expected.append(".".join(map(str, (*place, "unheard_of"))))
    missed = []
    for place, request, answer in zip(expected, requests, must_hold(app, requests), strict=True):
        fields = [each["field"] for each in answer.json().get("errors", ())]
        if answer.is_success and place in FREE and "/authoring/" in str(request["url"]):
            continue
        if answer.status_code != 422 or not any(_is_at(each, place) for each in fields):
            missed.append((str(request["url"]), place, answer.status_code, fields))
    assert missed == []


def _is_at(field: str, place: str) -> bool:
    """A reason says which kind of node it is about, besides the place; and an open map takes every name."""
    steps = iter(field.split("."))
    return field.endswith("unheard_of") and all(step in steps for step in place.split("."))


def test_what_is_no_json_or_of_another_type_is_refused_by_every_route_that_takes_some(
    app: FastAPI, good: list[tuple[str, Json, Json]]
) -> None:
    requests: list[Json] = []
    for at, (_path, _operation, request) in enumerate(good):
        if "json" in request:
            base = plain(request)
            requests += [{**base, "content": content} for content in some(WHOLE_BODIES.values(), at)]
            requests += [
                {**base, "headers": {**base["headers"], "Content-Type": kind}} for kind in some(CONTENT_TYPES, at)
            ]
    statuses = {answer.status_code for answer in must_hold(app, requests)}
    assert statuses <= {400, 413, 415, 422}


def test_every_header_takes_whatever_is_written_into_it(app: FastAPI, good: list[tuple[str, Json, Json]]) -> None:
    requests = []
    for at, (_path, _operation, request) in enumerate(good):
        base = plain(request)
        for place, (name, values) in enumerate(HEADERS.items()):
            kept = [(each, value) for each, value in base["headers"].items() if each.lower() != name.lower()]
            requests += [{**base, "headers": [*kept, (name, value)]} for value in some(values, at + place)]
    must_hold(app, [{**each, "headers": [_raw(*pair) for pair in each["headers"]]} for each in requests])


def _raw(name: str, value: str | bytes) -> tuple[bytes, bytes]:
    return name.encode(), value.encode() if isinstance(value, str) else value
