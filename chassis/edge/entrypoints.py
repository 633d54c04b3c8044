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

import sys
import time
import typing
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial, wraps
from typing import Any, Generic, NamedTuple, TypeVar

import kombu
from nameko.constants import AMQP_URI_CONFIG_KEY
from nameko.extensions import DependencyProvider, SharedExtension
from nameko.messaging import QueueConsumer
from nameko.rpc import RPC_QUEUE_TEMPLATE, Rpc, RpcConsumer, get_rpc_exchange
from sqlalchemy.exc import SQLAlchemyError

from chassis.edge.frame import Frame
from chassis.edge.hands import Hands
from chassis.edge.replies import Replies
from chassis.events.broker import CONNECTION_ERRORS, limit_silence, read_ahead
from chassis.events.inbox import Subscription
from chassis.events.quarantine import quarantine
from chassis.events.received import Received
from chassis.observability.telemetry import continue_trace, get_logger
from chassis.operations import runs as operation_runs
from chassis.operations.work import chunks_due
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.time.scheduler import DueWork
from chassis.write.uow import UnitOfWork
from contracts import operations
from contracts.flow import FLOW
from contracts.message import Event, snake_case

log = get_logger(__name__)

F = TypeVar("F", bound=Callable[..., Any])
P = TypeVar("P")
TRACEPARENT_HEADER = "nameko.traceparent"
QUARANTINE_PAUSE = 1.0
"""Seconds between two attempts to quarantine a message while the database is away."""

UnitMaker = Callable[[Sequence[str]], UnitOfWork]


class SharedReplies(SharedExtension):
    """One way back for all entrypoints of the process."""

    def setup(self) -> None:
        config = self.container.config
        self._replies = Replies(config[AMQP_URI_CONFIG_KEY], get_rpc_exchange(config))

    def send(self, message: kombu.Message, payload: dict[str, Any]) -> None:
        self._replies.send(message.properties["reply_to"], message.properties.get("correlation_id"), payload)

    def stop(self) -> None:
        self._replies.close()
        super().stop()


class GuardedQueueConsumer(QueueConsumer):
    """nameko's reader of queues, except that what it cannot decode is quarantined; kombu would drop it."""

    @contextmanager
    def establish_connection(self) -> Iterator[kombu.Connection]:
        with super().establish_connection() as connection:
            limit_silence(connection)
            read_ahead(connection)
            yield connection

    def ack_message(self, message: kombu.Message) -> None:
        # One that cannot be sent is none: the broker delivers the order again, to the answer that is kept. nameko
        # would end the process, where the connection broke a moment before its own reader could notice.
        with suppress(*CONNECTION_ERRORS):
            super().ack_message(message)

    def requeue_message(self, message: kombu.Message) -> None:
        with suppress(*CONNECTION_ERRORS):
            super().requeue_message(message)

    def on_decode_error(self, message: kombu.Message, error: Exception) -> None:
        self.set_aside(message, f"{type(error).__name__}: {error}")

    def set_aside(self, message: kombu.Message, reason: str) -> None:
        """Quarantine and acknowledge it; while the database is away the queue keeps it, and it comes again."""
        frame: Frame = self.container.config["frame"]
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode(errors="backslashreplace")
        queue = RPC_QUEUE_TEMPLATE.format(self.container.service_name)
        try:
            quarantine(frame.frame_engine, queue, body, message.properties, reason)
        except SQLAlchemyError as error:
            log.warning("quarantine has to wait", error=str(error)[:300])
            time.sleep(QUARANTINE_PAUSE)
            self.requeue_message(message)
        else:
            self.ack_message(message)


class Order(NamedTuple):
    """One RPC message and what it asks for."""

    message: kombu.Message
    method: str
    envelope: Any
    traceparent: str | None
    redelivered: bool


class GuardedRpcConsumer(RpcConsumer):
    """nameko's consumer, except that a malformed message cannot kill the service: it is quarantined.

    In nameko 2.14 a message without `reply_to` kills every service that takes it, for ever. In a process without
    the role `rpc` it takes nothing: there is no entrypoint to answer it.
    """

    queue_consumer = GuardedQueueConsumer()
    replies = SharedReplies()

    def __init__(self) -> None:
        super().__init__()
        self._hands: Hands[Order] = Hands(self._carry_out)
        self._service: Service | None = None

    def setup(self) -> None:
        if answers_orders(self.container):
            super().setup()

    def stop(self) -> None:
        if answers_orders(self.container):
            super().stop()

    def handle_message(self, body: Any, message: kombu.Message) -> None:
        reason = self._malformed(body, message)
        if reason is not None:
            self.queue_consumer.set_aside(message, reason)
            return
        super().handle_message(body, message)

    def take(self, order: Order) -> None:
        """Have it carried out, without nameko's worker: there is nothing that a request has to itself."""
        if self.container._being_killed:
            # Nothing was begun here: somebody else may do it.
            self.requeue_message(order.message)
        else:
            self._hands.give(order)

    def finish(self) -> None:
        """Returns once every order that was taken is answered."""
        self._hands.finish()

    def _carry_out(self, order: Order) -> None:
        if self._service is None:
            self._service = _instance(self.container)
        result = exc_info = None
        try:
            result = getattr(self._service, order.method)(order.envelope, order.traceparent, order.redelivered)
        except Exception:
            log.exception("entrypoint failed", method=order.method)
            exc_info = sys.exc_info()
        self.handle_result(order.message, result, exc_info)

    def handle_result(self, message: kombu.Message, result: Any, exc_info: Any) -> tuple[Any, Any]:
        # Our handlers answer every fault themselves; what nameko reports here (unknown method, wrong
        # arguments) is told without its insides.
        payload = {"result": {"fault": {"retryable": False}} if exc_info else result, "error": None}
        self.replies.send(message, payload)
        self.queue_consumer.ack_message(message)
        return result, exc_info

    @staticmethod
    def _malformed(body: Any, message: kombu.Message) -> str | None:
        if not message.properties.get("reply_to"):
            return "RPC message without reply_to"
        if not isinstance(body, dict) or not isinstance(body.get("args"), list) or len(body["args"]) != 1:
            return "RPC message whose body is not {args: [envelope], kwargs: {}}"
        return None


