"""What is done about credentials: load, ask the domain, save."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.credentials import CredentialView, IssueCredential, RevokeCredential, RotateCredential
from contracts.security_events import SecurityEventKind
from gateway.identity.credentials.domain import (
    Credential,
    DepartmentMissing,
    DepartmentNotThere,
    NothingHeld,
    SourcesOfPerson,
    of_machine,
)
from gateway.identity.credentials.store import CredentialStore
from gateway.identity.people.domain import PersonUnknown
from gateway.identity.people.store import Appointments
from gateway.identity.security.events import NOWHERE, Detail, Origin, SecurityEvent
from gateway.identity.security.store import record

HELD = """
SELECT EXISTS (SELECT FROM held_by(:person, :day) h WHERE h.tenant = :tenant AND h.department_id = :department)
    OR EXISTS (SELECT FROM acts_for(:person, :day) f WHERE f.tenant = :tenant AND f.enterprise_id = :enterprise)
"""
OPEN_DEPARTMENTS = """
SELECT count(*) FROM department
WHERE tenant = :tenant AND (closed_on IS NULL OR closed_on > :day)
    AND (CAST(:id AS text) IS NULL OR id = :id) AND (CAST(:name AS text) IS NULL OR name = :name)
"""


def token_digest(token: str) -> str:
    """SHA-256: tokens are random (256 bits), so that a slow hash would only slow the door."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue_credential(cmd: IssueCredential, uow: UnitOfWork, token: str, origin: Origin = NOWHERE) -> CredentialView:
    """Keep the digest of `token` for this person or machine. Raises TenantUnknown, RoleNotYours, PersonNeeded,
    EnterpriseMissing, SourcesWithoutData, DepartmentNotThere, SourcesOfPerson, DepartmentMissing, PersonUnknown, NothingHeld.

    The answer does not contain the token, since answers are stored under their idempotency key: the caller, who made
    it, shows it this once.
    """
    if cmd.tenant != "platform":
        uow.registry.settings(cmd.tenant)
    if cmd.roles:
        of_machine(cmd, by_platform="platform" in uow.actor.roles)
        _department_is_there(cmd, uow)
    else:
        _holds_something(cmd, uow)
    credential = Credential(
        id=uow.new_id(),
        tenant=cmd.tenant,
        actor_id=cmd.actor_id,
        name=cmd.name,
        roles=tuple(sorted(cmd.roles)),
        enterprise_id=cmd.enterprise_id,
        department=cmd.department,
        department_id=cmd.department_id,
        of_person=not cmd.roles,
        unattended=cmd.unattended and not cmd.roles,
        sources=tuple(sorted(cmd.sources)),
        token_digest=token_digest(token),
        issued_at=uow.now,
        ends_at=uow.now + timedelta(days=cmd.days),
    )
    store = uow.of(CredentialStore)
    store.save(credential)
    store.add_key(credential)
    _note("credential_issued", credential, uow, origin, _issued(credential))
    return credential.view()


def rotate_credential(cmd: RotateCredential, uow: UnitOfWork, token: str, origin: Origin = NOWHERE) -> CredentialView:
    """Raises CredentialUnknown, CredentialRevoked, RotationRunning."""
    store = uow.of(CredentialStore)
    credential = store.get(cmd.credential_id)
    credential.rotate(token_digest(token), cmd.days, timedelta(hours=cmd.overlap_hours), uow.now)
    store.save(credential)
    store.add_key(credential)
    assert credential.former_ends_at is not None, "a rotation ends the token before it"
    store.end_former_keys(credential, credential.former_ends_at)
    _note("credential_issued", credential, uow, origin, {"name": credential.name, "change": "rotated"})
    return credential.view()


def revoke_credential(cmd: RevokeCredential, uow: UnitOfWork, origin: Origin = NOWHERE) -> CredentialView:
    """Raises CredentialUnknown."""
    store = uow.of(CredentialStore)
    credential = store.get(cmd.credential_id)
    credential.revoke(uow.now)
    store.save(credential)
    _note("credential_revoked", credential, uow, origin, {"name": credential.name, "reason": cmd.reason})
    return credential.view()


def _department_is_there(cmd: IssueCredential, uow: UnitOfWork) -> None:
    """Whatever of a department is said of a machine is said of one. Raises DepartmentNotThere."""
    if cmd.department_id is None and cmd.department is None:
        return
    day = uow.now.astimezone(CHINA).date()
    asked = {"tenant": cmd.tenant, "day": day, "id": cmd.department_id, "name": cmd.department}
    if uow.execute(OPEN_DEPARTMENTS, asked).scalar_one() == 0:
        raise DepartmentNotThere(field="department" if cmd.department_id is None else "department_id")


def _holds_something(cmd: IssueCredential, uow: UnitOfWork) -> None:
    if cmd.sources:
        raise SourcesOfPerson(field="sources")
    if cmd.department_id is None and cmd.enterprise_id is None:
        raise DepartmentMissing(field="department_id")
    if uow.of(Appointments).known(cmd.actor_id) is None:
        raise PersonUnknown(field="actor_id")
    asked = {
        "person": cmd.actor_id,
        "day": uow.now.astimezone(CHINA).date(),
        "tenant": cmd.tenant,
        "department": cmd.department_id,
        "enterprise": cmd.enterprise_id,
    }
    if not uow.execute(HELD, asked).scalar_one():
        raise NothingHeld(field="actor_id")


def _issued(credential: Credential) -> dict[str, Detail]:
    said: dict[str, Detail] = {"name": credential.name, "unattended": credential.unattended}
    return said | ({"sources": "、".join(credential.sources)} if credential.sources else {})


def _note(
    kind: SecurityEventKind, credential: Credential, uow: UnitOfWork, origin: Origin, details: dict[str, Detail]
) -> None:
    record(
        uow,
        SecurityEvent(
            kind=kind,
            tenant=credential.tenant,
            actor_id=uow.actor.id,
            person_id=credential.actor_id if credential.of_person else None,
            origin=origin,
            details={"credential_id": credential.id, **details},
        ),
    )
