"""Departments, duties, windows and plan terms: pure, given ids and days."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from contracts.aggregate import Aggregate
from contracts.departments import (
    FUNCTION_SOURCES,
    DatedName,
    DepartmentChange,
    DepartmentChanged,
    DepartmentFunction,
    DepartmentRegistered,
    DepartmentView,
    DutyRegistered,
    DutyRenamed,
    DutyView,
    PlanTermMapped,
    PlanTermMeaning,
    PlanTermUse,
    PlanTermView,
    WindowChange,
    WindowView,
)
from contracts.duties import DutyKind
from contracts.fact_sources import SpokenFor
from contracts.refusal import Conflict, Invalid, NotFound


class DepartmentUnknown(NotFound):
    """No department of the tenant has this id."""

    code = "department_unknown"
    sentence = "部门尚未登记。"


class DepartmentNameTaken(Conflict):
    """Two departments of one tenant are not called the same at one time."""

    code = "department_name_taken"
    sentence = "该名称的部门已登记。"


class DepartmentClosed(Conflict):
    """It acts no more."""

    code = "department_closed"
    sentence = "部门已撤销，不能再变更或任用人员。"


class NameNotLater(Invalid):
    """A name begins after the one before it; the past is not rewritten."""

    code = "name_not_later"
    sentence = "新名称的启用日期应晚于现名称的启用日期 {since}。"


class DutyUnknown(NotFound):
    """The tenant has no duty with this id."""

    code = "duty_unknown"
    sentence = "岗位尚未登记。"


class DutyNameTaken(Conflict):
    """Two duties of one tenant are not called the same."""

    code = "duty_name_taken"
    sentence = "该名称的岗位已登记。"


class WindowUnknown(NotFound):
    """The tenant has no window with this id."""

    code = "window_unknown"
    sentence = "窗口尚未登记。"


class WindowNameTaken(Conflict):
    """Two windows of one tenant are not called the same."""

    code = "window_name_taken"
    sentence = "该名称的窗口已登记。"


class MeaningDoesNotFit(Invalid):
    """An approver is a duty; a check is a source or a department; a department is a department."""

    code = "meaning_does_not_fit"
    sentence = "{use}只能对应{meaning}。"


def name_on(names: Sequence[DatedName], day: date) -> str:
    """What something is called on `day`; before its first name began it has that one already."""
    begun = [each for each in names if each.since <= day]
    return (begun[-1] if begun else names[0]).name


def named_anew(names: tuple[DatedName, ...], name: str, since: date) -> tuple[DatedName, ...]:
    """The names with another from `since` on; the same name again changes nothing. Raises NameNotLater."""
    if names[-1].name == name:
        return names
    if since <= names[-1].since:
        raise NameNotLater(field="since", since=names[-1].since.isoformat())
    return (*names, DatedName(name=name, since=since))


def speaks_for(functions: Iterable[DepartmentFunction], said: Iterable[SpokenFor] | None) -> frozenset[SpokenFor]:
    """The sources of facts that a department may speak for: those that its entry says, else those of its functions."""
    if said is not None:
        return frozenset(said)
    return frozenset(source for function in functions for source in FUNCTION_SOURCES.get(function, ()))


@dataclass(kw_only=True, slots=True)
class Department(Aggregate):
    """A department under an id that stays. `name` is the newest of `names`; `sources` not said follow from `functions`."""

    names: tuple[DatedName, ...]
    functions: frozenset[DepartmentFunction]
    sources: frozenset[SpokenFor] | None = None
    telephone: str | None = None
    address: str | None = None
    closed_on: date | None = None

    @property
    def name(self) -> str:
        return self.names[-1].name

    @staticmethod
    def register(id: str, tenant: str, said: DepartmentChange, today: date) -> Department:
        made = Department(
            id=id,
            tenant=tenant,
            names=(DatedName(name=said.name, since=today),),
            functions=said.functions,
            sources=said.sources,
            telephone=said.telephone,
            address=said.address,
        )
        made.record(
            DepartmentRegistered(
                department_id=id,
                name=said.name,
                names=made.names,
                functions=said.functions,
                telephone=said.telephone,
                address=said.address,
            )
        )
        return made

    def change(self, said: DepartmentChange, since: date) -> None:
        """Raises DepartmentClosed, NameNotLater."""
        if self.closed_on is not None:
            raise DepartmentClosed()
        self.names = named_anew(self.names, said.name, since)
        self.functions = said.functions
        # A caller that knows of no sources changes none.
        self.sources = self.sources if said.sources is None else said.sources
        self.telephone = said.telephone
        self.address = said.address
        self._say()

    def close(self, day: date) -> None:
        """Raises DepartmentClosed for one that is closed already."""
        if self.closed_on is not None:
            raise DepartmentClosed()
        self.closed_on = day
        self._say()

    def _say(self) -> None:
        self.record(
            DepartmentChanged(
                department_id=self.id,
                name=self.name,
                names=self.names,
                functions=self.functions,
                telephone=self.telephone,
                address=self.address,
                closed_on=self.closed_on,
            )
        )

    def view(self, today: date) -> DepartmentView:
        return DepartmentView(
            department_id=self.id,
            tenant=self.tenant,
            name=name_on(self.names, today),
            names=self.names,
            functions=self.functions,
            sources=speaks_for(self.functions, self.sources),
            telephone=self.telephone,
            address=self.address,
            closed_on=self.closed_on,
            version=self.version,
        )


@dataclass(kw_only=True, slots=True)
class Duty(Aggregate):
    """A duty (岗位) as the tenant calls it."""

    kind: DutyKind
    names: tuple[DatedName, ...]
    retired_on: date | None = None

    @property
    def name(self) -> str:
        return self.names[-1].name

    @staticmethod
    def register(id: str, tenant: str, kind: DutyKind, name: str, today: date) -> Duty:
        made = Duty(id=id, tenant=tenant, kind=kind, names=(DatedName(name=name, since=today),))
        made.record(DutyRegistered(duty_id=id, kind=kind, name=name))
        return made

    def rename(self, name: str, since: date) -> None:
        """Raises NameNotLater."""
        self.names = named_anew(self.names, name, since)
        self.record(DutyRenamed(duty_id=self.id, kind=self.kind, name=name, since=since))

    def view(self, today: date) -> DutyView:
        return DutyView(
            duty_id=self.id,
            tenant=self.tenant,
            kind=self.kind,
            name=name_on(self.names, today),
            names=self.names,
            retired_on=self.retired_on,
            version=self.version,
        )


@dataclass(kw_only=True, slots=True)
class ServiceWindow(Aggregate):
    """A window (专窗) of a department."""

    said: WindowChange
    closed_on: date | None = None

    @staticmethod
    def open(id: str, tenant: str, said: WindowChange) -> ServiceWindow:
        return ServiceWindow(id=id, tenant=tenant, said=said)

    def change(self, said: WindowChange, closed_on: date | None) -> None:
        self.said = said
        self.closed_on = closed_on

    def view(self) -> WindowView:
        return WindowView(
            window_id=self.id,
            tenant=self.tenant,
            name=self.said.name,
            department_id=self.said.department_id,
            permissions=self.said.permissions,
            address=self.said.address,
            telephone=self.said.telephone,
            hours=self.said.hours,
            closed_on=self.closed_on,
            version=self.version,
        )


USES = {"approver": "审批岗", "check": "核验来源", "department": "部门名称"}
FITTING = {
    "approver": (("duty",), "岗位"),
    "check": (("source", "department", "duty"), "数据来源、部门或岗位"),
    "department": (("department",), "部门"),
}


def plan_term_id(use: PlanTermUse, term: str) -> str:
    """The same words in the same use are one term, whoever meets them first."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"plan-term\x1f{use}\x1f{term}"))


@dataclass(kw_only=True, slots=True)
class MappedTerm(Aggregate):
    """Words of plans, and what they mean in the tenant."""

    use: PlanTermUse
    term: str
    meaning: PlanTermMeaning | None = field(default=None)

    def map(self, meaning: PlanTermMeaning) -> None:
        """Raises MeaningDoesNotFit."""
        kinds, called = FITTING[self.use]
        if meaning.to not in kinds:
            raise MeaningDoesNotFit(field="meaning", use=USES[self.use], meaning=called)
        self.meaning = meaning
        self.record(PlanTermMapped(use=self.use, term=self.term, meaning=meaning))

    def view(self) -> PlanTermView:
        return PlanTermView(
            term_id=self.id,
            tenant=self.tenant,
            use=self.use,
            term=self.term,
            meaning=self.meaning,
            version=self.version,
        )
