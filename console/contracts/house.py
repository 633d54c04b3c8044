"""Where in the house a message is: its routes, entrypoints, use cases, who records an event and who hears it.

Everything is found in the code: the gateway's routes, the services' rooms, `contracts.flow`, the syntax trees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.routing import APIRoute

from chassis.edge.rooms import rooms_of, service_class, service_names
from console.contracts.reach import CallReach, Reached
from console.contracts.schemas import contract_types
from console.contracts.source import Name, SourceTree
from contracts.flow import EVENTS, FLOW
from contracts.message import Command, Event, answer_of
from contracts.message import Contract as AnyContract
from contracts.operations import OF_EVERY_SERVICE
from gateway.access import routes_of
from gateway.routes import DeclaredRoute

Contract = type[AnyContract]
Kind = Literal["command", "query", "events", "timer", "work"]
MARKS: tuple[tuple[str, Kind], ...] = (
    ("__zhida_events__", "events"),
    ("__zhida_due__", "timer"),
    ("__zhida_operation__", "work"),
)
DECIDING = ("use_cases", "views", "uploads", "agents")
"""Modules of the gateway in which it decides and answers itself."""

SHARED_CODE = ("copies",)
"""Packages that services have in common and that do part of their work."""


@dataclass(frozen=True)
class Way:
    """One way into a service. `function` is the entrypoint's, `use_cases` what it hands the work to."""

    service: str
    kind: Kind
    contract: Contract | None
    hears: frozenset[str]
    function: Name
    use_cases: tuple[Name, ...]
    reached: Reached

    @property
    def called(self) -> str:
        """What lets it in: the contract's name, or the method's."""
        return self.contract.__name__ if self.contract is not None else self.function.name.rpartition(".")[2]

    @property
    def modules(self) -> list[str]:
        """The modules that the work goes through, in their order, after those of the use cases."""
        first = {self.function.module, *(each.module for each in self.use_cases)}
        return [each for each in dict.fromkeys(name.module for name in self.reached.functions) if each not in first]


@dataclass(frozen=True)
class RouteFound:
    method: str
    path: str
    function: Name


def relayed_by(route: APIRoute) -> list[Contract]:
    """The command or query that a route declares; a page declares none."""
    return [route.declared.contract] if isinstance(route, DeclaredRoute) else []


def handler_of(route: APIRoute) -> Callable[..., Any]:
    """The function that was written for the route."""
    return route.declared.function if isinstance(route, DeclaredRoute) else route.endpoint


