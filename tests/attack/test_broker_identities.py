"""What each process can do on the broker with its own credentials: its own work, and nothing in anybody's name."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping

import amqp
import pytest
from broker_hands import Hand

from chassis.events.topology import AGAIN, EXCHANGES, RPC_EXCHANGE, marker, queues, rpc_queue
from console.servers.broker_topology import OPERATOR, USERS
from console.servers.rabbitmq import AmqpAddress, RabbitMQ
from contracts.flow import EXCHANGE, FLOW, QUEUES, SERVICES, routing_key
from contracts.message import Command, snake_case
from tests.architecture.entrypoints import service_classes, taken_by

GATEWAY = "gateway"
EVENTS = sorted({routing_key(event) for event in FLOW})


@pytest.fixture(scope="module")
def hands(rabbitmq: RabbitMQ, amqp_url: str) -> Iterator[Mapping[str, Hand]]:
    urls = rabbitmq.identities(AmqpAddress(amqp_url))
    hands = {name: Hand(urls[name]) for name in USERS}
    yield hands
    for hand in hands.values():
        hand.close()


def calls() -> dict[str, list[str]]:
    """Service → the routing key of each of its commands, from its entrypoints."""
    return {
        name: sorted(
            f"{name}.{snake_case(contract.__name__)}"
            for contract, _answer in taken_by(service)
            if issubclass(contract, Command)
        )
        for name, service in service_classes().items()
    }


def commanders(hands: Mapping[str, Hand], keys: list[str]) -> set[str]:
    return {name for name, hand in hands.items() for key in keys if hand.may_publish(RPC_EXCHANGE, key)}


def test_nobody_but_the_gateway_commands_a_service(hands: Mapping[str, Hand]) -> None:
    assert commanders(hands, [keys[0] for keys in calls().values()]) == {GATEWAY}


@pytest.mark.attack_only
def test_nobody_but_the_gateway_gives_any_command_there_is(hands: Mapping[str, Hand]) -> None:
    for service, keys in calls().items():
        assert commanders(hands, keys) == {GATEWAY}, service
        assert all(hands[GATEWAY].may_publish(RPC_EXCHANGE, key) for key in keys), service


def test_notify_can_neither_command_treasury_nor_publish_as_review(hands: Mapping[str, Hand]) -> None:
    notify = hands["notify"]
    assert notify.may_publish(EXCHANGE, "notify.message.MessageDelivered")
    assert not notify.may_publish(RPC_EXCHANGE, "treasury.authorise_disbursement")
    assert not notify.may_publish(EXCHANGE, "review.case.CaseApproved")
    assert not notify.may_publish("", rpc_queue("treasury"))
    assert not notify.may_publish("", QUEUES["treasury"])
    assert not notify.may_publish(AGAIN, QUEUES["treasury"])
    assert not notify.may_publish(AGAIN, rpc_queue("treasury"))


def test_an_event_is_published_by_its_producer_and_by_nobody_else(hands: Mapping[str, Hand]) -> None:
    for key in EVENTS:
        publishers = {name for name, hand in hands.items() if hand.may_publish(EXCHANGE, key)}
        assert publishers == {key.partition(".")[0]}, key


def test_an_event_of_an_aggregate_that_nobody_has_is_published_by_nobody(hands: Mapping[str, Hand]) -> None:
    for name in SERVICES:
        for key in (f"{name}.other.Thing", f"{name}.case", f"{name}", "#", f"x{name}.case.CaseApproved", ""):
            assert not [who for who, hand in hands.items() if hand.may_publish(EXCHANGE, key)], key


def test_a_queue_is_read_by_its_service_and_by_nobody_else(hands: Mapping[str, Hand]) -> None:
    for service in SERVICES:
        for queue in (QUEUES[service], rpc_queue(service)):
            assert {name for name, hand in hands.items() if hand.may_consume(queue)} == {service}, queue
            assert {name for name, hand in hands.items() if hand.may(lambda c, q=queue: c.queue_purge(q))} == {service}


def test_a_message_is_put_into_a_queue_again_by_its_service_or_by_the_operator(hands: Mapping[str, Hand]) -> None:
    for service in SERVICES:
        for queue in (QUEUES[service], rpc_queue(service)):
            assert {name for name, hand in hands.items() if hand.may_publish(AGAIN, queue)} == {service, OPERATOR}


def test_nobody_writes_to_the_default_exchange_which_would_reach_every_queue(hands: Mapping[str, Hand]) -> None:
    for queue in queues():
        assert not [name for name, hand in hands.items() if hand.may_publish("", queue)]


def test_nobody_changes_the_topology(hands: Mapping[str, Hand]) -> None:
    queue, arguments = QUEUES["oversight"], queues()[QUEUES["oversight"]]
    changes = {
        "declare an exchange": lambda c: c.exchange_declare("mine", "topic", durable=True, auto_delete=False),
        "declare one that is there": lambda c: c.exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False),
        "delete an exchange": lambda c: c.exchange_delete(EXCHANGE),
        "write to the marker": lambda c: c.exchange_bind(marker(), EXCHANGE, "#"),
        "declare a queue": lambda c: c.queue_declare("mine"),
        "declare one without a name": lambda c: c.queue_declare("", exclusive=True),
        "declare an event queue": lambda c: c.queue_declare(
            queue, durable=True, auto_delete=False, arguments=arguments
        ),
        "delete a queue": lambda c: c.queue_delete(queue),
        "bind": lambda c: c.queue_bind(queue, EXCHANGE, "review.case.*"),
        "unbind": lambda c: c.queue_unbind(queue, EXCHANGE, "review.case.*"),
    }
    for what, change in changes.items():
        assert not [name for name, hand in hands.items() if hand.may(change)], what


def test_the_gateway_listens_for_answers_and_to_nothing_else(hands: Mapping[str, Hand]) -> None:
    def reply_queue(key: str, exchange: str = RPC_EXCHANGE) -> bool:
        def listen(channel: amqp.Channel) -> None:
            queue = f"rpc.reply-gateway-{uuid.uuid4()}"
            channel.queue_declare(queue, exclusive=True, auto_delete=True)
            channel.queue_bind(queue, exchange, key)

        return hands[GATEWAY].may(listen)

    assert reply_queue(f"{uuid.uuid4()}.*")
    for key in ("treasury.*", "#", "*.authorise_disbursement", "*.*"):
        assert not reply_queue(key), key
    assert not reply_queue("review.case.*", EXCHANGE)


def test_a_service_answers_in_its_own_name_alone(hands: Mapping[str, Hand]) -> None:
    key = uuid.uuid4()
    for service in SERVICES:
        answering = {name for name, hand in hands.items() if hand.may_publish(RPC_EXCHANGE, f"{key}.{service}")}
        assert answering == {service}


def test_none_is_an_administrator(rabbitmq: RabbitMQ) -> None:
    tagged = rabbitmq._private().evaluate(
        "[binary_to_list(proplists:get_value(user, U)) || U <- rabbit_auth_backend_internal:list_users(),"
        " proplists:get_value(tags, U) =/= []]"
    )
    assert tagged == '["zhida"]'


def test_every_exchange_that_routes_by_key_has_topic_permissions_for_everybody(
    rabbitmq: RabbitMQ, amqp_url: str
) -> None:
    # One without would be open to every key for whoever may write to the exchange at all.
    vhost = AmqpAddress(amqp_url).vhost
    for name in USERS:
        said = rabbitmq._private().evaluate(
            "[binary_to_list(proplists:get_value(exchange, P)) || P <- rabbit_auth_backend_internal:"
            f'list_user_vhost_topic_permissions(<<"zhida-{name}">>, <<"{vhost}">>)]'
        )
        assert all(f'"{exchange}"' in said for exchange in EXCHANGES), (name, said)
