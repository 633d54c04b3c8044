"""`@command`, `@query`, `@on` and `@due` on nameko: a room's class is nothing but one line per entrypoint.

    class DisbursementEntrypoints(Room):
        bank = Port(Bank.from_env)

        @command
        def authorise_disbursement(self, cmd: AuthoriseDisbursement, uow: UnitOfWork) -> DisbursementView:
            return use_cases.authorise_disbursement(cmd, uow)

        @on(CaseApproved)
        def case_approved(self, events: list[Received[CaseApproved]], uow: UnitOfWork) -> None:
            use_cases.receive_approvals(events, uow)

The type of the first parameter names the contract; the method is called as the contract in snake case.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Collection, Sequence
from functools import partial, wraps
from typing import Any, Generic, TypeVar

from nameko.extensions import DependencyProvider

from chassis.edge.frame import Frame
from chassis.edge.rpc import FrameRpc, service_of
from chassis.events import stuck_work as stuck
from chassis.events.inbox import Subscription
from chassis.events.received import Received
from chassis.observability.telemetry import continue_trace, get_logger
from chassis.operations import runs as operation_runs
from chassis.operations.work import chunks_due
from chassis.read.reader import Reader
from chassis.tenancy.working_days import missing_calendars
from chassis.time.following import FOLLOW
from chassis.time.jobs import Job
from chassis.time.scheduler import DueWork, heartbeat_of
from chassis.write.uow import UnitOfWork
from contracts import operations, stuck_work
from contracts.calendars import ListMissingCalendars, MissingCalendars
from contracts.flow import FLOW
from contracts.message import Event, snake_case

log = get_logger(__name__)

F = TypeVar("F", bound=Callable[..., Any])
P = TypeVar("P")
UnitMaker = Callable[[Sequence[str]], UnitOfWork]


class FrameProvider(DependencyProvider):
    """Gives the service its frame, and starts the frame's loops when the container is ready."""

    def start(self) -> None:
        frame: Frame = self.container.config["frame"]
        service = service_of(self.container)
        frame.start(_subscriptions(service), _due_work(service, frame), service=self.container.service_name)

    def stop(self) -> None:
        self.container.config["frame"].stop()

    def get_dependency(self, worker_ctx: Any) -> Frame:
        frame: Frame = self.container.config["frame"]
        return frame


class Port(DependencyProvider, Generic[P]):
    """A way to the outside (the bank, the SMS provider), made once per process."""

    def __init__(self, make: Callable[[], P]) -> None:
        super().__init__()
        self._make = make
        self._made: P | None = None

    def get_dependency(self, worker_ctx: Any) -> P:
        if self._made is None:
            self._made = self._make()
        return self._made


def command(function: F) -> F:
    """The entrypoint of one command: (self, cmd, uow) → result model. Executed once per idempotency key."""
    contract = _contract(function)

    def run(service: Any, envelope: Any, redelivered: bool, _expires_at: float | None) -> Any:
        refused = service.frame.admission.refusal(envelope)
        if refused is not None:
            return service.frame.told(refused)
        return service.frame.run_command(contract, partial(function, service), envelope, redelivered=redelivered)

    return _rpc(function, contract, run)


def query(function: F) -> F:
    """The entrypoint of one query: (self, query, reader) → result model."""
    contract = _contract(function)

    def run(service: Any, envelope: Any, _redelivered: bool, expires_at: float | None) -> Any:
        return service.frame.run_query(contract, partial(function, service), envelope, expires_at=expires_at)

    return _rpc(function, contract, run)


def on(
    *events: type[Event], tenants: Callable[[Received[Any]], Collection[str]] = lambda _event: ()
) -> Callable[[F], F]:
    """A handler of a list of events: (self, events, uow) → None. One event is a list of one.

    `tenants(event)` names further tenants whose rows the handler touches for that event.
    """

    def mark(function: F) -> F:
        for event in events:
            assert event in FLOW, f"{event.__name__} is not in contracts/flow.py"
        names = frozenset(event.__name__ for event in events)
        function.__zhida_events__ = (names, tenants)  # type: ignore[attr-defined]
        return function

    return mark


def due(kind: str, *, batch: int = 50, standing: bool = False) -> Callable[[F], F]:
    """A handler of work that has come due: (self, jobs, unit) → None, where `unit(tenants)` opens a unit of work.

    A handler may take long: its jobs stay its own while it opens units of work, one part after the other. `standing`: there
    is always one such job (chassis/time/scheduler.py).
    """

    def mark(function: F) -> F:
        function.__zhida_due__ = (kind, batch, standing)  # type: ignore[attr-defined]
        return function

    return mark