class House:
    """`app` is the gateway's application, connected or not."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._source = SourceTree()
        self._ways: dict[str, list[Way]] = {}

    def routes(self, contract: Contract) -> list[RouteFound]:
        return [found for relayed, found in self._routes if contract in relayed]

    @cached_property
    def _routes(self) -> list[tuple[list[Contract], RouteFound]]:
        found = []
        for prefix, route in routes_of(self._app):
            function = handler_of(route)
            for method in sorted(route.methods or ()):
                place = RouteFound(method, prefix + route.path, Name(function.__module__, function.__qualname__))
                found.append((relayed_by(route), place))
        return found

    def ways(self, service: str) -> list[Way]:
        """Every way into a service, or into what the gateway itself decides."""
        if service not in self._ways:
            found = self._gateways_own() if service == "gateway" else self._ways_of(service)
            self._ways[service] = list(found)
        return self._ways[service]

    def taking(self, contract: Contract) -> list[Way]:
        services = service_names() if contract in OF_EVERY_SERVICE else [contract.owner]
        return [way for service in services for way in self.ways(service) if way.contract is contract]

    def hearing(self, event: type[Event], service: str) -> list[Way]:
        return [way for way in self.ways(service) if event.__name__ in way.hears]

    def recording(self, event: type[Event]) -> list[Way]:
        """The ways of its producer on which the event may be recorded."""
        return [way for way in self.ways(FLOW[event].producer) if event.__name__ in way.reached.events]

    def recorded_in(self, event: type[Event]) -> list[Name]:
        """The functions that record it. A process of a service's own may do so that no entrypoint leads to."""
        name, producer = event.__name__, FLOW[event].producer
        found = [place for way in self.recording(event) for place in way.reached.events[name]]
        package = producer if producer == "gateway" else f"services.{producer}"
        return list(dict.fromkeys(found or self._naming(name, package)))

    def _naming(self, event: str, package: str) -> Iterator[Name]:
        reach = CallReach(self._source, (package,))
        for module in self._source.modules_of(package):
            for function in module.functions:
                place = Name(module.name, function)
                if event in reach.events_in(place):
                    yield place

    def _ways_of(self, service: str) -> Iterator[Way]:
        reach = CallReach(self._source, (f"services.{service}", *SHARED_CODE))
        offered = service_class(service)
        homes = {name: room for room in rooms_of(service) for name in vars(room)}
        for name in sorted(each for each in dir(offered) if not each.startswith("__")):
            function = getattr(offered, name)
            kind, contract, hears = _marked(function)
            if kind is None:
                continue
            room = homes.get(name, offered.__mro__[1])
            place = Name(room.__module__, f"{room.__name__}.{name}")
            yield self._way(reach, service, kind, contract, hears, place, function)

    def _way(
        self,
        reach: CallReach,
        service: str,
        kind: Kind,
        contract: Contract | None,
        hears: frozenset[str],
        place: Name,
        function: Any,
    ) -> Way:
        if kind == "work":  # the frame calls what the entrypoint makes
            use_cases = tuple(each for each in reach.made_by(place) if each.module != place.module)
            starts = [method for made in use_cases for method in reach.methods_of(made)]
        else:  # a handler may be a function from elsewhere that the room only names
            written_here = self._source.function(place) is not None
            first = reach.called_by(place) if written_here else [Name(function.__module__, function.__qualname__)]
            use_cases = tuple(each for each in first if each.module != place.module)
            starts = [place, *use_cases]
        return Way(service, kind, contract, hears, place, use_cases, _spoken_by(service, reach.of(*starts)))

    def _gateways_own(self) -> Iterator[Way]:
        """A command that the gateway owns is carried out by the function that takes it first."""
        own = {each.__name__: each for each in contract_types() if each.owner == "gateway"}
        handlers = {found.function for _, found in self._routes}
        reach = CallReach(self._source, ("gateway",))
        for module in self._source.modules_of("gateway"):
            if module.name.rpartition(".")[2] not in DECIDING:
                continue
            for name, node in module.functions.items():
                place = Name(module.name, name)
                note = node.args.args[0].annotation if node.args.args else None
                contract = own.get(getattr(note, "id", ""))
                answered = getattr(node.returns, "id", "") == (answer_of(contract).__name__ if contract else None)
                if contract is not None and answered and "." not in name and place not in handlers:
                    kind: Kind = "command" if issubclass(contract, Command) else "query"
                    reached_now = _spoken_by("gateway", reach.of(place))
                    yield Way("gateway", kind, contract, frozenset(), place, (place,), reached_now)


def _marked(function: Any) -> tuple[Kind | None, Contract | None, frozenset[str]]:
    """What the frame has noted on an entrypoint, if it is one."""
    contract = getattr(function, "__zhida_contract__", None)
    if contract is not None:
        return ("command" if issubclass(contract, Command) else "query"), contract, frozenset()
    for mark, kind in MARKS:
        if hasattr(function, mark):
            return kind, None, getattr(function, mark)[0] if kind == "events" else frozenset()
    return None, None, frozenset()


def _spoken_by(service: str, found: Reached) -> Reached:
    """Without the events of others, which a service only looks into."""
    own = {name: places for name, places in found.events.items() if FLOW[EVENTS[name]].producer == service}
    return Reached(found.functions, own)
