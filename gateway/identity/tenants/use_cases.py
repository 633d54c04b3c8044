"""What the platform does with tenants: onboarding them, and changing them later."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.identity import NewTenant, OnboardTenant, TenantChanged, TenantOnboarded, TenantView
from contracts.refusal import Refused
from contracts.tenants import ChangeTenant
from gateway.identity.departments.store import Duties
from gateway.identity.departments.use_cases import standard_duties, today
from gateway.identity.names import objections_to_name
from gateway.identity.tenants.domain import (
    ParentUnknown,
    ReceiptPrefixTaken,
    Tenant,
    TenantExists,
    objections_to,
    refuse_all,
)
from gateway.identity.tenants.store import TenantStore

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('tenant parents', 7203))"
"""Two changes at once could each put one of two tenants under the other."""

PREFIX_TAKEN = "SELECT EXISTS (SELECT FROM tenant WHERE settings->>'receipt_prefix' = :prefix AND id <> :id)"


def onboard_tenant(cmd: OnboardTenant, uow: UnitOfWork) -> TenantView:
    """Open the house to a tenant. Raises at once all that stands against it: TenantExists, TenantIdReserved,
    ParentUnknown, ReceiptPrefixTaken, NameTakenForAnother, ClosesBeforeOpening, DivisionCodeNotYetInForce.
    """
    refuse_all(objections(cmd, uow))
    return opened(cmd, uow)


def objections(said: NewTenant, uow: UnitOfWork) -> list[Refused]:
    """All that stands against opening the house to it. What two do at the same moment the database refuses to one."""
    found = objections_to(said, today=today(uow))
    if uow.registry.lineage(said.id):
        found.append(TenantExists(field="id"))
    if said.parent_id is not None and not uow.registry.lineage(said.parent_id):
        found.append(ParentUnknown(field="parent_id"))
    if uow.execute(PREFIX_TAKEN, {"prefix": said.settings.receipt_prefix, "id": said.id}).scalar():
        found.append(ReceiptPrefixTaken(field="settings.receipt_prefix"))
    return [*found, *objections_to_name(said.name, "tenant", uow, own=said.id, field="name")]


def opened(said: NewTenant, uow: UnitOfWork) -> TenantView:
    """The tenant, with one duty of each kind from its first day."""
    tenant = Tenant.onboard(said, today=today(uow))
    view = _kept(tenant, uow)
    uow.of(Duties).save_many(standard_duties(tenant.id, today(uow)))
    return view


def change_tenant(cmd: ChangeTenant, uow: UnitOfWork) -> TenantView:
    """Raises TenantUnknown, StaleVersion, and all at once that `Tenant.change` has against it."""
    uow.execute(ONE_AT_A_TIME)
    tenant = uow.of(TenantStore).get(cmd.id, expected_version=cmd.expected_version)
    refuse_all(objections_to_name(cmd.name, "tenant", uow, own=cmd.id, field="name"))
    parents = uow.registry.lineage(cmd.parent_id) if cmd.parent_id is not None else ()
    tenant.change(cmd, today=today(uow), parents=parents)
    return _kept(tenant, uow)


def _kept(tenant: Tenant, uow: UnitOfWork) -> TenantView:
    """Saved, and learned here as it is by every service that hears of it."""
    for recorded in tenant.pending:
        assert isinstance(recorded.event, TenantOnboarded | TenantChanged)
        uow.registry.learn(recorded.event)
    uow.of(TenantStore).save(tenant)
    return tenant.view()
