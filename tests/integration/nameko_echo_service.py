"""A nameko service for the tests of the gateway's bus: `nameko_echo_service.py AMQP_URL NAME MAX_WORKERS`.

Prints `ready` when it takes calls, and ends when its standard input does, so that it never outlives a test.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402
from collections import defaultdict  # noqa: E402
from typing import ClassVar  # noqa: E402

from eventlet import tpool  # noqa: E402
from eventlet.event import Event  # noqa: E402
from nameko.containers import WorkerContext  # noqa: E402
from nameko.extensions import DependencyProvider  # noqa: E402
from nameko.rpc import rpc  # noqa: E402
from nameko.runners import ServiceRunner  # noqa: E402


class Headers(DependencyProvider):
    """What came with the call in `nameko.*` headers."""

    def get_dependency(self, worker_ctx: WorkerContext) -> dict[str, object]:
        return worker_ctx.context_data


class Echo:
    name = sys.argv[2]
    headers = Headers()
    begun: ClassVar[list[str]] = []
    gates: ClassVar[dict[str, Event]] = defaultdict(Event)

    @rpc
    def echo(self, payload: dict) -> dict:
        return {"ok": payload}

    @rpc
    def hold(self, payload: dict) -> dict:
        """Note the `word` and keep a worker busy until it is let go, `seconds` at most."""
        word = payload["word"]
        Echo.begun.append(word)
        Echo.gates[word].wait(timeout=payload["seconds"])
        return {"ok": word}

    @rpc
    def let_go(self, payload: dict) -> dict:
        Echo.gates[payload["word"]].send()
        return {"ok": None}

    @rpc
    def words_begun(self, payload: dict) -> dict:
        return {"ok": Echo.begun}

    @rpc
    def traceparent(self, payload: dict) -> dict:
        return {"ok": self.headers.get("traceparent")}

    @rpc
    def fail(self, payload: dict) -> dict:
        raise ArithmeticError("the ledger does not add up")

    @rpc
    def answer_nothing(self, payload: dict) -> None:
        return None


def main() -> None:
    runner = ServiceRunner({"AMQP_URI": sys.argv[1], "max_workers": int(sys.argv[3])})
    runner.add_service(Echo)
    runner.start()
    print("ready", flush=True)
    tpool.execute(sys.stdin.read)  # in a thread: reading a pipe would stop eventlet's hub
    runner.stop()


if __name__ == "__main__":
    main()
