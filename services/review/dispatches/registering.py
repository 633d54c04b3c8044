"""What the system administrator does with the register of departments' systems."""

from __future__ import annotations

from chassis.foundation.secrecy import Cipher
from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.department_systems import CloseDepartmentSystem, DepartmentSystemView, RegisterDepartmentSystem
from copies.departments import KnownDepartments
from services.review.dispatches.department_system import DepartmentSystem
from services.review.dispatches.registered_system import (
    RegisteredSystem,
    SystemAddressRefused,
    SystemDepartmentUnknown,
)
from services.review.dispatches.store import RegisteredSystems, SystemSecrets


def register_department_system(
    cmd: RegisterDepartmentSystem, uow: UnitOfWork, systems: DepartmentSystem, cipher: Cipher
) -> DepartmentSystemView:
    """Raises SystemAddressRefused, SystemDepartmentUnknown or DepartmentHasSystem."""
    if not systems.may_be(cmd.address):
        raise SystemAddressRefused(field="address")
    today = uow.now.astimezone(CHINA).date()
    if not uow.of(KnownDepartments).acting([uow.tenant], [cmd.department_id], today):
        raise SystemDepartmentUnknown(field="department_id")
    system = RegisteredSystem(
        id=uow.new_id(),
        tenant=uow.tenant,
        department_id=cmd.department_id,
        name=cmd.name,
        address=cmd.address,
        patience_minutes=cmd.patience_minutes,
        registered_by=uow.actor.id,
        registered_at=uow.now,
    )
    uow.of(RegisteredSystems).save(system)
    uow.of(SystemSecrets).put(system, cmd.secret, cipher)
    return system.view()


def close_department_system(cmd: CloseDepartmentSystem, uow: UnitOfWork) -> DepartmentSystemView:
    """Raises DepartmentSystemUnknown, StaleVersion or DepartmentSystemClosed. What is on its way falls back to people."""
    store = uow.of(RegisteredSystems)
    system = store.get(cmd.system_id, expected_version=cmd.expected_version)
    system.close(cmd.reason, by=uow.actor.id, at=uow.now)
    store.save(system)
    uow.of(SystemSecrets).forget(system)
    return system.view()