def operation(kind: str) -> Callable[[F], F]:
    """Long work that is done in chunks: (self) → chassis.operations.work.ChunkedWork. Commands begin it by `uow.begin_operation`."""

    def mark(function: F) -> F:
        function.__zhida_operation__ = kind  # type: ignore[attr-defined]
        return function

    return mark


def _contract(function: Callable[..., Any]) -> Any:
    contract = next(iter(typing.get_type_hints(function).values()))
    expected = snake_case(contract.__name__)
    if function.__name__ != expected:
        raise TypeError(f"the entrypoint of {contract.__name__} must be called {expected}, not {function.__name__}")
    return contract


def _rpc(function: F, contract: Any, run: Callable[[Any, Any, bool, float | None], Any]) -> F:
    @wraps(function)
    def handle(
        service: Any,
        envelope: Any,
        traceparent: str | None = None,
        redelivered: bool = False,
        expires_at: float | None = None,
    ) -> Any:
        with continue_trace(traceparent):
            return run(service, envelope, redelivered, expires_at)

    del handle.__wrapped__
    handle.__zhida_contract__ = contract  # type: ignore[attr-defined]
    return FrameRpc.decorator(handle)  # type: ignore[no-any-return]


class Room:
    """The entrypoints of one room of a service: one line each. `chassis.edge.rooms` puts the service together.

    A room may use what another room of its service makes once per process (a Port), by naming it with its type.
    """

    frame: Frame


class Service(Room):
    """What every service is: it has a name and a frame, and answers for its long work, its clocks and what is stuck."""

    name: str
    frame: Frame = FrameProvider()

    @query
    def get_operation(self, query: operations.GetOperation, reader: Reader) -> operations.OperationView:
        return operation_runs.get_operation(query, reader, self.frame.service)

    @query
    def list_operation_lines(self, query: operations.ListOperationLines, reader: Reader) -> operations.LineResultPage:
        return operation_runs.list_operation_lines(query, reader)

    @command
    def cancel_operation(self, cmd: operations.CancelOperation, uow: UnitOfWork) -> operations.OperationView:
        return operation_runs.cancel_operation(cmd, uow, self.frame.service)

    @command
    def resume_operation(self, cmd: operations.ResumeOperation, uow: UnitOfWork) -> operations.OperationView:
        return operation_runs.resume_operation(cmd, uow, self.frame.service)

    @query
    def list_stuck_work(self, query: stuck_work.ListStuckWork, reader: Reader) -> stuck_work.StuckWork:
        return stuck.list_stuck_work(query, reader, self.frame.frame_engine, self.frame.service)

    @query
    def get_stuck_work(self, query: stuck_work.GetStuckWork, reader: Reader) -> stuck_work.StuckPieceView:
        return stuck.get_stuck_work(query, reader, self.frame.frame_engine, self.frame.service)

    @command
    def redrive_stuck_work(self, cmd: stuck_work.RedriveStuckWork, uow: UnitOfWork) -> stuck_work.StuckPiece:
        frame = self.frame
        return stuck.redrive_stuck_work(cmd, uow, frame.frame_engine, frame.settings.amqp_url, frame.service)

    @query
    def list_missing_calendars(self, query: ListMissingCalendars, reader: Reader) -> MissingCalendars:
        return missing_calendars(self.frame.frame_engine)


def _marked(service: Service, mark: str) -> list[tuple[str, Any, Any]]:
    found = []
    for name in dir(type(service)):
        function = getattr(type(service), name)
        if hasattr(function, mark):
            found.append((name, getattr(function, mark), getattr(service, name)))
    return found


def _subscriptions(service: Service) -> list[Subscription]:
    return [
        Subscription(name, events, method, tenants)
        for name, (events, tenants), method in _marked(service, "__zhida_events__")
    ]


def _due_work(service: Service, frame: Frame) -> list[DueWork]:
    def due_jobs(kind: str, batch: int, standing: bool, method: Callable[[list[Job], UnitMaker], None]) -> DueWork:
        heartbeat = heartbeat_of(kind)

        def unit(tenants: Sequence[str]) -> UnitOfWork:
            # Whoever opens the next unit of work goes on: handlers of many parts beat without knowing it.
            heartbeat.beat()
            return frame.event_unit(tenants, action=kind)

        def handle(jobs: list[Job]) -> None:
            if kind == FOLLOW:
                # Another process has learned what is to be followed; this one may remember what was before.
                frame.calendars.forget()
            method(jobs, unit)

        return DueWork(kind, handle, batch, heartbeat, standing)

    return [
        *(
            due_jobs(kind, batch, standing, method)
            for _name, (kind, batch, standing), method in _marked(service, "__zhida_due__")
        ),
        *(chunks_due(frame, kind, method()) for _name, kind, method in _marked(service, "__zhida_operation__")),
    ]


__all__ = ["Port", "Received", "Room", "Service", "UnitMaker", "command", "due", "on", "operation", "query"]
