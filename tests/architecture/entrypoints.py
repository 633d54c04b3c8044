"""The services' entrypoints, discovered: what each takes, answers and hears."""

from __future__ import annotations

import sys
import typing
from collections.abc import Iterator
from typing import Any

from chassis.edge.entrypoints import Service
from chassis.edge.rooms import service_class
from contracts.flow import EVENTS
from contracts.message import Command, Event, Query
from tests.architecture.source_tree import services

Contract = type[Command] | type[Query]


def service_classes() -> dict[str, type[Service]]:
    """Service name → its class, put together from its rooms."""
    return {name: service_class(name) for name in services()}


def taken_by(service: type[Service]) -> Iterator[tuple[Contract, Any]]:
    """(contract, declared answer) of each command and query entrypoint."""
    for function in _methods(service):
        contract = getattr(function, "__zhida_contract__", None)
        if contract is not None:
            # The frame wraps the method: its annotations are still to be read in the module where it stands.
            yield contract, typing.get_type_hints(function, vars(sys.modules[function.__module__]))["return"]


def heard_by(service: type[Service]) -> set[type[Event]]:
    """Every event that one of its handlers takes."""
    return {EVENTS[name] for name in handled_by(service)}


def handled_by(service: type[Service]) -> list[str]:
    """The names of the events that its handlers take, handler by handler."""
    marks = [getattr(function, "__zhida_events__", None) for function in _methods(service)]
    return [name for mark in marks if mark is not None for name in mark[0]]


def _methods(service: type[Service]) -> Iterator[Any]:
    return (getattr(service, name) for name in dir(service) if not name.startswith("__"))
