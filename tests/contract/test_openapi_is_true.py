"""What the OpenAPI document says of a route is what the door does: asked over HTTP, of the application itself,
whose bus and database are stood in for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import httpx
import obstore
import pytest
from duties_kit import duties_of
from fastapi import FastAPI
from limits import parse
from obstore.store import MemoryStore
from portal_kit import EveryPlace

from chassis.files.objects import Objects
from console.contracts.program import unconnected_gateway
from console.place import CHECKOUT
from contracts.message import Actor
from gateway.access import ROLES
from gateway.identity.views import Principal
from gateway.openapi import ProblemDetails
from gateway.rate_limits import RateLimits
from tests.contract.samples import sample

ITEM = json.loads(min((CHECKOUT / "sample" / "items").glob("*.json")).read_text())
FACT = {"name": "rd_expense", "kind": "number", "value": "1", "unit": "元", "source": "税务", "as_of": "2026-01-01"}
LABEL = json.loads((CHECKOUT / "sample" / "labels" / "tech_sme.json").read_text())
TERMS = {
    "issuer": "https://id.example.gov.cn",
    "client_id": "zhida",
    "audience": "staff",
    "label_zh": "政务统一认证",
    "label_en": "Government sign-in",
}
BODIES: dict[str, dict[str, Any]] = {
    "RegisterIssuerForm": {"issuer_id": "gov", "terms": TERMS},
    "ChangeIssuerForm": {"terms": TERMS},
    "NameAgentForm": {
        "name": "某人",
        "resident_id": "360732198009283236",
        "mobile": "19900000000",
        "scope": ["view"],
        "since": "2026-01-01",
        "until": "2026-12-31",
    },
    "MapPlanTermForm": {"use": "approver", "term": "审批岗", "meaning": {"to": "duty", "kind": "leader"}},
    "InviteAccountForm": {"person_id": "x-1", "login": "zhang.san"},
    "PublishPolicyItemForm": {"content": ITEM},
    "PreviewItemForm": {"content": ITEM},
    "RevisePolicyItemForm": {
        "content": ITEM,
        "reason": "提高标准",
        "ground": {"kind": "minor_change", "text": "更正联系电话"},
    },
    "RecordFactsForm": {"facts": [FACT]},
    "DefineLabelForm": {"rule": LABEL},
    "KeepMaterialForm": {
        "kind": "business_licence",
        "name": "营业执照",
        "issuer": "市场监管局",
        "sha256": "0" * 64,
        "valid_from": "2026-01-01",
    },
}
"""Bodies that say more than their schema can: rules, facts, an upload that is there. All others are sampled."""
QUESTIONS_WITH_A_BODY = {f"/api/v1/authoring/{asked}" for asked in ("check", "preview", "trial")} | {
    "/api/v1/cases/rejection-previews"
}
"""Posted because an address is too short for them; they change nothing and need no key."""
A_FILE = "统一社会信用代码,企业名称\n".encode()
PARAMETERS = {
    "service": "catalog",
    "receipt": "ZD-123456",
    "code": "ABCDEF",
    "year": "2027",
    "kind": "timer",
    "id": "x-1",
    "earlier": "1",
    "later": "2",
}


MANDATE = {
    "mandate_id": "m-1",
    "tenant": "zhanggong",
    "person_id": "a-1",
    "person_name": "法人",
    "enterprise_id": "enterprise-1",
    "enterprise_name": "示例企业",
    "kind": "legal_representative",
    "scope": ["view"],
    "since": "2020-01-01",
    "until": None,
    "version": 1,
}
REGISTERS: dict[str, dict[str, Any]] = {
    "ListMandates": {"items": [MANDATE]},
    "RegisterPerson": {"person_id": "a-2", "name": "某人", "identified": True, "version": 1},
    "GrantMandate": MANDATE,
    "ListSecurityEvents": {"items": [], "next_cursor": None},
}
"""What the gateway's own registers answer where a route reads it; all other answers are passed on as they are."""


class EverybodySignedIn:
    """The token is the role; receipts all belong to one tenant."""

    def remembered(self, token: str) -> tuple[bool, Principal | None]:
        if token not in ROLES:
            return True, None
        actor = Actor(id="a-1", roles=frozenset({token}), enterprise_id="enterprise-1", duties=duties_of(token))
        return True, Principal("platform" if token == "platform" else "zhanggong", actor, unattended=True)

    tenants = EveryPlace()


class YesMan:
    """A bus that answers everything with success."""

    async def call(self, _service: str, method: str, *_: object, **__: object) -> dict[str, Any]:
        if method == "read_open_data":
            return {"ok": {"revision": "1", "unchanged": False, "items": [], "next_cursor": None}}
        if method in ("list_budget_lines", "list_missing_calendars"):
            return {"ok": {"items": [], "next_cursor": None}}
        return {"ok": {"version": 3}}


@contextmanager
def nothing_written(*_: object, **__: object) -> Iterator[Any]:
    """A unit of work that keeps nothing."""
    yield SimpleNamespace(of=lambda _store: SimpleNamespace(add=lambda _event: None))


