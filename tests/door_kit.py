"""The JSON door over HTTP, of the application itself, whose bus and database are stood in for: a good request for every
operation of its OpenAPI document."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import httpx
import obstore
from duties_kit import duties_of
from fastapi import FastAPI
from files_kit import pdf
from limits import parse
from obstore.store import MemoryStore
from portal_kit import EveryPlace

from chassis.files.objects import Objects
from console.contracts.program import unconnected_gateway
from console.place import CHECKOUT
from contracts.message import Actor
from gateway.access import ROLES
from gateway.identity.views import Principal
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
    "RegisterDepartmentSystemForm": {
        "department_id": "department-1",
        "name": "应急管理业务系统",
        "address": "https://yjj.example.gov.cn/zhida",
        "secret": "whsec_c2VjcmV0LW9mLWJvdGgtc2lkZXM=",
    },
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
    f"/api/v1/cases/{asked}-previews"
    for asked in ("rejection", "non-acceptance", "supplement", "bulk", "{case_id}/refusal")
}
QUESTIONS_WITH_A_BODY |= {"/api/v1/public-notices/{tenant}/objection-checks"}
QUESTIONS_WITH_A_BODY |= {f"/api/v1/findings/{asked}-previews" for asked in ("notice", "decision")}
QUESTIONS_WITH_A_BODY |= {"/api/v1/my/application-forms/{item_id}"}
"""Posted because an address is too short for them, or keeps no secret; they change nothing and need no key."""
A_FILE = "统一社会信用代码,企业名称\n".encode()
PARAMETERS = {
    "service": "catalog",
    "receipt": "ZD-123456",
    "sha256": "0" * 64,
    "code": "ABCDEF",
    "year": "2027",
    "kind": "timer",
    "id": "x-1",
    "earlier": "1",
    "later": "2",
    "first_day": "2026-01-01",
    "last_day": "2026-12-31",
}


OWN_PLACE, OF_A_PLACE = "zhanggong", {"/api/v1/tenants/{id}"}
"""What everybody reads of the own place alone."""


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


NAME_CHANGE = {
    "change_id": "n-1",
    "enterprise_id": "ent-1",
    "uscc": "91360702DEM000014H",
    "former_name": "旧名企业",
    "name": "新名企业",
    "effective_on": "2026-01-05",
    "notice": "变更 1 号",
    "notice_on": "2026-01-05",
    "state": "confirmed",
    "proposed_by": "a-1",
    "proposed_at": "2026-01-05T04:00:00Z",
    "version": 2,
}
"""A change of a name that is confirmed, whose name the door reads."""


class EverybodySignedIn:
    """The token is the role; receipts all belong to one tenant."""

    def remembered(self, token: str) -> tuple[bool, Principal | None]:
        if token not in ROLES:
            return True, None
        actor = Actor(id="a-1", roles=frozenset({token}), enterprise_id="enterprise-1", duties=duties_of(token))
        return True, Principal("platform" if token == "platform" else "zhanggong", actor, unattended=True)

    tenants = EveryPlace()


APPLICATION = {
    "claim": {
        "application_id": "app-1",
        "receipt": "ZG-20260310-AB12CD34",
        "tenant": "zhanggong",
        "filed_in": "zhanggong",
        "enterprise_id": "ent-1",
        "enterprise_name": "赣州示例精密电子有限公司",
        "uscc": "91360702DEM000014H",
        "item_id": "item-1",
        "item_version": 1,
        "item_title": "研发投入补助",
        "mode": "instant",
        "department": "章贡区科技局",
    },
    "query_code": "K7M3P9QX",
    "estimated_fen": 100,
    "submitted_at": "2026-03-10T04:00:00Z",
    "version": 3,
}


class YesMan:
    """A bus that answers everything with success."""

    async def call(self, _service: str, method: str, *_: object, **__: object) -> dict[str, Any]:
        if method == "read_open_data":
            return {"ok": {"revision": "1", "unchanged": False, "items": [], "next_cursor": None}}
        if method in ("list_budget_lines", "list_missing_calendars"):
            return {"ok": {"items": [], "next_cursor": None}}
        if method == "get_application":
            return {"ok": APPLICATION}
        if method == "confirm_name_change":
            return {"ok": NAME_CHANGE}
        if method in ("open_material", "open_kept_material"):
            return {
                "ok": {
                    "material_id": "m-1",
                    "name": "营业执照",
                    "sha256": sha256(pdf()).hexdigest(),
                    "tenant": "zhanggong",
                }
            }
        return {"ok": {"version": 3}}


@contextmanager
def nothing_written(*_: object, **__: object) -> Iterator[Any]:
    """A unit of work that keeps nothing."""
    yield SimpleNamespace(of=lambda _store: SimpleNamespace(add=lambda _event: None))


def registers(contract: type, *_: object, **__: object) -> dict[str, Any]:
    return {"ok": REGISTERS.get(contract.__name__, {"version": 1, "person_id": "a-2"})}


def door_with(bus: Any, registers: Callable[..., dict[str, Any]]) -> FastAPI:
    """The application with this bus, and with these answers of its own registers."""
    app = unconnected_gateway()
    app.state.directory = EverybodySignedIn()
    # So much at once is asked by nobody else.
    app.state.signing_in.rates.limits = RateLimits(
        **dict.fromkeys(("address", "person", "tenant"), parse("1000000/minute"))
    )
    app.state.bus = bus
    store = MemoryStore()
    obstore.put(store, f"zhanggong/00/{'0' * 64}", pdf())
    digest = sha256(pdf()).hexdigest()
    obstore.put(store, f"zhanggong/{digest[:2]}/{digest}", pdf())
    app.state.objects = Objects(store)
    frame = app.state.frame
    app.state.frame = SimpleNamespace(
        cipher=frame.cipher,
        clock=frame.clock,
        run_command=registers,
        run_query=registers,
        unit=nothing_written,
    )
    for middleware in app.user_middleware:
        if "frame" in middleware.kwargs:
            middleware.kwargs["frame"] = app.state.frame
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
            path = path.replace(f"{{{name}}}", OWN_PLACE if path in OF_A_PLACE else PARAMETERS.get(name, "x-1"))
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
