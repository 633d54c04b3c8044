"""What the OpenAPI document says of a route is what the door does: asked over HTTP, of the application itself,
whose bus and database are stood in for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import httpx
import obstore
import pytest
from fastapi import FastAPI
from obstore.store import MemoryStore

from chassis.files.objects import Objects
from console.contracts.program import unconnected_gateway
from console.place import CHECKOUT
from contracts.message import Actor
from gateway.access import ROLES
from gateway.identity.views import Principal
from gateway.openapi import Problem

ITEM = json.loads(min((CHECKOUT / "sample" / "items").glob("*.json")).read_text())
FACT = {"name": "rd_expense", "kind": "number", "value": "1", "unit": "元", "source": "税务", "as_of": "2026-01-01"}
LABEL = json.loads((CHECKOUT / "sample" / "labels" / "tech_sme.json").read_text())
DOCUMENT = {"name": "若干措施", "authority": "区人民政府", "level": "county", "number": "区府发〔2026〕1号"}
FIGURE = {
    "name": "lpr_one_year",
    "value": "3.1",
    "unit": "%",
    "valid_from": "2024-10-21",
    "as_of": "2024-10-21",
    "source": "全国银行间同业拆借中心",
}
BODIES: dict[str, dict[str, Any]] = {
    "OnboardTenantForm": {"id": "zhanggong", "level": "county", "division_code": "360702", "name": "章贡区"},
    "IssueCredentialForm": {"tenant": "zhanggong", "actor_id": "clerk-1", "name": "科员", "roles": ["bureau"]},
    "PublishPolicyItemForm": {"content": ITEM},
    "CheckPolicyItemForm": {"content": ITEM},
    "PreviewItemForm": {"content": ITEM},
    "DraftPolicyItemForm": {"content": {"code": "X-1", "title": "尚未写完"}},
    "EditDraftForm": {"content": ITEM},
    "OpenConsultationForm": {
        "parties": [{"party": "finance", "department": "区财政局"}],
        "until": "2026-03-20",
    },
    "RecallConsultationForm": {"reason": "发错稿件"},
    "AnswerConsultationForm": {"answer": "agree"},
    "PublishDraftForm": {"reason": "新政策", "responses": [{"party": "finance", "text": "已采纳"}]},
    "DiscardDraftForm": {"reason": "不再制定"},
    "RegisterDocumentForm": {"document": DOCUMENT},
    "AmendDocumentForm": {"document": DOCUMENT, "reason": "文号录入有误"},
    "RepealDocumentForm": {"repealed_on": "2026-03-01", "basis": "区府发〔2026〕1号第十条"},
    "RevisePolicyItemForm": {
        "content": ITEM,
        "reason": "提高标准",
        "ground": {"kind": "minor_change", "text": "更正联系电话"},
    },
    "SuspendPolicyItemForm": {"reason": "年度资金用完"},
    "ResumePolicyItemForm": {"reason": "资金已补充"},
    "WithdrawPolicyItemForm": {"reason": "文件废止"},
    "ImportItemsForm": {"sha256": "0" * 64},
    "ImportEnterprisesForm": {"format": "csv", "sha256": "0" * 64, "source": "区统计局"},
    "RegisterEnterpriseForm": {"uscc": "91360700X12345678X", "name": "示例有限公司", "contact_mobile": "13800000000"},
    "RecordFactsForm": {"facts": [FACT]},
    "RecordOutsideFiguresForm": {"figures": [FIGURE]},
    "WithdrawOutsideFigureForm": {"reason": "录入有误"},
    "DefineLabelForm": {"rule": LABEL},
    "GiveConsentForm": {
        "grantee": "bank-1",
        "grantee_name": "示例银行",
        "labels": ["technology_score"],
        "purposes": ["credit_assessment"],
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
    },
    "ConsultLabelForm": {"uscc": "91360700X12345678X", "label": "technology_score", "purpose": "credit_assessment"},
    "RevealContactForm": {"reason": "核实申报信息"},
    "KeepMaterialForm": {
        "kind": "business_licence",
        "name": "营业执照",
        "issuer": "市场监管局",
        "sha256": "0" * 64,
        "valid_from": "2026-01-01",
    },
    "WithdrawMaterialForm": {"reason": "传错文件"},
    "ProposeMergeForm": {"absorbed_id": "firm-1", "surviving_id": "firm-2", "reason": "旧代码换新代码"},
    "DeclineMergeForm": {"reason": "不是同一企业"},
    "WithdrawFactsForm": {"records": ["2-0"], "reason": "录入有误"},
    "WithdrawPayeeAccountForm": {"reason": "账号抄错"},
    "RegisterPayeeAccountForm": {
        "account_name": "示例有限公司",
        "account_number": "6222000000",
        "bank_name": "示例银行",
    },
    "SubmitApplicationForm": {"item_id": "item-1"},
    "NominateEnterprisesForm": {"item_id": "item-1", "lines": [{"enterprise_id": "firm-1"}]},
    "ApproveCaseForm": {"amount_fen": 100},
    "RejectCaseForm": {"reason": "不符合条件"},
    "RecordInspectionForm": {
        "passed": True,
        "findings": "属实",
        "place": "厂区",
        "inspected_at": "2026-03-10T04:00:00Z",
    },
    "AppropriateBudgetForm": {
        "year": 2026,
        "department": "工信局",
        "amount_fen": 100,
        "document_number": "区财〔2026〕1号",
    },
}
"""A good body for every form. A new form fails the tests until it has one."""
QUESTIONS_WITH_A_BODY = {"/api/v1/authoring/check", "/api/v1/authoring/preview"}
"""Posted because an address is too short for them; they change nothing and need no key."""
A_FILE = "统一社会信用代码,企业名称\n".encode()
PARAMETERS = {"service": "catalog", "receipt": "ZD-123456", "code": "ABCDEF"}


class EverybodySignedIn:
    """The token is the role; receipts all belong to one tenant."""

    def remembered(self, token: str) -> tuple[bool, Principal | None]:
        if token not in ROLES:
            return True, None
        return True, Principal("zhanggong", Actor(id="a-1", roles=frozenset({token}), enterprise_id="firm-1"))

    def prefix_remembered(self, receipt: str) -> str:
        return "zhanggong"


class YesMan:
    """A bus that answers everything with success."""

    async def call(self, _service: str, method: str, *_: object, **__: object) -> dict[str, Any]:
        if method == "read_open_data":
            return {"ok": {"revision": "1", "unchanged": False, "items": [], "next_cursor": None}}
        if method == "list_budget_lines":
            return {"ok": {"items": [], "next_cursor": None}}
        return {"ok": {"version": 3}}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    app = unconnected_gateway()
    app.state.directory = EverybodySignedIn()
    app.state.bus = YesMan()
    store = MemoryStore()
    obstore.put(store, f"zhanggong/00/{'0' * 64}", b"%PDF-")
    app.state.objects = Objects(store)
    frame = app.state.frame
    app.state.frame = SimpleNamespace(
        cipher=frame.cipher, clock=frame.clock, run_command=lambda *_: {"ok": {"version": 1}}
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
        request["json"] = BODIES[schema["$ref"].rpartition("/")[2]]
    return request


def ask(app: FastAPI, request: Mapping[str, Any]) -> httpx.Response:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            return await client.request(**request)

    return asyncio.run(once())


def expect_problem(app: FastAPI, operation: dict[str, Any], request: Mapping[str, Any], status: int) -> Problem:
    """The door refuses with this status, which the document names, in a problem document as described."""
    answer = ask(app, request)
    assert answer.status_code == status, (request["url"], answer.text)
    assert str(status) in operation["responses"], f"{status} of {operation['operationId']} is not documented"
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == set(Problem.model_fields)
    return Problem.model_validate(answer.json())


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
        if body := request.pop("json", None):
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
