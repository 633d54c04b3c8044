"""`./zhida bench bus [--json FILE]`: one event hop, beside the same broker with nothing around it.

A hop: queue → inbox → effect → audit fact → outbox → relay with confirms → next queue, all of the frame on.
The floor: one process that publishes with windowed confirms and consumes with prefetch 400, each measured by
itself; a hop does both, so that `raw_per_s` is what one process could do with both in turn.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg

from bench.hop_service import DDL
from bench.surroundings import DATA_KEY, ROOT, Surroundings, report, surroundings
from chassis.broker import ConfirmedPublisher, Outgoing, connect, declare_topology
from chassis.ids import event_id, new_id
from chassis.migrate import migrate
from console.provision import Dsns, drop, provision
from contracts.envelope import EventEnvelope
from contracts.flow import QUEUES, routing_key
from contracts.intake import Claim
from contracts.treasury import DisbursementSettled

WINDOW = 400
SETTLED = routing_key(DisbursementSettled)
SOURCE, SINK = QUEUES["notify"], QUEUES["oversight"]


def settled_event(number: int, tenant: str) -> Outgoing:
    """One settled payment as it lies on the wire, each of a disbursement of its own."""
    disbursement = new_id()
    now = datetime.now(UTC)
    claim = Claim(
        application_id=new_id(), receipt=f"ZG-20260310-{number:08d}", tenant=tenant, filed_in=tenant,
        enterprise_id=f"e{number}", enterprise_name=f"示例企业{number}", uscc="91360702MA35000001", item_id="item",
        item_version=1, item_title="首次入规工业企业奖励（示例）", mode="instant", department="工业和信息化局",
    )  # fmt: skip
    event = DisbursementSettled(
        disbursement_id=disbursement, case_id=new_id(), claim=claim, amount_fen=20_000_000, instruction_id=new_id(),
        bank_reference="r", account_masked="6222…1234", bank_name="示例银行", settled_at=now,
    )  # fmt: skip
    envelope = EventEnvelope(
        id=event_id("disbursement", disbursement, 1), source="/zhida/treasury", type="zhida.treasury.DisbursementSettled",
        subject=disbursement, time=now, tenant=tenant, origin=tenant, aggregatetype="disbursement", sequence=1,
        traceparent=f"00-{number + 1:032x}-{number + 1:016x}-01", data=event.model_dump(mode="json"),
    )  # fmt: skip
    return Outgoing(SETTLED, envelope.model_dump_json().encode(), envelope.id)


def purge(url: str, *, keep: str = "") -> None:
    with connect(url) as connection:
        declare_topology(connection)
        channel = connection.channel()
        for queue in QUEUES.values():
            if queue != keep:
                channel.queue_purge(queue)


def fill(url: str, messages: list[Outgoing]) -> float:
    """Publish with windowed confirms; returns messages a second."""
    with connect(url) as connection:
        publisher = ConfirmedPublisher(connection)
        began = time.perf_counter()
        for start in range(0, len(messages), WINDOW):
            publisher.publish(messages[start : start + WINDOW])
        return len(messages) / (time.perf_counter() - began)


def drain(url: str, queue: str, count: int, within: float = 300.0) -> tuple[float, float]:
    """Consume `count` messages with prefetch 400, acknowledging in batches; (instant of the first, of the last)."""
    seen: list[int] = []
    first = 0.0
    with connect(url) as connection:
        channel = connection.channel()
        channel.basic_qos(0, WINDOW, False)
        channel.basic_consume(queue, callback=lambda message: seen.append(message.delivery_tag))
        deadline = time.perf_counter() + within
        while len(seen) < count:
            try:
                connection.drain_events(timeout=1)
            except TimeoutError:
                connection.heartbeat_check()
            if seen and not first:
                first = time.perf_counter()
            if seen and (len(seen) % 200 == 0 or len(seen) >= count):
                channel.basic_ack(seen[-1], multiple=True)
            if time.perf_counter() > deadline:
                raise TimeoutError(f"{len(seen)} of {count} messages in {within} s")
        return first, time.perf_counter()


@contextmanager
def hop_process(place: Surroundings, dsns: Dsns, batch: int) -> Iterator[None]:
    environment = os.environ | dsns.environment() | {
        "AMQP_URL": place.amqp_url, "ZHIDA_DATA_KEY": DATA_KEY, "ZHIDA_EVENT_BATCH": str(batch),
        "ZHIDA_EVENT_PREFETCH": str(2 * batch), "PYTHONPATH": str(ROOT), "ZHIDA_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "bench.hop_service"], env=environment, cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def hop_rate(place: Surroundings, dsns: Dsns, *, count: int, batch: int, tenants: int) -> float:
    """Hops a second from the first message that came out to the last, with `count` waiting at the start."""
    purge(place.amqp_url)
    fill(place.amqp_url, [settled_event(number, f"tenant{number % tenants}") for number in range(count)])
    purge(place.amqp_url, keep=SOURCE)  # the same events went to the sink's queue as well
    with hop_process(place, dsns, batch):
        first, last = drain(place.amqp_url, SINK, count)
    return count / (last - first)


def raw_rates(place: Surroundings, count: int) -> tuple[float, float]:
    """(published, consumed) a second by one process, one after the other."""
    purge(place.amqp_url)
    published = fill(place.amqp_url, [settled_event(number, "tenant0") for number in range(count)])
    first, last = drain(place.amqp_url, SOURCE, count)
    return published, count / (last - first)


def prepared_database(place: Surroundings) -> Dsns:
    drop(place.admin, "zhida_notify")
    dsns = provision(place.admin, "notify")
    migrate("notify", dsns.owner)
    with psycopg.connect(dsns.owner.replace("+psycopg", "")) as connection:
        connection.execute(DDL)
    return dsns


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./zhida bench bus")
    parser.add_argument("--json")
    parser.add_argument("--count", type=int, default=12_000, help="每项消息数 messages per measurement")
    arguments = parser.parse_args(argv)
    with surroundings() as place:
        dsns = prepared_database(place)
        before = raw_rates(place, arguments.count)
        batch = hop_rate(place, dsns, count=arguments.count, batch=200, tenants=1)
        many = hop_rate(place, dsns, count=arguments.count, batch=200, tenants=50)
        single = hop_rate(place, dsns, count=max(200, arguments.count // 10), batch=1, tenants=1)
        after = raw_rates(place, arguments.count)
    published, consumed = (sum(pair) / 2 for pair in zip(before, after, strict=True))
    raw = 1 / (1 / published + 1 / consumed)
    figures = {
        "hop_single_per_s": round(single), "hop_batch_per_s": round(batch), "hop_batch_50_tenants_per_s": round(many),
        "raw_per_s": round(raw), "batch_ratio": round(batch / raw, 3), "raw_publish_per_s": round(published),
        "raw_consume_per_s": round(consumed), "tenants_ratio": round(many / batch, 3),
    }  # fmt: skip
    report(
        "事件一跳 one event hop",
        [
            ("裸发布 raw publish", f"{published:,.0f}/s", "确认窗口 400，测量前后各一次取平均"),
            ("裸消费 raw consume", f"{consumed:,.0f}/s", "预取 400"),
            ("裸发布与消费 raw both", f"{raw:,.0f}/s", "同一进程先后做两件事"),
            ("逐条一跳 single", f"{single:,.0f}/s", "每条事件一个事务"),
            ("批量一跳 batch", f"{batch:,.0f}/s", f"每批 200；为裸速的 {batch / raw:.2f}（目标 ≥ 2,500/s 且 ≥ 0.15）"),
            ("批量，50 个租户", f"{many:,.0f}/s", f"为单租户的 {many / batch:.2f}（目标 ≥ 0.5）"),
        ],
        figures,
        arguments.json,
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
