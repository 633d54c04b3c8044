"""The gateway's way to the services: nameko's RPC protocol, spoken asynchronously over one connection.

    bus = Bus(url)
    await bus.start()
    answer = await bus.call("intake", "submit_application", payload, timeout=5.0, traceparent=None)
    await bus.close()

A call never waits longer than its timeout, and never waits at all when the bus cannot take it. It costs one
future, one timer and one entry in a table. All of it belongs to one event loop.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import random
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from chassis.observability.telemetry import get_logger
from gateway.bus_connection import Connection, OnReply, OnUnroutable, open_connection
from gateway.places import NoPlace, Places, Urgency

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
_HEALTHY_AFTER_S = 10.0

Connect = Callable[[str, OnReply, OnUnroutable], Awaitable[Connection]]

log = get_logger(__name__)


class BusError(Exception):
    """A call to a service did not come to an answer. Never a refusal: those are answers."""


class OutcomeUnknown(BusError):
    """The request was sent and no answer came: it may or may not have been carried out.

    Safe to retry with the same idempotency key (HTTP 504 `outcome_unknown`).
    """


class QuestionUnanswered(BusError):
    """A question to which no answer came. It changed nothing: there is nothing to be repeated under the same key.

    HTTP 504 `no_answer`.
    """


class BusUnavailable(BusError):
    """The request was not sent: no connection, or as many calls in flight to the service as such a call allows.

    `retry_after` is in whole seconds, at least one (HTTP 503 with Retry-After).
    """

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ServiceUnavailable(BusError):
    """The broker knows no queue for this service: it has never run here. Nothing was carried out.

    A service that has run before and is down has its queue still; calls wait there until they expire.
    """


class BusFault(BusError):
    """The service's frame failed, or answered what is not an answer. For the log, never for the public."""


