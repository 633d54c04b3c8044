"""What the gateway itself decides: onboarding tenants, giving out credentials."""

from __future__ import annotations

import hashlib

from chassis.write.uow import UnitOfWork
from contracts.identity import CredentialView, IssueCredential, OnboardTenant, TenantOnboarded, TenantView
from gateway.identity.domain import (
    Credential,
    DepartmentMissing,
    EnterpriseMissing,
    ParentUnknown,
    RoleNotYours,
    Tenant,
)
from gateway.identity.store import CredentialStore, TenantStore


def token_digest(token: str) -> str:
    """SHA-256: tokens are random (256 bits), so that a slow hash would only slow the door."""
    return hashlib.sha256(token.encode()).hexdigest()


def onboard_tenant(cmd: OnboardTenant, uow: UnitOfWork) -> TenantView:
    """Open the house to a tenant. Raises TenantExists, ParentUnknown, ReceiptPrefixTaken."""
    if cmd.parent_id is not None and not uow.registry.lineage(cmd.parent_id):
        raise ParentUnknown(field="parent_id")
    tenant = Tenant.onboard(cmd)
    for recorded in tenant.pending:
        assert isinstance(recorded.event, TenantOnboarded)
        uow.registry.learn(recorded.event)
    uow.of(TenantStore).save(tenant)
    return tenant.view()


def issue_credential(cmd: IssueCredential, uow: UnitOfWork, token: str) -> CredentialView:
    """Keep the digest of `token` for this person. Raises TenantUnknown, RoleNotYours, EnterpriseMissing,
    DepartmentMissing.

    The answer does not contain the token, since answers are stored under their idempotency key; the caller
    derives the token from that id, so that a retry shows the same one.
    """
    uow.registry.settings(cmd.tenant)
    if "platform" in cmd.roles and "platform" not in uow.actor.roles:
        raise RoleNotYours()
    if "enterprise" in cmd.roles and cmd.enterprise_id is None:
        raise EnterpriseMissing(field="enterprise_id")
    if "department" in cmd.roles and cmd.department is None:
        raise DepartmentMissing(field="department")
    credential = Credential(
        id=uow.new_id(),
        tenant=cmd.tenant,
        actor_id=cmd.actor_id,
        name=cmd.name,
        roles=tuple(sorted(cmd.roles)),
        enterprise_id=cmd.enterprise_id,
        department=cmd.department,
        token_digest=token_digest(token),
        issued_at=uow.now,
    )
    uow.of(CredentialStore).save(credential)
    uow.execute(
        "INSERT INTO credential_key (token_digest, tenant, credential_id) VALUES (:digest, :tenant, :id)",
        {"digest": credential.token_digest, "tenant": credential.tenant, "id": credential.id},
    )
    return credential.view()
