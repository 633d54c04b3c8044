"""`contracts/flow.py` and the answers of the contracts against the code: events flow downstream, nobody is forgotten."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import typing
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import new_class

import pytest

import gateway
from chassis.edge.rooms import service_names
from console.contracts.schemas import contract_types, message_types
from contracts.flow import EVENTS, FLOW, ORDER, QUEUES, SERVICES, Route, aggregates_heard_by
from contracts.message import Command, Event, Model, Query, ServiceName, answer_of
from contracts.operations import OF_EVERY_SERVICE
from contracts.treasury import DisbursementSettled
from tests.architecture.entrypoints import handled_by, heard_by, service_classes, taken_by
from tests.architecture.source_tree import modules, services, tree_of

Flow = Mapping[type[Event], Route]
CLASSES = service_classes()
ANSWERS = {contract: answer_of(contract) for contract in contract_types()}

HEARD_FOR_ALL = {
    "tenant": "the frame of every service learns of tenants by itself (chassis.tenancy.learning)",
    "calendar": "and of calendars",
}
"""Aggregates whose events no service handles with its own hands."""

HEARD_WITHOUT_A_HANDLER = {
    ("oversight", "policy_item"): "oversight hears every event, so that its queue misses none once it counts them",
    ("oversight", "credit_draw"): "oversight hears every event, so that its queue misses none once it counts them",
    ("oversight", "award_finding"): "oversight hears every event, so that its queue misses none once it counts them",
    ("oversight", "integrity_finding"): "what is held against a firm is told to nobody who tracks its claim",
    ("oversight", "budget_line"): "oversight hears every event, so that its queue misses none once it counts them",
}

NOT_YET_SAID: dict[str, str] = {}
"""Events that every consumer understands already, so that they need not be upgraded in step with who will say them."""


def upstream_edges(flow: Flow) -> list[str]:
    """Events that would flow against the order of the services, or to their own producer."""
    return [
        f"{event.__name__}: {route.producer} → {consumer}"
        for event, route in flow.items()
        for consumer in route.consumers
        if ORDER.index(consumer) <= ORDER.index(route.producer)
    ]


def torn_aggregates(flow: Flow) -> list[str]:
    """Aggregates that some consumers hear only in part: their sequences would have gaps."""
    by_aggregate: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for event, route in flow.items():
        by_aggregate.setdefault((route.producer, event.aggregate), set()).add(tuple(sorted(route.consumers)))
    return [f"{producer}.{aggregate}" for (producer, aggregate), told in by_aggregate.items() if len(told) > 1]


def said_by(tree: ast.Module) -> Iterator[str]:
    """The events that a module names, wherever it does: recorded at once or by way of a table."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in EVENTS:
            yield node.id


