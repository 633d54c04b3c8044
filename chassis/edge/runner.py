"""`python -m chassis.edge.runner SERVICE [--roles rpc,events,relay,timers]`: one service as one process."""

from __future__ import annotations

import os

# Before anything else is imported: green sockets and threads, and psycopg waiting through `select`, which
# eventlet makes green (ten parallel pg_sleep(.2): 2.02 s without, 0.21 s with).
os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_select")

import eventlet

eventlet.monkey_patch()

import argparse
import errno
import functools
import gc
import signal
import socket
import sys
import time
from typing import Any

from eventlet import tpool
from nameko.constants import AMQP_SSL_CONFIG_KEY, AMQP_URI_CONFIG_KEY, HEARTBEAT_CONFIG_KEY, MAX_WORKERS_CONFIG_KEY
from nameko.runners import ServiceRunner

from chassis.edge.entrypoints import Service
from chassis.edge.frame import Frame
from chassis.edge.rooms import service_class
from chassis.events.broker import HEARTBEAT, connect
from chassis.events.topology import check_topology
from chassis.foundation.aside import go_aside_by
from chassis.foundation.broker_faults import CONNECTION_ERRORS
from chassis.foundation.broker_tls import kombu_tls
from chassis.foundation.settings import SettingMissing, Settings
from chassis.observability import telemetry

log = telemetry.get_logger(__name__)


def look_up_names_in_threads() -> None:
    """A name server that does not answer holds up only who asked: the system's resolver would block the hub."""
    socket.getaddrinfo = functools.partial(tpool.execute, socket.getaddrinfo)


def wait_is_green() -> bool:
    """Whether psycopg leaves the hub free while it waits."""
    import psycopg.waiting

    return psycopg.waiting.wait is psycopg.waiting.wait_select


def wait_for_broker(url: str, service: str) -> None:
    """Returns once all is there that `service` needs; waits for ever for a broker that is away or not provisioned."""
    while True:
        try:
            with connect(url) as connection:
                check_topology(connection, service)
            return
        except CONNECTION_ERRORS as error:
            log.warning("waiting for the broker", error=str(error)[:600])
            time.sleep(1.0)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m chassis.edge.runner")
    parser.add_argument("service")
    parser.add_argument("--roles", help="rpc,events,relay,timers")
    arguments = parser.parse_args(argv)
    if arguments.roles:
        os.environ["ZHIDA_ROLES"] = arguments.roles
    try:
        settings = Settings.from_env(arguments.service)
    except SettingMissing as error:
        print(error, file=sys.stderr)
        return 2
    telemetry.configure(settings.service, settings.otlp_endpoint)
    look_up_names_in_threads()
    go_aside_by(tpool.execute)
    assert wait_is_green(), "PSYCOPG_WAIT_FUNC=wait_select must be set before psycopg is imported"
    frame = Frame(settings)
    frame.wait_for_database()
    wait_for_broker(settings.amqp_url, settings.service)
    return serve(service_class(settings.service), frame)


def settle_memory() -> None:
    """What is loaded by now stays to the end: the collector need not look through it again and again (docs/performance.md)."""
    gc.collect()
    gc.freeze()


def serve(service: type[Service], frame: Frame) -> int:
    """Run until SIGTERM or SIGINT; then finish what is in hand."""
    config: dict[str, Any] = {
        AMQP_URI_CONFIG_KEY: frame.settings.amqp_url,
        AMQP_SSL_CONFIG_KEY: kombu_tls(frame.settings.amqp_url) or False,
        HEARTBEAT_CONFIG_KEY: HEARTBEAT,
        MAX_WORKERS_CONFIG_KEY: frame.settings.rpc_workers,
        "frame": frame,
    }
    runner = ServiceRunner(config)
    runner.add_service(service)

    asked: list[int] = []

    def stop(number: int, _frame: Any) -> None:
        # Once: nameko's extensions wait for each other when they are stopped, and would do so twice.
        if not asked:
            eventlet.spawn_n(runner.stop)
        asked.append(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    runner.start()
    settle_memory()
    log.info("service started", service=frame.service, roles=",".join(frame.settings.roles))
    waiting = eventlet.spawn(runner.wait)
    while True:
        try:
            waiting.wait()
            break
        except OSError as error:
            # A signal interrupts the hub's wait; the stop that it asked for is under way.
            if error.errno != errno.EINTR:
                raise
    telemetry.shutdown()
    log.info("service stopped", service=frame.service)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