def registers(contract: type, *_: object, **__: object) -> dict[str, Any]:
    return {"ok": REGISTERS.get(contract.__name__, {"version": 1, "person_id": "a-2"})}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    app = unconnected_gateway()
    app.state.directory = EverybodySignedIn()
    # So much at once is asked by nobody else.
    app.state.signing_in.rates.limits = RateLimits(
        **dict.fromkeys(("address", "person", "tenant"), parse("1000000/minute"))
    )
    app.state.bus = YesMan()
    store = MemoryStore()
    obstore.put(store, f"zhanggong/00/{'0' * 64}", b"%PDF-")
    app.state.objects = Objects(store)
    frame = app.state.frame
    app.state.frame = SimpleNamespace(
        cipher=frame.cipher,
        clock=frame.clock,
        run_command=registers,
        run_query=registers,
        unit=nothing_written,
    )
    return app


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def request_for(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    """Everything that the document asks for, and nothing more."""
    headers, query = {}, {}
    for parameter in operation.get("parameters", ()):
        if "$ref" in parameter:
            parameter = document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
        name, where = parameter["name"], parameter["in"]
        if where == "path":
            path = path.replace(f"{{{name}}}", PARAMETERS.get(name, "x-1"))
        elif where == "header":
            headers[name] = '"3"' if name == "If-Match" else "key-0001"
        elif parameter.get("required"):
            query[name] = PARAMETERS[name]
    if operation["security"]:
        headers["Authorization"] = f"Bearer {operation['security'][0]['bearer'][0]}"
    request: dict[str, Any] = {"method": method, "url": path, "headers": headers, "params": query}
    if "application/octet-stream" in operation.get("requestBody", {}).get("content", {}):
        request["content"] = A_FILE
    elif "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        request["json"] = BODIES.get(schema["$ref"].rpartition("/")[2]) or sample(schema, document)
    return request


def ask(app: FastAPI, request: Mapping[str, Any]) -> httpx.Response:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            return await client.request(**request)

    return asyncio.run(once())


def expect_problem(app: FastAPI, operation: dict[str, Any], request: Mapping[str, Any], status: int) -> ProblemDetails:
    """The door refuses with this status, which the document names, in a problem document as described."""
    answer = ask(app, request)
    assert answer.status_code == status, (request["url"], answer.text)
    assert str(status) in operation["responses"], f"{status} of {operation['operationId']} is not documented"
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == set(ProblemDetails.model_fields)
    return ProblemDetails.model_validate(answer.json())


def test_whoever_sends_all_that_is_asked_for_gets_the_answer_that_is_promised(app: FastAPI) -> None:
    document = app.openapi()
    for method, path, operation in operations(document):
        answer = ask(app, request_for(document, method, path, operation))
        assert str(answer.status_code) in operation["responses"], (path, answer.text)
        assert answer.is_success, (path, answer.text)


def test_every_header_that_is_asked_for_is_needed(app: FastAPI) -> None:
    document = app.openapi()
    tried = 0
    for method, path, operation in operations(document):
        request = request_for(document, method, path, operation)
        for name, status in (("Idempotency-Key", 422), ("If-Match", 428)):
            if name in request["headers"]:
                rest = {key: value for key, value in request["headers"].items() if key != name}
                expect_problem(app, operation, {**request, "headers": rest}, status)
                tried += 1
    assert tried >= 12


def test_whatever_changes_something_asks_for_a_key(app: FastAPI) -> None:
    document = app.openapi()
    for method, path, operation in operations(document):
        keyed = "Idempotency-Key" in request_for(document, method, path, operation)["headers"]
        assert keyed == (method != "GET" and path not in QUESTIONS_WITH_A_BODY), path


def test_the_documented_roles_are_let_in_and_nobody_else(app: FastAPI) -> None:
    document = app.openapi()
    for method, path, operation in operations(document):
        request = request_for(document, method, path, operation)
        allowed = {role for each in operation["security"] for role in each["bearer"]}
        for role in ROLES if allowed else ():
            asked = {**request, "headers": {**request["headers"], "Authorization": f"Bearer {role}"}}
            if role in allowed:
                assert ask(app, asked).is_success, (path, role)
            else:
                expect_problem(app, operation, asked, 403)
        if allowed:
            stranger = {**request, "headers": {**request["headers"], "Authorization": "Bearer nobody"}}
            expect_problem(app, operation, stranger, 401)


def test_bodies_that_are_no_json_or_have_unknown_fields_are_refused_as_documented(app: FastAPI) -> None:
    document = app.openapi()
    for method, path, operation in operations(document):
        request = request_for(document, method, path, operation)
        if (body := request.pop("json", None)) is not None:
            typed = {**request["headers"], "Content-Type": "application/json"}
            expect_problem(app, operation, {**request, "headers": typed, "content": b"{"}, 400)
            other = {**request["headers"], "Content-Type": "text/plain"}
            expect_problem(app, operation, {**request, "headers": other, "content": b"{}"}, 415)
            expect_problem(app, operation, {**request, "headers": typed, "content": b" " * 300_000}, 413)
            expect_problem(app, operation, {**request, "json": {**body, "unheard_of": 1}}, 422)


@pytest.mark.parametrize(
    ("header", "value"), [("Idempotency-Key", "k" * 7), ("Idempotency-Key", "k" * 201), ("If-Match", '"x"')]
)
def test_a_header_outside_its_documented_form_is_refused(app: FastAPI, header: str, value: str) -> None:
    document = app.openapi()
    operation = document["paths"]["/api/v1/cases/{case_id}/approve"]["post"]
    request = request_for(document, "POST", "/api/v1/cases/{case_id}/approve", operation)
    expect_problem(app, operation, {**request, "headers": {**request["headers"], header: value}}, 422)
