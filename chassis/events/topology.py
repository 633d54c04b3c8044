"""What must be on the broker before anybody publishes or consumes: made by an administrator, only checked by us.

`console/servers/broker_topology.py` makes it, together with the users who may use it; no process of the house may
declare, bind or delete anything but the gateway its own queue for replies.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

import amqp
from kombu import Connection

from chassis.foundation.broker_faults import TopologyMissing
from contracts.flow import EXCHANGE, QUEUES, SERVICES, binding_keys
from contracts.message import ServiceName

AGAIN = "zhida.again"
"""Where a message is put back into one queue, under the queue's name. Not the default exchange: whoever may write to
that may write to every queue there is, for the broker asks about the exchange alone."""

RPC_EXCHANGE = "nameko-rpc"
"""nameko's exchange for requests and replies alike (nameko.rpc.get_rpc_exchange)."""

NO_DELIVERY_LIMIT = 2_000_000_000
"""RabbitMQ 4 drops a message after 20 deliveries unless told otherwise; 3.10 knows no "unlimited".
A crash loop must not lose the innocent messages that the consumer happened to hold: what is poison is
decided by us, message by message, and quarantined with a name."""

EVENT_QUEUE = {
    "x-queue-type": "quorum",
    "x-single-active-consumer": True,
    "x-delivery-limit": NO_DELIVERY_LIMIT,
}
"""One for each consuming service. Its single active consumer keeps order when replicas stand by."""


class Binding(NamedTuple):
    """What `exchange` hands to `queue`."""

    exchange: str
    queue: str
    key: str


EXCHANGES: dict[str, str] = {EXCHANGE: "topic", AGAIN: "topic", RPC_EXCHANGE: "topic"}
"""Exchange → type; all durable."""


def rpc_queue(service: ServiceName) -> str:
    """The queue of the calls to `service` (nameko.rpc.RPC_QUEUE_TEMPLATE)."""
    return f"rpc-{service}"


def queues() -> dict[str, dict[str, Any]]:
    """Every queue that outlives its consumer, with its arguments; all durable."""
    events = dict.fromkeys(QUEUES.values(), EVENT_QUEUE)
    return {**events, **{rpc_queue(service): {} for service in SERVICES}}


def bindings() -> list[Binding]:
    """All of them, in a stable order."""
    events = [Binding(EXCHANGE, name, key) for service, name in QUEUES.items() for key in binding_keys(service)]
    calls = [Binding(RPC_EXCHANGE, rpc_queue(service), f"{service}.*") for service in SERVICES]
    return [*events, *calls, *(Binding(AGAIN, name, name) for name in queues())]


def marker() -> str:
    """An exchange that nobody uses and whose name says which bindings are there: no client can ask for those.

    It is made last. That of an earlier version stays for the processes that still look for it: what it stands for
    is there still, since provisioning only adds.
    """
    said = json.dumps([EXCHANGES, queues(), bindings()], sort_keys=True)
    return f"zhida.topology.{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def check_topology(connection: Connection, service: str | None = None) -> None:
    """Returns if all is there that who publishes needs, and the queues of `service`; nothing is changed.

    Raises TopologyMissing, with everything that is missing and what to do, or what the broker raises.
    """
    own = [name for each in SERVICES if each == service for name in (QUEUES[each], rpc_queue(each))]
    missing = [name for name in EXCHANGES if not _there(connection, "exchange_declare", exchange=name, type="topic")]
    missing += [name for name in own if not _there(connection, "queue_declare", queue=name)]
    if not missing and not _there(connection, "exchange_declare", exchange=marker(), type="fanout"):
        missing = [f"本版本的绑定（{marker()}）"]
    if missing:
        raise TopologyMissing(
            f"消息服务上缺少：{'、'.join(missing)}。请由管理员运行 python -m console.servers.provision_broker"
            f" （本机用 ./zhida up），之后自动继续。The broker lacks {', '.join(missing)}: let its administrator provision it."
        )


def _there(connection: Connection, ask: str, **what: Any) -> bool:
    """Whether the broker knows it. On a channel of its own, which a no closes."""
    channel: amqp.Channel = connection.channel()
    try:
        getattr(channel, ask)(**what, passive=True)
    except amqp.NotFound:
        return False
    channel.close()
    return True
