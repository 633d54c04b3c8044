"""Who may call what: every route of the gateway, and nobody by accident. What a route costs to write."""

from __future__ import annotations

import inspect
import pkgutil
import re
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from starlette.responses import Response
from starlette.routing import Match, Mount, Route

from console.contracts.program import unconnected_gateway
from contracts.message import answer_of
from gateway import api
from gateway.access import PUBLIC, ROLES, Only, RouteOpenByAccident, access_table
from gateway.app import FIRST, declared_routes
from gateway.door import Door
from gateway.routes import RouteDeclaration

EXPECTED = {
    ("GET", "/"): "public",
    ("GET", "/track"): "public",
    ("GET", "/track/{receipt}"): "public",
    ("GET", "/healthz"): "public",
    ("GET", "/readyz"): "public",
    ("GET", "/openapi.json"): "public",
    ("POST", "/api/v1/tenants"): "platform",
    ("POST", "/api/v1/credentials"): "platform",
    ("GET", "/api/v1/policies"): "public",
    ("GET", "/api/v1/policies/search"): "public",
    ("GET", "/api/v1/policies/{item_id}/guide"): "public",
    ("GET", "/api/v1/open-data/policies"): "public",
    ("GET", "/api/v1/open-data/policies.ndjson"): "public",
    ("GET", "/api/v1/open-data/policies.csv"): "public",
    ("GET", "/api/v1/policies/{item_id}"): "public",
    ("POST", "/api/v1/policies"): "department",
    ("GET", "/api/v1/outside-figures"): "public",
    ("POST", "/api/v1/outside-figures"): "bureau department",
    ("POST", "/api/v1/outside-figures/{figure_id}/withdraw"): "bureau department",
    ("GET", "/api/v1/policies/{item_id}/entitlement"): "department enterprise window",
    ("GET", "/api/v1/policies/{item_id}/reach"): "bureau department finance",
    ("GET", "/api/v1/policies/{item_id}/enterprises"): "bureau department",
    ("GET", "/api/v1/my/entitlements"): "enterprise",
    ("GET", "/api/v1/enterprises/{enterprise_id}/entitlements"): "bureau department window",
    ("GET", "/api/v1/matches"): "bureau department partner",
    ("POST", "/api/v1/authoring/preview"): "department finance",
    ("POST", "/api/v1/authoring/check"): "department",
    ("POST", "/api/v1/authoring/drafts"): "department",
    ("GET", "/api/v1/authoring/drafts"): "bureau department finance",
    ("GET", "/api/v1/authoring/drafts/{draft_id}"): "bureau department finance",
    ("PUT", "/api/v1/authoring/drafts/{draft_id}"): "department",
    ("POST", "/api/v1/authoring/drafts/{draft_id}/consultation"): "department",
    ("POST", "/api/v1/authoring/drafts/{draft_id}/consultation/recall"): "department",
    ("POST", "/api/v1/authoring/drafts/{draft_id}/answers"): "bureau department finance",
    ("POST", "/api/v1/authoring/drafts/{draft_id}/publish"): "department",
    ("POST", "/api/v1/authoring/drafts/{draft_id}/discard"): "department",
    ("POST", "/api/v1/authoring/documents"): "department",
    ("GET", "/api/v1/authoring/documents"): "department",
    ("GET", "/api/v1/authoring/documents/{document_id}"): "department",
    ("PUT", "/api/v1/authoring/documents/{document_id}"): "department",
    ("POST", "/api/v1/authoring/documents/{document_id}/repeal"): "department",
    ("GET", "/api/v1/authoring/items"): "bureau department finance supervisor",
    ("GET", "/api/v1/authoring/items/{item_id}"): "bureau department finance supervisor",
    ("GET", "/api/v1/authoring/items/{item_id}/history"): "bureau department finance supervisor",
    ("POST", "/api/v1/authoring/items/{item_id}/revise"): "department",
    ("POST", "/api/v1/authoring/items/{item_id}/suspend"): "department",
    ("POST", "/api/v1/authoring/items/{item_id}/resume"): "department",
    ("POST", "/api/v1/authoring/items/{item_id}/withdraw"): "department",
    ("POST", "/api/v1/enterprises"): "bureau partner window",
    ("GET", "/api/v1/enterprises/{enterprise_id}"): "bureau department enterprise window",
    ("POST", "/api/v1/enterprises/{enterprise_id}/facts"): "department partner",
    ("GET", "/api/v1/enterprises/{enterprise_id}/facts"): "bureau department enterprise window",
    ("POST", "/api/v1/enterprises/{enterprise_id}/facts/withdraw"): "bureau department partner",
    ("GET", "/api/v1/enterprises/{enterprise_id}/payee-accounts"): "bureau enterprise supervisor window",
    ("POST", "/api/v1/enterprises/{enterprise_id}/payee-accounts"): "enterprise window",
    ("POST", "/api/v1/payee-accounts/{account_id}/confirm"): "bureau window",
    ("POST", "/api/v1/payee-accounts/{account_id}/withdraw"): "bureau enterprise window",
    ("POST", "/api/v1/enterprises/imports"): "bureau department",
    ("POST", "/api/v1/authoring/item-imports"): "department",
    ("POST", "/api/v1/uploads"): "bureau department enterprise finance partner window",
    ("GET", "/api/v1/operations/{service}/{operation_id}"): "bureau department",
    ("GET", "/api/v1/operations/{service}/{operation_id}/lines"): "bureau department",
    ("POST", "/api/v1/operations/{service}/{operation_id}/cancel"): "bureau department",
    ("POST", "/api/v1/operations/{service}/{operation_id}/resume"): "bureau department",
    ("POST", "/api/v1/enterprises/{enterprise_id}/consents"): "enterprise",
    ("GET", "/api/v1/enterprises/{enterprise_id}/consents"): "bureau enterprise supervisor",
    ("POST", "/api/v1/consents/{consent_id}/revoke"): "enterprise",
    ("POST", "/api/v1/label-reports"): "bank",
    ("POST", "/api/v1/enterprises/{enterprise_id}/contact-looks"): "bureau department window",
    ("GET", "/api/v1/contact-looks/{disclosure_id}"): "bureau department window",
    ("GET", "/api/v1/enterprises/{enterprise_id}/looks"): "enterprise supervisor",
    ("POST", "/api/v1/enterprises/{enterprise_id}/materials"): "department enterprise partner window",
    ("GET", "/api/v1/enterprises/{enterprise_id}/materials"): "bureau department enterprise window",
    ("POST", "/api/v1/materials/{material_id}/withdraw"): "department enterprise window",
    ("GET", "/api/v1/materials/expiring"): "bureau department window",
    ("POST", "/api/v1/enterprise-merges"): "bureau window",
    ("GET", "/api/v1/enterprise-merges"): "bureau supervisor window",
    ("POST", "/api/v1/enterprise-merges/{merge_id}/confirm"): "bureau",
    ("POST", "/api/v1/enterprise-merges/{merge_id}/decline"): "bureau window",
    ("GET", "/api/v1/labels"): "bank bureau department enterprise window",
    ("POST", "/api/v1/labels"): "department",
    ("POST", "/api/v1/applications"): "enterprise",
    ("GET", "/api/v1/applications"): "enterprise",
    ("GET", "/api/v1/applications/{application_id}"): "enterprise",
    ("POST", "/api/v1/nominations"): "department",
    ("GET", "/api/v1/my/policies/search"): "enterprise",
    ("GET", "/api/v1/my/cases"): "enterprise",
    ("GET", "/api/v1/my/messages"): "enterprise",
    ("GET", "/api/v1/track/{receipt}"): "public",
    ("GET", "/api/v1/cases"): "bureau department supervisor",
    ("GET", "/api/v1/cases/{case_id}"): "bureau department supervisor",
    ("POST", "/api/v1/cases/{case_id}/approve"): "department",
    ("POST", "/api/v1/cases/{case_id}/reject"): "department",
    ("POST", "/api/v1/cases/{case_id}/inspections"): "department",
    ("POST", "/api/v1/budgets"): "finance",
    ("GET", "/api/v1/budgets"): "bureau finance supervisor",
    ("GET", "/api/v1/ledger/totals"): "bureau finance supervisor",
    ("GET", "/api/v1/disbursements"): "bureau finance supervisor",
    ("GET", "/api/v1/disbursements/{disbursement_id}"): "bureau finance supervisor",
    ("POST", "/api/v1/disbursements/{disbursement_id}/authorise"): "bureau",
}
"""(method, path) → the roles that may call it. Opening a route to somebody is a change to this list."""


