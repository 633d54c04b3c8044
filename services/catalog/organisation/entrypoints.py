"""Registers as the catalogue hears of them."""

from chassis.edge.entrypoints import Room, on
from contracts.departments import DepartmentChanged, DepartmentRegistered, PlanTermMapped
from copies import departments, plan_terms


class CatalogOrganisation(Room):
    """Departments and the meaning of plans' words, kept by the copies' own hands."""

    departments_changed = staticmethod(on(DepartmentRegistered, DepartmentChanged)(departments.keep_departments))
    plan_terms_mapped = staticmethod(on(PlanTermMapped)(plan_terms.keep_plan_terms))
