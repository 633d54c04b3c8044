"""What is done to the registers: load, ask the domain, save."""

from __future__ import annotations

from datetime import date

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.departments import (
    ChangeDepartment,
    ChangeWindow,
    DepartmentView,
    DutyView,
    MapPlanTerm,
    OpenWindow,
    PlanTermView,
    RegisterDepartment,
    RegisterDuty,
    RenameDuty,
    WindowView,
)
from contracts.duties import DUTY_KINDS, DUTY_NAMES
from contracts.identity import PLATFORM
from gateway.identity.departments.domain import (
    Department,
    DepartmentClosed,
    DepartmentNameTaken,
    Duty,
    DutyNameTaken,
    DutyUnknown,
    MappedTerm,
    ServiceWindow,
    WindowNameTaken,
    plan_term_id,
)
from gateway.identity.departments.store import Departments, Duties, PlanTerms, Windows
from gateway.identity.names import refuse_name


def today(uow: UnitOfWork) -> date:
    """The local date: names, duties and mandates begin and end on days in China."""
    return uow.now.astimezone(CHINA).date()


def register_department(cmd: RegisterDepartment, uow: UnitOfWork) -> DepartmentView:
    """Raises DepartmentNameTaken, NameTakenForAnother."""
    refuse_name(cmd.department.name, "department", uow, taken=DepartmentNameTaken)
    department = Department.register(uow.new_id(), uow.tenant, cmd.department, today(uow))
    uow.of(Departments).save(department)
    return department.view(today(uow))


def change_department(cmd: ChangeDepartment, uow: UnitOfWork) -> DepartmentView:
    """Raises DepartmentUnknown, StaleVersion, DepartmentClosed, NameNotLater, DepartmentNameTaken, NameTakenForAnother."""
    store = uow.of(Departments)
    department = store.get(cmd.department_id, expected_version=cmd.expected_version)
    refuse_name(cmd.department.name, "department", uow, own=department.id, taken=DepartmentNameTaken)
    department.change(cmd.department, cmd.since)
    store.save(department)
    return department.view(today(uow))


def standard_duties(tenant: str, day: date) -> list[Duty]:
    """One duty of each kind, called as everywhere; its id is its kind."""
    return [Duty.register(kind, tenant, kind, DUTY_NAMES[kind], day) for kind in DUTY_KINDS]


def known_duty(duty_id: str, uow: UnitOfWork) -> Duty:
    """The duty; one of each kind is there, also where no tenant was onboarded: on the platform. Raises DutyUnknown."""
    store = uow.of(Duties)
    found = store.get_many([duty_id]).get(duty_id)
    if found is not None:
        return found
    standard = next((each for each in standard_duties(uow.tenant, today(uow)) if each.id == duty_id), None)
    if standard is None or uow.tenant != PLATFORM:
        raise DutyUnknown(field="duty_id")
    store.save(standard)
    return standard


def register_duty(cmd: RegisterDuty, uow: UnitOfWork) -> DutyView:
    """Raises DutyNameTaken, NameTakenForAnother."""
    refuse_name(cmd.name, "duty", uow, taken=DutyNameTaken)
    duty = Duty.register(uow.new_id(), uow.tenant, cmd.kind, cmd.name, today(uow))
    uow.of(Duties).save(duty)
    return duty.view(today(uow))


def rename_duty(cmd: RenameDuty, uow: UnitOfWork) -> DutyView:
    """Raises DutyUnknown, StaleVersion, NameNotLater, DutyNameTaken, NameTakenForAnother."""
    store = uow.of(Duties)
    duty = store.get(cmd.duty_id, expected_version=cmd.expected_version)
    refuse_name(cmd.name, "duty", uow, own=duty.id, taken=DutyNameTaken)
    duty.rename(cmd.name, cmd.since)
    store.save(duty)
    return duty.view(today(uow))


def open_window(cmd: OpenWindow, uow: UnitOfWork) -> WindowView:
    """Raises DepartmentUnknown, DepartmentClosed, WindowNameTaken, NameTakenForAnother."""
    acting_department(cmd.window.department_id, uow)
    refuse_name(cmd.window.name, "service_window", uow, taken=WindowNameTaken)
    window = ServiceWindow.open(uow.new_id(), uow.tenant, cmd.window)
    uow.of(Windows).save(window)
    return window.view()


def change_window(cmd: ChangeWindow, uow: UnitOfWork) -> WindowView:
    """Raises WindowUnknown, StaleVersion, DepartmentUnknown, DepartmentClosed, WindowNameTaken, NameTakenForAnother."""
    store = uow.of(Windows)
    window = store.get(cmd.window_id, expected_version=cmd.expected_version)
    refuse_name(cmd.window.name, "service_window", uow, own=window.id, taken=WindowNameTaken)
    acting_department(cmd.window.department_id, uow)
    window.change(cmd.window, cmd.closed_on)
    store.save(window)
    return window.view()


def map_plan_term(cmd: MapPlanTerm, uow: UnitOfWork) -> PlanTermView:
    """Raises MeaningDoesNotFit, DepartmentUnknown, DepartmentClosed."""
    store = uow.of(PlanTerms)
    id = plan_term_id(cmd.use, cmd.term)
    term = store.get_many([id]).get(id) or MappedTerm(id=id, tenant=uow.tenant, use=cmd.use, term=cmd.term)
    if cmd.meaning.department_id is not None:
        acting_department(cmd.meaning.department_id, uow)
    term.map(cmd.meaning)
    store.save(term)
    return term.view()


def acting_department(department_id: str, uow: UnitOfWork) -> Department:
    """The department, which must not be closed. Raises DepartmentUnknown, DepartmentClosed."""
    department = uow.of(Departments).get(department_id)
    if department.closed_on is not None and department.closed_on <= today(uow):
        raise DepartmentClosed()
    return department