def test_every_route_is_open_to_exactly_those_it_is_meant_for() -> None:
    found = {route: " ".join(sorted(roles)) or "public" for route, roles in access_table(unconnected_gateway()).items()}
    assert found == EXPECTED


def test_nothing_is_changed_by_somebody_unknown() -> None:
    assert [path for (method, path), who in EXPECTED.items() if method != "GET" and who == "public"] == []


def test_every_role_is_a_role() -> None:
    assert {role for who in EXPECTED.values() for role in who.split()} <= ROLES | {"public"}


async def nothing() -> Response:
    return Response()


async def by_clerk(door: Annotated[Door, Depends(Only("window"))]) -> Response:
    return Response(door.principal.tenant)


def test_guards_are_read_off_wherever_they_stand() -> None:
    router = APIRouter(prefix="/inner")
    router.add_api_route("/clerk", by_clerk, methods=["POST"])
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(router, prefix="/outer")
    app.add_api_route("/open", nothing, dependencies=[Depends(PUBLIC)])
    assert access_table(app) == {("POST", "/outer/inner/clerk"): {"window"}, ("GET", "/open"): frozenset()}


def unguarded(app: FastAPI) -> None:
    app.add_api_route("/open", nothing)


def unguarded_in_a_router(app: FastAPI) -> None:
    router = APIRouter()
    router.add_api_route("/open", nothing)
    app.include_router(router, prefix="/api")


