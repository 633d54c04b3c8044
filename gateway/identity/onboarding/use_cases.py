"""What the platform does when a place comes on board: the tenant with its departments, together."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.onboarding import OnboardCounty, OnboardedCounty
from gateway.identity.departments.domain import Department
from gateway.identity.departments.store import Departments
from gateway.identity.departments.use_cases import today
from gateway.identity.onboarding.domain import named_twice
from gateway.identity.tenants.domain import refuse_all
from gateway.identity.tenants.use_cases import objections, opened


def onboard_county(cmd: OnboardCounty, uow: UnitOfWork) -> OnboardedCounty:
    """All of it, or nothing. Raises at once all that stands against the tenant and its departments: TenantExists,
    TenantIdReserved, ParentUnknown, ReceiptPrefixTaken, ClosesBeforeOpening, DivisionCodeNotYetInForce,
    DepartmentNamedTwice.
    """
    refuse_all([*objections(cmd, uow), *named_twice(cmd.departments)])
    tenant = opened(cmd, uow)
    day = today(uow)
    departments = [Department.register(uow.new_id(), cmd.id, each, day) for each in cmd.departments]
    uow.of(Departments).save_many(departments)
    return OnboardedCounty(tenant=tenant, departments=tuple(each.view(day) for each in departments))
