"""What the catalogue knows of departments and plans' words, in memory: nothing is known and nothing is missed, until a
test says otherwise."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from chassis.testing.fakes import FakeUnit
from contracts.departments import DepartmentFunction
from contracts.message import TenantId
from contracts.plan_terms import TermInPlan
from copies.departments import KnownDepartment

Name = tuple[TenantId, str]


class MemoryDepartments:
    """Departments by (tenant, name) and by what they are there for."""

    def __init__(self) -> None:
        self.unit: FakeUnit | None = None
        self.by_name: dict[Name, str] = {}
        self.by_function: dict[tuple[TenantId, DepartmentFunction], str] = {}
        self.called: dict[str, str] = {}

    def named(self, asked: Collection[Name], day: date) -> dict[Name, str]:
        return {each: self.by_name[each] for each in asked if each in self.by_name}

    def serving(self, tenants: Collection[TenantId], day: date) -> dict[tuple[TenantId, DepartmentFunction], str]:
        return {key: id for key, id in self.by_function.items() if key[0] in tenants}

    def entries(
        self,
        tenants: Collection[TenantId],
        ids: Collection[str],
        functions: Collection[DepartmentFunction],
        day: date,
    ) -> list[KnownDepartment]:
        return [
            KnownDepartment(next(iter(tenants)), id, self.called[id], frozenset()) for id in ids if id in self.called
        ]


class MemoryPlanTerms:
    """`without_meaning` are the words that mean nothing; departments are those of `departments`."""

    def __init__(self, departments: MemoryDepartments) -> None:
        self.unit: FakeUnit | None = None
        self._departments = departments
        self.without_meaning: set[TermInPlan] = set()

    def departments(self, asked: Collection[Name], day: date) -> dict[Name, str]:
        return self._departments.named(asked, day)

    def unmapped(self, tenant: TenantId, terms: Sequence[TermInPlan], day: date) -> tuple[TermInPlan, ...]:
        return tuple(each for each in terms if each in self.without_meaning)
