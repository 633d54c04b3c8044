"""One table says who may do what; the doors do as it says."""

from __future__ import annotations

import asyncio
import inspect
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from fastapi import FastAPI

from console.contracts import permission_table
from console.contracts.program import unconnected_gateway
from contracts.duties import BRANCH_OF, DUTY_KINDS
from contracts.identity import PLATFORM
from contracts.message import Actor, Command
from contracts.refusal import Forbidden
from gateway.access import Only, Permitted, RouteGuard, SecondFactorNeeded, allows, routes_of
from gateway.identity.views import Principal
from gateway.permission import Machine, Mandated, Permission
from gateway.permissions import HOLDERS, MACHINES, PERMISSIONS, NoPermissionDeclared, permission_for, role_of
from gateway.portal.shell.serving import DeclaredPage
from gateway.portal.shell.session import SignedInPage
from gateway.routes import DeclaredRoute


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return unconnected_gateway()


def actor(holder: str) -> Actor:
    machine = holder in MACHINES
    return Actor(
        id="somebody",
        roles=frozenset({role_of(holder)}),  # type: ignore[arg-type]
        duties=frozenset() if machine else frozenset({holder}),
    )


def guards(app: FastAPI) -> list[tuple[str, RouteGuard]]:
    return [
        (f"{sorted(route.methods or ())} {prefix}{route.path}", each.call)
        for prefix, route in routes_of(app)
        for each in route.dependant.dependencies
        if isinstance(each.call, RouteGuard)
    ]


def test_every_json_route_is_guarded_by_the_table(app: FastAPI) -> None:
    declared = [route for _, route in routes_of(app) if isinstance(route, DeclaredRoute)]
    for route in declared:
        calls = [each.call for each in route.dependant.dependencies if isinstance(each.call, RouteGuard)]
        public = not getattr(calls[0], "roles", frozenset())
        assert isinstance(calls[0], Permitted) or public, route.path
        if not public:
            assert calls[0].permission.contract is route.declared.contract, route.path  # type: ignore[union-attr]


def test_every_row_stands_at_a_door(app: FastAPI) -> None:
    at_doors = {route.declared.contract for _, route in routes_of(app) if isinstance(route, DeclaredRoute)}
    for _path, guard in guards(app):
        inner = guard.guard if isinstance(guard, SignedInPage) else guard
        if isinstance(inner, Permitted):
            at_doors.add(inner.permission.contract)
    assert {each.contract.__name__ for each in PERMISSIONS} - {each.__name__ for each in at_doors} == set()


@pytest.mark.parametrize("holder", sorted(HOLDERS))
def test_a_holder_passes_exactly_the_doors_of_the_rows_that_name_it(app: FastAPI, holder: str) -> None:
    principal = Principal(PLATFORM, actor(holder))
    request: Any = SimpleNamespace(scope={})
    for path, guard in guards(app):
        inner = guard.guard if isinstance(guard, SignedInPage) else guard
        if isinstance(inner, Permitted) and not inner.permission.public:
            named = holder in inner.permission.holders
            if named:
                assert inner.admit(request, principal).principal is principal, path
            else:
                with pytest.raises(Forbidden):
                    inner.admit(request, principal)


def test_a_program_does_what_asks_for_a_second_factor_with_a_token_that_was_given_out_for_it_alone() -> None:
    asking = [each for each in PERMISSIONS if each.step_up]
    assert {each.contract.__name__ for each in asking} >= {"AuthoriseDisbursement", "OpenCaseFile", "RevealContact"}
    for each in asking:
        guard = Permitted(each.contract)
        for unattended in (False, True):
            principal = Principal("zhanggong", actor(sorted(each.holders)[0]), unattended)
            if unattended:
                assert asyncio.run(guard(coming_with(principal))).principal is principal
            else:
                with pytest.raises(SecondFactorNeeded):
                    asyncio.run(guard(coming_with(principal)))