def guarded_twice(app: FastAPI) -> None:
    app.add_api_route("/open", by_clerk, dependencies=[Depends(PUBLIC)])


def mounted(app: FastAPI) -> None:
    app.router.routes.append(Mount("/files", app=Response()))


def bare(app: FastAPI) -> None:
    app.router.routes.append(Route("/open", nothing))


@pytest.mark.parametrize("open_by_accident", [unguarded, unguarded_in_a_router, guarded_twice, mounted, bare])
def test_a_route_that_does_not_say_who_may_call_it_is_found(open_by_accident: object) -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    assert callable(open_by_accident)
    open_by_accident(app)
    with pytest.raises(RouteOpenByAccident):
        access_table(app)


# -- what a route costs to write -----------------------------------------------------------------------------

ROUTE_LINES = 5
"""A JSON route: its declaration, its signature, what it means, and the way to the owner."""

DECLARED = declared_routes("/api/v1")


def is_plain(declared: RouteDeclaration) -> bool:
    """It relays one contract and answers with what comes back: no stream, nothing composed, nothing done here."""
    relayed = declared.form is not None and declared.contract.owner != "gateway"
    return relayed and declared.answer is answer_of(declared.contract)


def lines_of(declared: RouteDeclaration) -> int:
    return len(inspect.getsourcelines(declared.function)[0])


def test_a_json_route_is_at_most_five_lines() -> None:
    plain = [route.declared for route in DECLARED if is_plain(route.declared)]
    assert {each.name: lines_of(each) for each in plain if lines_of(each) > ROUTE_LINES} == {}
    assert len(plain) > 0.8 * len(DECLARED)


def test_every_module_of_the_api_is_taken_in() -> None:
    modules = {module.name for module in pkgutil.iter_modules(api.__path__)}
    assert {route.declared.function.__module__ for route in DECLARED} == {f"{api.__name__}.{each}" for each in modules}
    assert set(FIRST) <= modules


def test_no_route_takes_the_requests_of_another() -> None:
    for route in DECLARED:
        scope = {"type": "http", "method": route.declared.method, "path": re.sub(r"{\w+}", "any", route.path)}
        taken = next(each for each in DECLARED if each.matches(scope)[0] is Match.FULL)
        assert taken is route, f"{taken.declared.name} takes {scope}"


def test_what_is_asked_most_is_tried_first() -> None:
    assert [route.declared.name for route in DECLARED[:2]] == ["track_case", "submit_application"]
