"""RPC on nameko, guarded: a malformed message cannot kill a service, and a lost connection loses no call."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import kombu
from nameko.constants import AMQP_URI_CONFIG_KEY
from nameko.extensions import SharedExtension
from nameko.messaging import QueueConsumer
from nameko.rpc import RPC_QUEUE_TEMPLATE, Rpc, RpcConsumer, get_rpc_exchange
from sqlalchemy.exc import SQLAlchemyError

from chassis.edge.frame import Frame
from chassis.edge.lanes import Call, Lane
from chassis.edge.replies import Replies
from chassis.events.broker import limit_silence, read_ahead
from chassis.events.quarantine import quarantine
from chassis.events.topology import RPC_EXCHANGE, check_topology
from chassis.foundation.broker_faults import CONNECTION_ERRORS
from chassis.observability.metrics import COMMANDS, QUERIES
from chassis.observability.telemetry import get_logger
from contracts.message import Query
from contracts.typed import is_digits

log = get_logger(__name__)

TRACEPARENT_HEADER = "nameko.traceparent"
QUARANTINE_PAUSE = 1.0
"""Seconds between two attempts to quarantine a message while the database is away."""


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

    @property
    def prefetch_count(self) -> int:
        """As many as can be carried out or wait as questions: those never fill it, and a command finds room."""
        settings = self.container.config["frame"].settings
        return int(settings.rpc_workers + 2 * settings.readers)

    @contextmanager
    def establish_connection(self) -> Iterator[kombu.Connection]:
        with super().establish_connection() as connection:
            limit_silence(connection)
            read_ahead(connection)
            check_topology(connection, self.container.service_name)
            yield connection

    def ack_message(self, message: kombu.Message) -> None:
        # One that cannot be sent is none: the broker delivers the call again, to the answer that is kept. nameko
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


class GuardedRpcConsumer(RpcConsumer):
    """nameko's consumer, except that a malformed message cannot kill the service: it is quarantined.

    In nameko 2.14 a message without `reply_to` kills every service that takes it, for ever. In a process without
    the role `rpc` it takes nothing: there is no entrypoint to answer it.
    """

    queue_consumer = GuardedQueueConsumer()
    replies = SharedReplies()

    def __init__(self) -> None:
        super().__init__()
        self._service: Any = None

    def setup(self) -> None:
        if answers_calls(self.container):
            super().setup()
            # An administrator has made it (chassis/events/topology.py): we may not, and nameko would at each connection.
            self.queue.no_declare = True
            settings = self.container.config["frame"].settings
            service = self.container.service_name
            self._commands = Lane(service, "commands", self._carry_out, places=settings.rpc_workers)
            self._questions = Lane(
                service,
                "questions",
                self._carry_out,
                places=settings.readers,
                line=settings.readers,
                each=max(1, settings.readers * 3 // 4),
            )

    def stop(self) -> None:
        if answers_calls(self.container):
            super().stop()

    def handle_message(self, body: Any, message: kombu.Message) -> None:
        reason = self._sent_elsewhere(message) or self._malformed(body, message)
        if reason is not None:
            self.queue_consumer.set_aside(message, reason)
            return
        super().handle_message(body, message)

    def take(self, call: Call) -> None:
        """Have it carried out, without nameko's worker: there is nothing that a request has to itself."""
        if self.container._being_killed:
            # Nothing was begun here: somebody else may do it.
            self.requeue_message(call.message)
        elif not self._asks(call):
            self._commands.take(call)
        elif not self._questions.take(call):
            self._count(call, "busy")
            self._answer(call.message, {"fault": {"retryable": True, "code": "too_many_questions"}})

    def finish(self) -> None:
        """Returns once every call that was taken is answered."""
        self._commands.finish()
        self._questions.finish()

    def _asks(self, call: Call) -> bool:
        """Whether it is a question, not a command."""
        contract = getattr(getattr(self.container.service_cls, call.method), "__zhida_contract__", None)
        return contract is not None and issubclass(contract, Query)

    def _count(self, call: Call, outcome: str) -> None:
        counter = QUERIES if self._asks(call) else COMMANDS
        counter.labels(self.container.service_name, call.method, outcome).inc()

    def _carry_out(self, call: Call) -> None:
        if call.abandoned:
            # As it would have ended in the queue.
            self._count(call, "abandoned")
            self.queue_consumer.ack_message(call.message)
            return
        if self._service is None:
            self._service = service_of(self.container)
        result = exc_info = None
        try:
            entrypoint = getattr(self._service, call.method)
            result = entrypoint(call.envelope, call.traceparent, call.redelivered, call.expires_at)
        except Exception:
            log.exception("entrypoint failed", method=call.method)
            exc_info = sys.exc_info()
        self.handle_result(call.message, result, exc_info)

    def handle_result(self, message: kombu.Message, result: Any, exc_info: Any) -> tuple[Any, Any]:
        # Our handlers answer every fault themselves; what nameko reports here (unknown method, wrong
        # arguments) is told without its insides.
        self._answer(message, {"fault": {"retryable": False}} if exc_info else result)
        return result, exc_info

    def _sent_elsewhere(self, message: kombu.Message) -> str | None:
        """Only the gateway may send under our key. RabbitMQ 3 does not ask about further ones (header CC), by which
        anybody's message may come here under theirs."""
        key = message.delivery_info.get("routing_key", "")
        if message.delivery_info.get("exchange") == RPC_EXCHANGE and not key.startswith(
            f"{self.container.service_name}."
        ):
            return f"RPC message that was sent to {key}"
        return None

    def _answer(self, message: kombu.Message, result: Any) -> None:
        self.replies.send(message, {"result": result, "error": None})
        self.queue_consumer.ack_message(message)

    @staticmethod
    def _malformed(body: Any, message: kombu.Message) -> str | None:
        if not message.properties.get("reply_to"):
            return "RPC message without reply_to"
        if not isinstance(body, dict) or not isinstance(body.get("args"), list) or len(body["args"]) != 1:
            return "RPC message whose body is not {args: [envelope], kwargs: {}}"
        return None


def answers_calls(container: Any) -> bool:
    """Whether this process has the role `rpc`."""
    return "rpc" in container.config["frame"].settings.roles


class FrameRpc(Rpc):
    """An RPC entrypoint that continues the caller's trace, and is only there in processes with role `rpc`."""

    rpc_consumer = GuardedRpcConsumer()

    def setup(self) -> None:
        if answers_calls(self.container):
            super().setup()

    def stop(self) -> None:
        if answers_calls(self.container):
            super().stop()
            self.rpc_consumer.finish()

    def handle_message(self, body: Any, message: kombu.Message) -> None:
        traceparent = message.headers.get(TRACEPARENT_HEADER)
        redelivered = bool(message.delivery_info.get("redelivered"))
        call = Call(message, self.method_name, body["args"][0], traceparent, redelivered, _expiry(message))
        self.rpc_consumer.take(call)


def _expiry(message: kombu.Message) -> float | None:
    """When the caller gives up, at the latest: its patience is a span of time, and it may have waited in the queue."""
    patience = str(message.properties.get("expiration") or "")
    return time.monotonic() + int(patience) / 1000 if is_digits(patience, 18) else None


def service_of(container: Any) -> Any:
    """A service object for the frame's loops, with its dependencies, outside nameko's worker pool."""
    service = container.service_cls()
    for dependency in container.dependencies:
        setattr(service, dependency.attr_name, dependency.get_dependency(None))
    return service
