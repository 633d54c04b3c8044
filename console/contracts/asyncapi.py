"""The AsyncAPI 3 document of the bus, made from `contracts.flow`: who says what, on which channel, and who hears it.

Every event is sent to the topic exchange under a routing key of its own; every consuming service receives from
one queue, bound to all events of each aggregate that it uses. AsyncAPI has no word for a message of several messages:
that several events of one channel may travel as one batch stands in the descriptions.
"""

from __future__ import annotations

import inspect
from typing import Any

from chassis.events.broker import BUNDLE_TYPE, EVENT_TYPE
from chassis.events.bundles import MOST_BYTES, MOST_EVENTS
from console.contracts.schemas import REFERENCE, types, within
from contracts.envelope import EventEnvelope
from contracts.flow import EXCHANGE, FLOW, QUEUES, aggregates_heard_by, binding_keys, routing_key
from contracts.message import Event, ServiceName

Json = dict[str, Any]

AMQP_BINDING = "0.3.0"
EXCHANGE_BINDING = {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False, "vhost": "/"}
BUNDLES = (
    f"同一路由键下一起等待发出的事件可合为一条消息（CloudEvents 批，content type {BUNDLE_TYPE}）：事件的 JSON 数组，最多"
    f" {MOST_EVENTS} 件、{MOST_BYTES // 1024} KiB。Events that wait together under one routing key may travel as one"
    f" message, a CloudEvents batch: a JSON array of at most {MOST_EVENTS} events and {MOST_BYTES // 1024} KiB."
)


def document() -> Json:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "直达 Zhida：事件 events",
            "version": "1",
            "description": "事件只向下游流动。Events flow downstream only: " + " → ".join(_order()) + "\n\n" + BUNDLES,
        },
        "defaultContentType": EVENT_TYPE,
        "servers": {
            "broker": {
                "host": "{host}:{port}",
                "protocol": "amqp",
                "protocolVersion": "0.9.1",
                "description": "RabbitMQ；地址取自 AMQP_URL。Its address is in AMQP_URL.",
                "variables": {"host": {"default": "localhost"}, "port": {"default": "5672"}},
            }
        },
        "channels": {
            **{event.__name__: _event_channel(event) for event in FLOW},
            **{name: _queue_channel(service, name) for service, name in QUEUES.items()},
        },
        "operations": {
            **{_sends(event): _send(event) for event in FLOW},
            **{f"{service}.receives": _receive(service, name) for service, name in QUEUES.items()},
        },
        "components": {"messages": {event.__name__: _message(event) for event in FLOW}, "schemas": _schemas()},
    }


def heard_by(service: ServiceName) -> list[type[Event]]:
    """Every event that arrives in the service's queue, whether or not it has a use for it."""
    heard = set(aggregates_heard_by(service))
    return [event for event, route in FLOW.items() if (route.producer, event.aggregate) in heard]


def _order() -> list[str]:
    return list(dict.fromkeys([*(route.producer for route in FLOW.values()), *QUEUES]))


def _event_channel(event: type[Event]) -> Json:
    return {
        "address": routing_key(event),
        "description": inspect.getdoc(event) if event.__doc__ else event.__name__,
        "servers": [{"$ref": "#/servers/broker"}],
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.__name__}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": EXCHANGE_BINDING, "bindingVersion": AMQP_BINDING}},
    }


def _queue_channel(service: ServiceName, name: str) -> Json:
    return {
        "address": name,
        "description": f"{service} 的队列：仲裁队列，单一活跃消费者。A quorum queue with a single active consumer."
        f" 消息是单个事件，或 {BUNDLE_TYPE}。A message is one event or a batch.",
        "servers": [{"$ref": "#/servers/broker"}],
        "messages": {
            event.__name__: {"$ref": f"#/components/messages/{event.__name__}"} for event in heard_by(service)
        },
        "bindings": {
            "amqp": {
                "is": "queue",
                "queue": {"name": name, "durable": True, "exclusive": False, "autoDelete": False, "vhost": "/"},
                "bindingVersion": AMQP_BINDING,
            }
        },
        "x-bindings": {"exchange": EXCHANGE, "routingKeys": list(binding_keys(service))},
    }


def _sends(event: type[Event]) -> str:
    return f"{FLOW[event].producer}.sends.{event.__name__}"


def _send(event: type[Event]) -> Json:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{event.__name__}"},
        "summary": f"{FLOW[event].producer} → {', '.join(FLOW[event].consumers)}",
        "messages": [{"$ref": f"#/channels/{event.__name__}/messages/{event.__name__}"}],
        "bindings": {"amqp": {"deliveryMode": 2, "mandatory": True, "bindingVersion": AMQP_BINDING}},
    }


def _receive(service: ServiceName, name: str) -> Json:
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{name}"},
        "summary": f"{service} 至少收到一次，按事件编号去重。At least once; told apart by the event's id.",
        "messages": [{"$ref": f"#/channels/{name}/messages/{event.__name__}"} for event in heard_by(service)],
        "bindings": {"amqp": {"ack": True, "bindingVersion": AMQP_BINDING}},
    }


def _message(event: type[Event]) -> Json:
    producer = FLOW[event].producer
    said = {
        "source": {"const": f"/zhida/{producer}"},
        "type": {"const": f"zhida.{producer}.{event.__name__}"},
        "aggregatetype": {"const": event.aggregate},
        "dataversion": {"const": event.version},
        "data": {"$ref": f"#/components/schemas/{event.__name__}"},
    }
    return {
        "name": event.__name__,
        "title": event.__name__,
        "contentType": EVENT_TYPE,
        "payload": {"allOf": [{"$ref": "#/components/schemas/EventEnvelope"}, {"type": "object", "properties": said}]},
    }


def _schemas() -> Json:
    found = within(types(), EventEnvelope.__name__, *(event.__name__ for event in FLOW))
    return {name: _in_asyncapi(schema) for name, schema in found.items()}


def _in_asyncapi(schema: Any) -> Any:
    """AsyncAPI's `discriminator` is a property's name; pydantic writes OpenAPI's, which has a mapping too."""
    if isinstance(schema, list):
        return [_in_asyncapi(each) for each in schema]
    if isinstance(schema, str):
        return schema.replace(REFERENCE, "#/components/schemas/") if schema.startswith(REFERENCE) else schema
    if not isinstance(schema, dict):
        return schema
    return {
        name: each["propertyName"] if name == "discriminator" and "propertyName" in each else _in_asyncapi(each)
        for name, each in schema.items()
    }
