"""Departments' systems and the checks that go there, on the bus and in time."""

from __future__ import annotations

from chassis.edge.entrypoints import Port, Room, UnitMaker, command, due, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.department_systems import (
    CloseDepartmentSystem,
    DepartmentSystemList,
    DepartmentSystemView,
    DispatchList,
    ListDepartmentSystems,
    ListDispatches,
    RegisterDepartmentSystem,
)
from services.review.dispatches import registering, use_cases, views
from services.review.dispatches.department_system import DepartmentSystem, DepartmentSystemClient
from services.review.dispatches.quiet import QuietSystems


class DispatchEntrypoints(Room):
    """Joint checks that a department's own system answers."""

    department_systems: DepartmentSystem = Port(DepartmentSystemClient.from_env)
    quiet_systems: QuietSystems = Port(QuietSystems)

    @command
    def register_department_system(self, cmd: RegisterDepartmentSystem, uow: UnitOfWork) -> DepartmentSystemView:
        return registering.register_department_system(cmd, uow, self.department_systems, self.frame.cipher)

    @command
    def close_department_system(self, cmd: CloseDepartmentSystem, uow: UnitOfWork) -> DepartmentSystemView:
        return registering.close_department_system(cmd, uow)

    @query
    def list_department_systems(self, query: ListDepartmentSystems, reader: Reader) -> DepartmentSystemList:
        return views.list_department_systems(query, reader)

    @query
    def list_dispatches(self, query: ListDispatches, reader: Reader) -> DispatchList:
        return views.list_dispatches(query, reader)

    @due(use_cases.ASK_SYSTEM, batch=5)
    def ask_systems(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.ask_systems(jobs, unit, self.department_systems, self.frame.cipher, self.quiet_systems)
