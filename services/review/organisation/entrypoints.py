"""Registers as review hears of them."""

from chassis.edge.entrypoints import Room, on
from contracts.departments import DepartmentChanged, DepartmentRegistered, DutyRegistered, DutyRenamed
from contracts.people import DutyAssigned, DutyEnded, PersonChanged, PersonRegistered
from copies import departments, duties


class ReviewOrganisation(Room):
    """Departments, duties, people and appointments, kept by the copies' own hands."""

    departments_changed = staticmethod(on(DepartmentRegistered, DepartmentChanged)(departments.keep_departments))
    duties_named = staticmethod(on(DutyRegistered, DutyRenamed)(duties.keep_duties))
    people_known = staticmethod(on(PersonRegistered, PersonChanged)(duties.keep_people))
    appointments_changed = staticmethod(on(DutyAssigned, DutyEnded)(duties.keep_appointments))
