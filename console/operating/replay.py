"""`./zhida replay`: what was said before, told again to one consumer, from the stores of those who said it.

A consumer that newly hears something is told by itself, by every producer's own process (chassis/events/replay.py); this
is for having it done in front of one, and for a consumer that has lost what it had heard.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Mapping

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from chassis.events.hearing import Hearing, ask, due
from chassis.events.replay import Replayer
from chassis.foundation.broker_faults import CONNECTION_ERRORS
from chassis.foundation.database import connect_engine
from chassis.keeping.chunks import ChunkBroken
from chassis.keeping.event_log import broken_chunks, last_position
from console.cluster.cluster import Cluster
from console.operating.checks.addresses import Addresses
from console.refusal import CommandRefusal
from contracts.flow import ORDER, SERVICES, aggregates_heard_by
from contracts.message import ServiceName

LOOK_S = 0.5


def main(argv: list[str]) -> int:
    """Returns 0 once all has been told, 1 for a broken log. Refuses what nobody says or hears, and where nothing was
    ever started."""
    parser = argparse.ArgumentParser(
        prog="./zhida replay", description="向一个服务重放历史事件;不带 --to 则列出待重放的 · tell a consumer again"
    )
    parser.add_argument("--to", metavar="CONSUMER", help=f"听者:{'、'.join(SERVICES)} · who is told")
    parser.add_argument("--aggregate", metavar="TYPE", help="只重放一种对象,如 enterprise · one aggregate type only")
    parser.add_argument(
        "--from",
        dest="producer",
        metavar="PRODUCER",
        help="只从一个来源;在容器内运行时必填,用该服务自己的环境变量 · one producer only, in its container",
    )
    parser.add_argument(
        "--check", action="store_true", help="逐段核对事件日志的哈希 · check the event logs by their hashes"
    )
    options = parser.parse_args(argv)
    console = Console()
    if options.check:
        return _check(Addresses.of(Cluster()), console)
    if options.to is None:
        _list(waiting(Addresses.of(Cluster())), console)
        return 0
    wanted = heard(options.to, options.aggregate, options.producer)
    for producer, types in wanted.items():
        database, broker = _addresses(producer, given=options.producer is not None)
        tell(producer, options.to, types, database, broker, console)
    return 0


def heard(consumer: str, aggregate: str | None, producer: str | None) -> dict[ServiceName, list[str]]:
    """Producer → aggregate types to be told, upstream first. Refuses, saying what there is."""
    if consumer not in SERVICES:
        raise CommandRefusal(
            f"没有听者 {consumer};有:{'、'.join(SERVICES)}。", f"Nobody called {consumer} hears any events."
        )
    found: dict[ServiceName, list[str]] = {}
    for said_by, aggregate_type in sorted(aggregates_heard_by(consumer), key=lambda pair: ORDER.index(pair[0])):
        if aggregate in (None, aggregate_type) and producer in (None, said_by):
            found.setdefault(said_by, []).append(aggregate_type)
    if not found:
        if consumer == producer or (aggregate, consumer) in _said_by_itself(consumer):
            raise CommandRefusal(
                f"{consumer} 自己就是来源:自己说的事件不用重放给自己。",
                f"{consumer} says it itself: it hears none of it.",
            )
        known = "、".join(f"{aggregate_type}({said_by})" for said_by, aggregate_type in aggregates_heard_by(consumer))
        raise CommandRefusal(f"{consumer} 不听这些事件;它听:{known}。", f"{consumer} hears none of that.")
    return found


def _said_by_itself(consumer: str) -> set[tuple[str, str]]:
    return {
        (aggregate_type, said_by)
        for other in SERVICES
        for said_by, aggregate_type in aggregates_heard_by(other)
        if said_by == consumer
    }


def tell(
    producer: ServiceName, consumer: ServiceName, types: list[str], database: str, broker: str, console: Console
) -> int:
    """Tell all of it, however long the consumer takes; returns how many events. Ended in the middle, it goes on from there."""
    engine = connect_engine(database, size=2, name=f"zhida-replay-{producer}")
    replayer = Replayer(producer, engine, engine, broker)
    events = cleared = 0
    try:
        ask(engine, consumer, types)
        with Progress(console=console, transient=True) as bar:
            task = bar.add_task(f"{producer} → {consumer}", total=None)
            while left := _left(replayer.remaining(), consumer, types):
                told = replayer.tell()
                events, cleared = events + told.events, cleared + told.cleared
                bar.update(
                    task, total=max(each.upto or 0 for each in left), completed=min(each.cursor for each in left)
                )
                if told.waits:
                    bar.update(task, description=f"{producer} → {consumer}:等它处理已收到的")
                    time.sleep(LOOK_S)
    except CONNECTION_ERRORS as error:
        raise CommandRefusal(
            f"消息服务没有应答,已停在断点;恢复后再运行一次即可继续:{error}", "The broker does not answer; run it again."
        ) from error
    except ChunkBroken as error:
        raise CommandRefusal(f"事件日志已损坏,不能重放:{error}", f"The event log is broken: {error}") from error
    finally:
        replayer.close()
        engine.dispose()
    console.print(f"{producer} → {consumer}:已重放 {'、'.join(types)} 的 {events} 条事件。", markup=False)
    if cleared:
        console.print(
            f"其中 {cleared} 条已过保存期并清除,相应对象的后续事件会被搁置;见 ./zhida work。",
            style="yellow",
            markup=False,
        )
    return events


def _left(hearings: list[Hearing], consumer: str, types: list[str]) -> list[Hearing]:
    return [each for each in hearings if each.consumer == consumer and each.aggregate_type in types]


def _addresses(producer: str, *, given: bool, env: Mapping[str, str] = os.environ) -> tuple[str, str]:
    """(the frame's database, the broker) of the producer: of this container, or of the local cluster."""
    if given and env.get("FRAME_DATABASE_URL") and env.get("AMQP_URL"):
        return env["FRAME_DATABASE_URL"], env["AMQP_URL"]
    cluster = Cluster()
    return Addresses.of(cluster).databases[producer].frame, cluster.rabbitmq.address().url


def waiting(addresses: Addresses) -> list[tuple[str, Hearing]]:
    """(producer, what a consumer is still to be told of it), as far as anything was ever said."""
    found = []
    for producer, dsns in addresses.databases.items():
        engine = connect_engine(dsns.frame, size=1, name="zhida-replay")
        try:
            with engine.connect() as connection:
                end = last_position(connection)
                found += [(producer, each) for each in due(connection) if each.cursor < (each.upto or end)]
        finally:
            engine.dispose()
    return found


def _list(pairs: list[tuple[str, Hearing]], console: Console) -> None:
    if not pairs:
        console.print("没有待重放的事件。(nothing is due)")
        return
    table = Table("来源", "听者", "对象", "已重放", "进度", title="待重放 · due")
    for producer, each in pairs:
        table.add_row(producer, each.consumer, each.aggregate_type, str(each.sent), f"{each.cursor}/{each.upto or '…'}")
    console.print(table)
    console.print("由各来源自行在后台重放,不用人工;要看着它完成:./zhida replay --to 听者")


def _check(addresses: Addresses, console: Console) -> int:
    problems = 0
    for producer, dsns in addresses.databases.items():
        engine = connect_engine(dsns.frame, size=1, name="zhida-replay")
        try:
            for problem in broken_chunks(engine):
                problems += 1
                console.print(f"✗ {producer}:{problem}", style="red", markup=False)
        finally:
            engine.dispose()
    console.print("事件日志完好。(the event logs are whole)" if not problems else "请从备份恢复这些段,再重放。")
    return 1 if problems else 0
