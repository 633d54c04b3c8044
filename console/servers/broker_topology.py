"""The whole bus as an administrator makes it: exchanges, queues, bindings, and who may use which of them.

| user | may write | may read |
|---|---|---|
| zhida-<service> | its own events; answers to the gateway, in its own name; into its own queues again | its own queues |
| zhida-gateway | its own events; calls to every service | its queues for replies, the only ones that anybody makes |
| zhida-operator | into a service's queue again (replay, redrive) | nothing |

None is an administrator. The broker asks by resource and, on topic exchanges, by routing key. It asks nothing about
the queue that the default exchange delivers to: therefore nobody may write to that.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

import amqp
from kombu import Connection

from chassis.events.topology import AGAIN, EXCHANGES, RPC_EXCHANGE, bindings, marker, queues, rpc_queue
from contracts.flow import EXCHANGE, FLOW, ORDER, QUEUES, SERVICES
from contracts.message import ServiceName

GATEWAY: ServiceName = "gateway"
OPERATOR = "operator"
USERS: tuple[str, ...] = (*ORDER, OPERATOR)
"""Who has a user of their own; one that runs beside its service, such as matching, never speaks to the broker."""

NOTHING = "^$"
REPLY_QUEUE = r"rpc\.reply-gateway-.*"
REPLY_KEY = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""`<id of one gateway connection>.<service>`: bound as `<id>.*`, written by that service alone. Until every gateway is of
0.6 or later, one may stand there that is bound to the id alone."""

Rights = dict[str, str]


def user_name(name: str) -> str:
    """What the user of a process is called on the broker: others may live there too."""
    return f"zhida-{name}"


def definitions(vhost: str, passwords: Mapping[str, str], users: Iterable[str] = USERS) -> dict[str, Any]:
    """All of it, as RabbitMQ imports it in one go (`rabbitmqctl import_definitions`, `POST /api/definitions`).

    `passwords` by name. To be imported again at any time: it adds and sets anew, and removes nothing.
    """
    at, wanted = {"vhost": vhost}, tuple(users)
    durable = {"durable": True, "auto_delete": False}
    exchanges = {**EXCHANGES, marker(): "fanout"}
    return {
        "vhosts": [{"name": vhost}],
        "users": [_user(name, passwords[name]) for name in wanted],
        "permissions": [{"user": user_name(name), **at, **permissions(name)} for name in wanted],
        "topic_permissions": [
            {"user": user_name(name), **at, "exchange": exchange, **rights}
            for name in wanted
            for exchange, rights in topic_permissions(name).items()
        ],
        "exchanges": [
            {"name": name, **at, "type": kind, **durable, "internal": False, "arguments": {}}
            for name, kind in exchanges.items()
        ],
        "queues": [{"name": name, **at, **durable, "arguments": arguments} for name, arguments in queues().items()],
        "bindings": [
            {
                "source": each.exchange,
                **at,
                "destination": each.queue,
                "destination_type": "queue",
                "routing_key": each.key,
                "arguments": {},
            }
            for each in bindings()
        ],
    }


def permissions(name: str) -> Rights:
    """Regular expressions over the names of exchanges and queues."""
    if name == GATEWAY:
        return {
            "configure": _one_of(REPLY_QUEUE),
            "write": _one_of(*map(re.escape, (EXCHANGE, RPC_EXCHANGE)), REPLY_QUEUE),
            "read": _one_of(re.escape(RPC_EXCHANGE), REPLY_QUEUE),
        }
    if name == OPERATOR:
        return {"configure": NOTHING, "write": _one_of(re.escape(AGAIN)), "read": NOTHING}
    written = [AGAIN, RPC_EXCHANGE, *([EXCHANGE] if _aggregates(name) else [])]
    return {
        "configure": NOTHING,
        "write": _one_of(*map(re.escape, written)),
        "read": _one_of(*map(re.escape, _queues_of(name))),
    }


def topic_permissions(name: str) -> dict[str, Rights]:
    """By exchange: regular expressions over routing keys. An exchange without any would be open to every key."""
    nothing = {"write": NOTHING, "read": NOTHING}
    own_events = {EXCHANGE: {**nothing, "write": _one_of(*_aggregates(name))}} if _aggregates(name) else {}
    rights = dict.fromkeys(EXCHANGES, nothing) | own_events
    if name == GATEWAY:
        calls = rf"({'|'.join(SERVICES)})\.[a-z0-9_]+"
        return {**rights, RPC_EXCHANGE: {"write": _one_of(calls), "read": _one_of(rf"{REPLY_KEY}\.\*")}}
    if name == OPERATOR:
        return {**rights, AGAIN: {**nothing, "write": _one_of(*map(re.escape, queues()))}}
    return {
        **rights,
        AGAIN: {**nothing, "write": _one_of(*map(re.escape, _queues_of(name)))},
        RPC_EXCHANGE: {**nothing, "write": _one_of(rf"{REPLY_KEY}(\.{name})?")},
    }


def declare_topology(connection: Connection) -> None:
    """The same without users, over AMQP, as somebody who may: for a broker that is not ours to administer."""
    channel: amqp.Channel = connection.channel()
    try:
        for name, kind in EXCHANGES.items():
            channel.exchange_declare(name, kind, durable=True, auto_delete=False)
        for name, arguments in queues().items():
            channel.queue_declare(name, durable=True, auto_delete=False, arguments=arguments)
        for each in bindings():
            channel.queue_bind(each.queue, each.exchange, each.key)
        channel.exchange_declare(marker(), "fanout", durable=True, auto_delete=False)
    finally:
        channel.close()


def _queues_of(name: str) -> list[str]:
    return [queue for each in SERVICES if each == name for queue in (QUEUES[each], rpc_queue(each))]


def _aggregates(name: str) -> list[str]:
    """What `name` may say, as patterns over routing keys, live or to one consumer again (`contracts.flow.replay_key`)."""
    said = {event.aggregate for event, route in FLOW.items() if route.producer == name}
    return [rf"{name}\.{aggregate}\.([A-Za-z]+|replay\.[a-z]+)" for aggregate in sorted(said)]


def _one_of(*patterns: str) -> str:
    return f"^({'|'.join(patterns)})$"


def _user(name: str, password: str) -> dict[str, Any]:
    """Without the password itself. The salt is drawn from it, so that importing it again changes nothing."""
    salt = hashlib.sha256(f"{name}\x1f{password}".encode()).digest()[:4]
    hashed = base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
    return {
        "name": user_name(name),
        "password_hash": hashed,
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": [],
    }