def answers_orders(container: Any) -> bool:
    """Whether this process has the role `rpc`."""
    return "rpc" in container.config["frame"].settings.roles


class FrameRpc(Rpc):
    """An RPC entrypoint that continues the caller's trace, and is only there in processes with role `rpc`."""

    rpc_consumer = GuardedRpcConsumer()

    def setup(self) -> None:
        if answers_orders(self.container):
            super().setup()

    def stop(self) -> None:
        if answers_orders(self.container):
            super().stop()
            self.rpc_consumer.finish()

    def handle_message(self, body: Any, message: kombu.Message) -> None:
        traceparent = message.headers.get(TRACEPARENT_HEADER)
        redelivered = bool(message.delivery_info.get("redelivered"))
        self.rpc_consumer.take(Order(message, self.method_name, body["args"][0], traceparent, redelivered))


class FrameProvider(DependencyProvider):
    """Gives the service its frame, and starts the frame's loops when the container is ready."""

    def start(self) -> None:
        frame: Frame = self.container.config["frame"]
        service = _instance(self.container)
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
    """The entrypoint of one command: (self, cmd, uow) → result model. Executed once per operation id."""
    contract = _contract(function)

    def run(service: Any, envelope: Any, redelivered: bool) -> Any:
        return service.frame.run_command(contract, partial(function, service), envelope, redelivered=redelivered)

    return _rpc(function, contract, run)


def query(function: F) -> F:
    """The entrypoint of one query: (self, query, reader) → result model."""
    contract = _contract(function)

    def run(service: Any, envelope: Any, _redelivered: bool) -> Any:
        return service.frame.run_query(contract, partial(function, service), envelope)

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


def due(kind: str, *, batch: int = 50) -> Callable[[F], F]:
    """A handler of work that has come due: (self, jobs, unit) → None, where `unit(tenants)` opens a unit of work."""

    def mark(function: F) -> F:
        function.__zhida_due__ = (kind, batch)  # type: ignore[attr-defined]
        return function

    return mark


def work(kind: str) -> Callable[[F], F]:
    """Long work that is done in chunks: (self) → chassis.operations.work.Work. Commands begin it by `uow.begin_work`."""

    def mark(function: F) -> F:
        function.__zhida_work__ = kind  # type: ignore[attr-defined]
        return function

    return mark


def _contract(function: Callable[..., Any]) -> Any:
    contract = next(iter(typing.get_type_hints(function).values()))
    expected = snake_case(contract.__name__)
    if function.__name__ != expected:
        raise TypeError(f"the entrypoint of {contract.__name__} must be called {expected}, not {function.__name__}")
    return contract


def _rpc(function: F, contract: Any, run: Callable[[Any, Any, bool], Any]) -> F:
    @wraps(function)
    def handle(service: Any, envelope: Any, traceparent: str | None = None, redelivered: bool = False) -> Any:
        with continue_trace(traceparent):
            return run(service, envelope, redelivered)

    del handle.__wrapped__
    handle.__zhida_contract__ = contract  # type: ignore[attr-defined]
    return FrameRpc.decorator(handle)  # type: ignore[no-any-return]


class Room:
    """The entrypoints of one room of a service: one line each. `chassis.edge.rooms` puts the service together.

    A room may use what another room of its service makes once per process (a Port), by naming it with its type.
    """

    frame: Frame


class Service(Room):
    """What every service is: it has a name and a frame, and answers for its long work."""

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


def _instance(container: Any) -> Service:
    """A service object for the frame's loops, with its dependencies, outside nameko's worker pool."""
    service: Service = container.service_cls()
    for dependency in container.dependencies:
        setattr(service, dependency.attr_name, dependency.get_dependency(None))
    return service


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
    def due_jobs(kind: str, batch: int, method: Callable[[list[Job], UnitMaker], None]) -> DueWork:
        def unit(tenants: Sequence[str]) -> UnitOfWork:
            return frame.event_unit(tenants, action=kind)

        return DueWork(kind, lambda jobs: method(jobs, unit), batch)

    return [
        *(due_jobs(kind, batch, method) for _name, (kind, batch), method in _marked(service, "__zhida_due__")),
        *(chunks_due(frame, kind, method()) for _name, kind, method in _marked(service, "__zhida_work__")),
    ]


__all__ = ["Port", "Received", "Room", "Service", "UnitMaker", "command", "due", "on", "query", "work"]
