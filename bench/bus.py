"""`./zhida bench bus [--json FILE]`: one event hop, beside the same broker with nothing around it.

A hop: queue → inbox → effect → audit fact → outbox → relay with confirms → next queue, all of the frame on.
The floor: one process that publishes with windowed confirms and consumes with prefetch 400, each measured by
itself; a hop does both, so that `raw_per_s` is what one process could do with both in turn.

The floor's messages are one event each. A hop takes either such messages or, as in the running system, what a relay
makes of events that wait together; its own relay bundles what it sends in any case. All figures count events, and
`events_per_message` says how many of them a message that came out held.
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
from typing import NamedTuple

import amqp
import psycopg
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from bench.hop_service import DDL
from bench.surroundings import ROOT, Surroundings, report, surroundings
from chassis.events.broker import BUNDLE_TYPE, ConfirmedPublisher, Outgoing, connect
from chassis.events.bundles import Waiting, bundled
from chassis.events.consumer import delivered
from chassis.foundation.broker_faults import CONNECTION_ERRORS
from chassis.foundation.ids import event_id, new_id
from chassis.foundation.migrate import migrate
from console.servers.provision import Dsns, drop, provision
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


def as_from_a_relay(events: list[Outgoing]) -> list[Outgoing]:
    """What a relay would make of these, were they all in its outbox."""
    waiting = (
        Waiting(n, "", "disbursement", each.message_id, each.message_id, each.routing_key, each.body.decode())
        for n, each in enumerate(events)
    )
    return bundled(waiting)


@retry(retry=retry_if_exception_type(CONNECTION_ERRORS), wait=wait_fixed(2), stop=stop_after_delay(180), reraise=True)
def purge(url: str, *, keep: str = "") -> None:
    """A broker that has just been started may first have to go through what an interrupted run has left."""
    with connect(url) as connection:
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


class Drained(NamedTuple):
    """What was consumed, and the instants of the first message, which held `opening` events, and of the last."""

    events: int
    messages: int
    opening: int
    first: float
    last: float

    @property
    def per_s(self) -> float:
        """The first message was there before the watch ran."""
        return (self.events - self.opening) / (self.last - self.first)

    @property
    def events_per_message(self) -> float:
        return self.events / self.messages


def drain(url: str, queue: str, count: int, within: float = 300.0) -> Drained:
    """Consume `count` events with prefetch 400, acknowledging about every 200 of them."""
    seen: list[tuple[int, int]] = []
    events = unacked = 0
    first = 0.0
    with connect(url) as connection:
        channel = connection.channel()
        channel.basic_qos(0, WINDOW, False)
        channel.basic_consume(queue, callback=lambda message: seen.append((message.delivery_tag, events_in(message))))
        deadline = time.perf_counter() + within
        while events < count:
            known = len(seen)
            try:
                connection.drain_events(timeout=1)
            except TimeoutError:
                connection.heartbeat_check()
            new = sum(size for _, size in seen[known:])
            events, unacked = events + new, unacked + new
            if seen and not first:
                first = time.perf_counter()
            if unacked >= 200 or events >= count:
                channel.basic_ack(seen[-1][0], multiple=True)
                unacked = 0
            if time.perf_counter() > deadline:
                raise TimeoutError(f"{events} of {count} events in {within} s")
        return Drained(events, len(seen), seen[0][1], first, time.perf_counter())


def events_in(message: amqp.Message) -> int:
    """Costs next to nothing for a message that is one event: the floor is measured with it, too."""
    return len(delivered(message).parts) if message.properties["content_type"] == BUNDLE_TYPE else 1


@contextmanager
def hop_process(place: Surroundings, dsns: Dsns, batch: int) -> Iterator[None]:
    environment = os.environ | dsns.environment() | {
        "AMQP_URL": place.amqp_url, **place.keys("notify"), "ZHIDA_EVENT_BATCH": str(batch),
        "ZHIDA_EVENT_PREFETCH": str(2 * batch), "PYTHONPATH": str(ROOT), "ZHIDA_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "bench.hop_service"], env=environment, cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def hops(place: Surroundings, dsns: Dsns, *, count: int, batch: int, tenants: int, as_bundles: bool = False) -> Drained:
    """What came out, with `count` events waiting at the start: one in a message, or as a relay would send them."""
    purge(place.amqp_url)
    events = [settled_event(number, f"tenant{number % tenants}") for number in range(count)]
    fill(place.amqp_url, as_from_a_relay(events) if as_bundles else events)
    purge(place.amqp_url, keep=SOURCE)  # the same events went to the sink's queue as well
    with hop_process(place, dsns, batch):
        return drain(place.amqp_url, SINK, count)


def raw_rates(place: Surroundings, count: int) -> tuple[float, float]:
    """(published, consumed) a second by one process, one after the other."""
    purge(place.amqp_url)
    published = fill(place.amqp_url, [settled_event(number, "tenant0") for number in range(count)])
    return published, drain(place.amqp_url, SOURCE, count).per_s


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
    parser.add_argument("--count", type=int, default=12_000, help="每项事件数 events per measurement")
    arguments = parser.parse_args(argv)
    with surroundings() as place:
        dsns = prepared_database(place)
        before = raw_rates(place, arguments.count)
        batched = hops(place, dsns, count=arguments.count, batch=200, tenants=1)
        relayed = hops(place, dsns, count=arguments.count, batch=200, tenants=1, as_bundles=True)
        many = hops(place, dsns, count=arguments.count, batch=200, tenants=50).per_s
        single = hops(place, dsns, count=max(200, arguments.count // 10), batch=1, tenants=1).per_s
        after = raw_rates(place, arguments.count)
    published, consumed = (sum(pair) / 2 for pair in zip(before, after, strict=True))
    raw = 1 / (1 / published + 1 / consumed)
    batch = batched.per_s
    figures = {
        "hop_single_per_s": round(single), "hop_batch_per_s": round(batch), "hop_batch_50_tenants_per_s": round(many),
        "raw_per_s": round(raw), "batch_ratio": round(batch / raw, 3), "raw_publish_per_s": round(published),
        "raw_consume_per_s": round(consumed), "tenants_ratio": round(many / batch, 3),
        "hop_bundled_per_s": round(relayed.per_s), "events_per_message": round(batched.events_per_message, 1),
    }  # fmt: skip
    report(
        "事件一跳 one event hop",
        [
            ("裸发布 raw publish", f"{published:,.0f}/s", "确认窗口 400，测量前后各一次取平均"),
            ("裸消费 raw consume", f"{consumed:,.0f}/s", "预取 400"),
            ("裸发布与消费 raw both", f"{raw:,.0f}/s", "同一进程先后做两件事"),
            ("逐条一跳 single", f"{single:,.0f}/s", "每条事件一个事务"),
            ("批量一跳 batch", f"{batch:,.0f}/s", f"每批 200；为裸速的 {batch / raw:.2f}（目标 ≥ 2,500/s 且 ≥ 0.15）"),
            ("批量，来者已合并 bundled", f"{relayed.per_s:,.0f}/s", "来的消息也是上游中继所合并的，如实际运行"),
            ("每条消息的事件 per message", f"{batched.events_per_message:.1f}", "发出的消息平均含几件；各行按事件计数"),
            ("批量，50 个租户", f"{many:,.0f}/s", f"为单租户的 {many / batch:.2f}（目标 ≥ 0.5）"),
        ],
        figures,
        arguments.json,
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