def recorded_by(tree: ast.Module) -> Iterator[str]:
    """The events that a module records on an aggregate by `….record(Event(…))`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record":
            for argument in node.args[:1]:
                if isinstance(argument, ast.Call) and isinstance(argument.func, ast.Name):
                    yield argument.func.id


def test_events_only_flow_downstream() -> None:
    assert upstream_edges(FLOW) == []
    backwards: Flow = {DisbursementSettled: Route("treasury", ("review",))}
    assert upstream_edges(backwards) == ["DisbursementSettled: treasury → review"]
    assert upstream_edges({DisbursementSettled: Route("treasury", ("treasury",))})


def test_whoever_hears_an_aggregate_hears_all_of_it() -> None:
    assert torn_aggregates(FLOW) == []
    partly: Flow = {**FLOW, DisbursementSettled: Route("treasury", ("notify",))}
    assert torn_aggregates(partly) == ["treasury.disbursement"]


def test_every_event_of_the_contracts_is_in_the_flow() -> None:
    assert set(message_types(Event)) == set(FLOW)


def test_every_service_on_disk_has_its_place_in_the_order_and_its_queue() -> None:
    assert set(CLASSES) <= set(SERVICES) == set(QUEUES)


@pytest.mark.parametrize("name", CLASSES)
def test_a_service_handles_only_events_that_the_flow_sends_it(name: ServiceName) -> None:
    assert [event.__name__ for event in heard_by(CLASSES[name]) if name not in FLOW[event].consumers] == []


@pytest.mark.parametrize("name", CLASSES)
def test_a_service_takes_each_event_with_one_hand(name: ServiceName) -> None:
    taken = handled_by(CLASSES[name])
    assert [event for event in sorted(set(taken)) if taken.count(event) > 1] == [], "it would not start"


@pytest.mark.parametrize("name", CLASSES)
def test_a_service_has_a_use_for_every_aggregate_that_it_hears(name: ServiceName) -> None:
    used = {(FLOW[event].producer, event.aggregate) for event in heard_by(CLASSES[name])}
    unused = {heard[1] for heard in aggregates_heard_by(name) if heard not in used} - set(HEARD_FOR_ALL)
    assert unused == {aggregate for service, aggregate in HEARD_WITHOUT_A_HANDLER if service == name}


def test_every_event_is_said_by_its_producer() -> None:
    homes = {**{name: f"services/{name}" for name in CLASSES}, "gateway": "gateway"}
    said = {name: {event for file in modules(home) for event in said_by(tree_of(file))} for name, home in homes.items()}
    silent = {
        event.__name__
        for event, route in FLOW.items()
        if route.producer in homes and event.__name__ not in said[route.producer]
    }
    assert silent == set(NOT_YET_SAID)


def test_nobody_records_the_event_of_another() -> None:
    for home in (*(f"services/{name}" for name in CLASSES), "gateway"):
        for file in modules(home):
            for event in recorded_by(tree_of(file)):
                assert event not in EVENTS or FLOW[EVENTS[event]].producer == home.rpartition("/")[2], (file, event)


def test_a_recorded_event_is_found_in_source() -> None:
    source = ast.parse(
        "def f(self):\n    self.record(CaseApproved(case_id='1'), to='x')\n    log.record('CaseRejected')"
    )
    assert list(recorded_by(source)) == ["CaseApproved"]
    assert list(said_by(ast.parse("MOVES = {('a', 'b'): CaseRejected}"))) == ["CaseRejected"]


@pytest.mark.parametrize("name", CLASSES)
def test_a_service_takes_exactly_the_commands_and_queries_that_it_owns_and_answers_them_as_they_say(name: str) -> None:
    taken = dict(taken_by(CLASSES[name]))
    own = {contract for contract in ANSWERS if contract.owner == name} | OF_EVERY_SERVICE
    assert taken == {contract: ANSWERS[contract] for contract in own}


def test_the_gateway_answers_its_own_commands_as_they_say() -> None:
    handled = {}
    names = [each.name for each in pkgutil.walk_packages(gateway.__path__, "gateway.")]
    rooms = [import_module(name) for name in names if name.endswith((".use_cases", ".views", ".uploads", ".agents"))]
    decided = [
        each
        for room in rooms
        for each in inspect.getmembers(room, inspect.isfunction)
        if each[1].__module__ == room.__name__
    ]
    for _name, function in decided:
        hints = list(typing.get_type_hints(function).values())
        if hints and hints[0] in ANSWERS and isinstance(hints[-1], type) and issubclass(hints[-1], Model):
            handled[hints[0]] = hints[-1]
    assert handled == {contract: answer for contract, answer in ANSWERS.items() if contract.owner == "gateway"}


@pytest.mark.parametrize("kind", [Command, Query])
def test_a_contract_that_does_not_say_what_it_is_answered_with_cannot_be_written(kind: type[Command | Query]) -> None:
    assert answer_of(new_class("Answered", (kind[Model],))) is Model
    with pytest.raises(TypeError, match="Unanswered does not say what it is answered with"):
        new_class("Unanswered", (kind,))


def test_services_are_discovered() -> None:
    assert service_names() == services() == list(CLASSES)
