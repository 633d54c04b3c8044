"""What is there already is refused before the server calls it an error: its log is for what nobody expected."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module

import pytest
from sqlalchemy import Engine, event, text

import gateway
import services
from chassis.edge.frame import Frame
from chassis.foundation.ids import new_id
from chassis.write.store import AggregateStore
from chassis.write.uniqueness import DEFINITION
from contracts.departments import DepartmentChange
from contracts.refusal import Refused
from gateway.identity.departments.domain import Department, Duty, DutyNameTaken
from gateway.identity.departments.store import Departments, Duties

ON = date(2026, 3, 10)


@pytest.fixture
def identity(service_frame: Callable[..., Frame]) -> Frame:
    return service_frame("gateway")


@pytest.fixture
def errors(identity: Frame) -> Iterator[list[str]]:
    """What the server has called an error."""
    seen: list[str] = []

    def note(context: object) -> None:
        seen.append(str(getattr(context, "original_exception", context)))

    event.listen(identity.engine, "handle_error", note)
    yield seen
    event.remove(identity.engine, "handle_error", note)


def department(name: str) -> Department:
    return Department.register(new_id(), "ganzhou", DepartmentChange(name=name), ON)


def entered(identity: Frame, *made: Department) -> None:
    with identity.unit(("ganzhou",), action="test") as uow:
        uow.of(Departments).save_many(made)


def test_a_name_that_is_taken_is_refused_and_the_server_sees_no_error(identity: Frame, errors: list[str]) -> None:
    entered(identity, department("赣州市科学技术局"))
    with pytest.raises(Refused) as refused:
        entered(identity, department("赣州市工业和信息化局"), department("赣州市科学技术局"))
    assert type(refused.value) is Departments.refusals["department_name_once"]
    assert errors == []
    with identity.reader(("ganzhou",)) as reader:
        names = reader.execute(text("SELECT name FROM department WHERE tenant = 'ganzhou'")).scalars().all()
    assert names == ["赣州市科学技术局"], "nothing of what was refused is left"


def test_two_of_one_name_in_one_list_are_refused_by_name_too(identity: Frame) -> None:
    with pytest.raises(Departments.refusals["department_name_once"]):
        entered(identity, department("赣州市财政局"), department("赣州市财政局"))


def test_a_constraint_that_holds_only_for_some_rows_stands_against_those_alone(
    identity: Frame, errors: list[str]
) -> None:
    closed = department("赣州市商务局")
    closed.closed_on = ON
    entered(identity, closed)
    entered(identity, department("赣州市商务局"))
    assert errors == []


def test_who_takes_anothers_name_later_is_refused_without_an_error_and_who_keeps_their_own_is_not(
    identity: Frame, errors: list[str]
) -> None:
    with identity.unit(("ganzhou",), action="test") as uow:
        first, second = (Duty.register(new_id(), "ganzhou", "first_review", name, ON) for name in ("经办甲", "经办乙"))
        uow.of(Duties).save_many((first, second))
    with pytest.raises(DutyNameTaken), identity.unit(("ganzhou",), action="test") as uow:
        duty = uow.of(Duties).get(second.id)
        duty.rename("经办甲", date(2026, 4, 1))
        uow.of(Duties).save(duty)
    with identity.unit(("ganzhou",), action="test") as uow:
        uow.of(Duties).save(uow.of(Duties).get(first.id))
    assert errors == []


def stores() -> list[type[AggregateStore]]:  # type: ignore[type-arg]
    """Every store of the house that says what a violated constraint means."""
    for house in (services, gateway):
        for module in pkgutil.walk_packages(house.__path__, f"{house.__name__}."):
            if module.name.endswith(".store"):
                import_module(module.name)
    return [
        each for each in AggregateStore.__subclasses__() if each.refusals and not each.__module__.startswith("tests")
    ]


@pytest.mark.parametrize("service", ["catalog", "intake", "treasury", "gateway"])
def test_every_constraint_that_a_store_answers_for_is_one_of_its_table(
    service_frame: Callable[..., Frame], service: str
) -> None:
    owners = {"gateway": "gateway."}
    mine = [each for each in stores() if each.__module__.startswith(owners.get(service, f"services.{service}."))]
    assert mine
    engine: Engine = service_frame(service).frame_engine
    with engine.connect() as connection:
        for store in mine:
            for name in store.refusals:
                unique = connection.execute(DEFINITION, {"name": name, "table": store.table.name}).first()
                other = connection.execute(
                    text("SELECT true FROM pg_constraint WHERE conname = :name AND contype = 'c'"), {"name": name}
                ).first()
                assert unique or other, f"{store.__name__}: no constraint of {store.table.name} is called {name}"