class Bus:
    """One gateway process's calls to all services.

    Connects in the background and for ever: exponential backoff with jitter, five seconds at most. When the
    connection drops, every pending call fails at once with OutcomeUnknown.
    """

    def __init__(self, url: str, *, places: Places | None = None, connect: Connect = open_connection) -> None:
        self._url = url
        self._places = places or Places()
        self._connect = connect
        self._connection: Connection | None = None
        self._connector: asyncio.Task[None] | None = None
        self._pending: dict[str, asyncio.Future[bytes]] = {}
        self._numbers = itertools.count(1)
        self._next_attempt = 0.0
        self._closing = False

    async def start(self) -> None:
        """Begin to connect, and return without waiting for it: `ready()` tells."""
        self._loop = asyncio.get_running_loop()
        self._connector = self._loop.create_task(self._stay_connected(), name="bus connector")

    def ready(self) -> bool:
        """Whether a call made now would be sent: connected, not blocked by the broker, not closing."""
        return self._connection is not None and self._connection.writable and not self._closing

    def ended_loops(self) -> list[str]:
        """Whether what keeps the connection is gone though nobody has closed the bus."""
        ended = self._connector is not None and self._connector.done() and not self._closing
        return ["bus connector"] if ended else []

    async def call(
        self,
        service: str,
        method: str,
        payload: dict[str, Any],
        *,
        timeout: float,
        traceparent: str | None = None,
        urgency: Urgency = Urgency.ORDER,
    ) -> dict[str, Any]:
        """Call `service.method(payload)` and return its answer: `{"ok": …}`, `{"refused": …}` or `{"fault": …}`.

        `timeout` is the caller's remaining time in seconds; the request expires with it, so that nothing is
        begun for a caller who has gone. Raises OutcomeUnknown for an order and QuestionUnanswered for a question,
        BusUnavailable, ServiceUnavailable, BusFault.
        """
        connection = self._admit(timeout)
        try:
            with self._places.taken(service, urgency):
                return await self._sent(connection, f"{service}.{method}", payload, timeout, traceparent)
        except OutcomeUnknown as error:
            if urgency.orders:
                raise
            raise QuestionUnanswered(str(error)) from error
        except NoPlace as error:
            raise BusUnavailable(str(error), error.retry_after) from error

    async def _sent(
        self, connection: Connection, route: str, payload: dict[str, Any], timeout: float, traceparent: str | None
    ) -> dict[str, Any]:
        body = orjson.dumps({"args": [payload], "kwargs": {}})
        number = str(next(self._numbers))
        answer: asyncio.Future[bytes] = self._loop.create_future()
        self._pending[number] = answer
        deadline = self._loop.call_later(timeout, _give_up, answer, route, timeout)
        try:
            connection.publish(
                route, body, correlation_id=number, lives_ms=int(timeout * 1000), traceparent=traceparent
            )
            return _result(await answer, route)
        finally:
            deadline.cancel()
            del self._pending[number]

    async def close(self, grace: float = 10.0) -> None:
        """Take no more calls, wait `grace` seconds at most for those in flight, and disconnect."""
        self._closing = True
        if self._pending:
            await asyncio.wait(self._pending.values(), timeout=grace)
        if self._connector is not None:
            self._connector.cancel()
            await asyncio.wait({self._connector})
        self._fail_pending("the gateway is stopping")
        if self._connection is not None:
            await self._connection.close()

    def _admit(self, timeout: float) -> Connection:
        """The connection to use, or BusUnavailable: nothing is queued here that cannot be sent now."""
        if self._closing:
            raise BusUnavailable("the gateway is stopping", 1)
        if self._connection is None:
            pause = self._next_attempt - asyncio.get_running_loop().time()
            raise BusUnavailable("not connected to the message broker", max(1, math.ceil(pause)))
        if not self._connection.writable:
            raise BusUnavailable("the message broker accepts no messages", 1)
        if timeout <= 0:
            raise BusUnavailable("the caller's time had run out before the call was sent", 1)
        return self._connection

    async def _stay_connected(self) -> None:
        attempt = 0
        while True:
            attempt += 1
            try:
                connection = await self._connect(self._url, self._on_reply, self._on_unroutable)
            except Exception as error:  # whatever keeps us from the broker, we try again
                log.warning("bus connection failed", attempt=attempt, error=repr(error))
            else:
                log.info("bus connected", attempt=attempt)
                if await self._serve(connection) > _HEALTHY_AFTER_S:
                    attempt = 0
            pause = pause_after(attempt)
            self._next_attempt = self._loop.time() + pause
            await asyncio.sleep(pause)

    async def _serve(self, connection: Connection) -> float:
        """Use the connection until it closes; the seconds that it lasted."""
        began = self._loop.time()
        self._connection = connection
        reason = await asyncio.shield(connection.closed)  # or cancelling us would cancel it for `close`
        self._connection = None
        log.warning("bus connection lost", reason=reason, outcome_unknown=len(self._pending))
        self._fail_pending("the connection to the message broker was lost")
        return self._loop.time() - began

    def _on_reply(self, number: str, body: bytes) -> None:
        answer = self._pending.get(number)
        if answer is not None and not answer.done():  # else its caller has gone
            answer.set_result(body)

    def _on_unroutable(self, number: str, route: str) -> None:
        answer = self._pending.get(number)
        if answer is not None and not answer.done():
            answer.set_exception(ServiceUnavailable(f"no queue takes {route}"))

    def _fail_pending(self, why: str) -> None:
        for answer in self._pending.values():
            if not answer.done():
                answer.set_exception(OutcomeUnknown(why))


def pause_after(attempt: int) -> float:
    """Seconds to wait after the `attempt`-th failure in a row (from 0): doubling, the second half drawn."""
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(attempt, 10))
    return random.uniform(longest / 2, longest)


def _give_up(answer: asyncio.Future[bytes], route: str, timeout: float) -> None:
    if not answer.done():
        answer.set_exception(OutcomeUnknown(f"{route} did not answer within {timeout:.3f} s"))


def _result(body: bytes, route: str) -> dict[str, Any]:
    try:
        reply = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BusFault(f"{route} answered what is not JSON") from error
    if not isinstance(reply, dict):
        raise BusFault(f"{route} answered what is not a reply")
    if reply.get("error"):
        raise BusFault(f"{route} failed: {reply['error']}")
    result = reply.get("result")
    if not isinstance(result, dict):
        raise BusFault(f"{route} answered {type(result).__name__} instead of an object")
    return result