def coming_with(principal: Principal) -> Any:
    """A request with this principal's token."""
    directory = SimpleNamespace(remembered=lambda _token: (True, principal))
    app = SimpleNamespace(state=SimpleNamespace(directory=directory, rates=None))
    return SimpleNamespace(headers={"authorization": "Bearer t"}, app=app, scope={}, state=SimpleNamespace())


def test_every_form_that_the_table_asks_a_second_factor_for_asks_for_it(app: FastAPI) -> None:
    forms = [each.declared for each in app.routes if isinstance(each, DeclaredPage) and each.declared.on is not None]
    asking = {
        each.name: "await proved_for(door, " in inspect.getsource(each.handle)
        for each in forms
        if isinstance(each.guard, Permitted) and each.guard.permission.step_up
    }
    assert set(asking) >= {"authorise_payment", "authorise_payments", "open_case_file", "reveal_contact"}
    assert all(asking.values()), asking


def test_a_countys_administrator_runs_no_other_county() -> None:
    for each in PERMISSIONS:
        guard = Permitted(each.contract)
        administrators = each.holders & set(BRANCH_OF)
        for holder in administrators if guard.permission is each else ():
            assert guard.admits(Principal(PLATFORM, actor(holder)))
            assert guard.admits(Principal("xingguo", actor(holder))) == (each.reach != "all_tenants")


def test_whoever_holds_nothing_passes_no_door() -> None:
    nobody = Actor(id="nobody", roles=frozenset({"department", "finance", "platform"}))
    assert [each.contract.__name__ for each in PERMISSIONS if allows(each, nobody) and not each.public] == []


def test_a_machine_may_not_do_what_only_a_persons_duty_allows() -> None:
    for each in PERMISSIONS:
        for machine in get_args(Machine):
            assert allows(each, actor(machine)) == (machine in each.holders or each.public)


def test_nothing_is_changed_by_everybody() -> None:
    """But for an objection to a public notice, which anybody may raise."""
    changing = [each.contract.__name__ for each in PERMISSIONS if each.public and issubclass(each.contract, Command)]
    assert changing == ["RaiseObjection"]


def test_administrators_have_no_business_and_the_auditor_changes_nothing() -> None:
    business = ("review", "treasury", "intake", "enterprises")
    for each in PERMISSIONS:
        if each.contract.__module__.rpartition(".")[2] in business:
            assert not each.holders & set(BRANCH_OF), each.contract
        if issubclass(each.contract, Command):
            assert "audit_admin" not in each.holders, each.contract


def test_whoever_makes_a_budget_does_not_release_money() -> None:
    def holders(name: str) -> frozenset[str]:
        return next(each.holders for each in PERMISSIONS if each.contract.__name__ == name)

    assert not holders("AppropriateBudget") & holders("AuthoriseDisbursement")
    assert not holders("ApproveCase") & holders("AuthoriseDisbursement")


def test_money_asks_for_a_fresh_sign_in() -> None:
    fresh = {each.contract.__name__ for each in PERMISSIONS if each.step_up}
    assert "AuthoriseDisbursement" in fresh


def test_a_contract_without_a_row_has_no_door() -> None:
    class Unheard(Command[Any]):  # type: ignore[type-var]
        owner = "gateway"

    with pytest.raises(NoPermissionDeclared):
        permission_for(Unheard)


def test_the_document_names_every_row_and_every_holder() -> None:
    text = permission_table.text()
    for each in PERMISSIONS:
        assert f"`{each.contract.__name__}`" in text
    assert set(permission_table.NAMES) == {*DUTY_KINDS, *get_args(Machine), *get_args(Mandated)}


def test_only_asks_for_a_role() -> None:
    only = Only("finance")
    assert only.admits(Principal("zhanggong", Actor(id="x", roles=frozenset({"finance"}))))
    assert not only.admits(Principal("zhanggong", Actor(id="x", roles=frozenset({"bureau"}))))


def test_a_row_is_public_exactly_when_it_reaches_everybody() -> None:
    assert all(each.public == (not each.holders) for each in PERMISSIONS)
    assert asyncio.iscoroutinefunction(Permitted.__call__)
    assert Permission.__dataclass_params__.frozen  # type: ignore[attr-defined]
