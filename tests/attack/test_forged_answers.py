"""An answer counts from the service that was asked and from no other, whatever it guesses."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import amqp
import pytest
from broker_hands import Hand

from chassis.events.broker import connect
from chassis.events.topology import RPC_EXCHANGE, rpc_queue
from console.servers.rabbitmq import AmqpAddress, RabbitMQ
from gateway.bus_connection import open_connection

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": True}


@pytest.fixture
def urls(rabbitmq: RabbitMQ, amqp_url: str) -> Mapping[str, str]:
    with connect(amqp_url) as connection:
        connection.channel().queue_purge(rpc_queue("treasury"))
    return rabbitmq.identities(AmqpAddress(amqp_url))


def call_of(url: str) -> amqp.Message:
    """The call that waits for treasury."""
    with connect(url) as connection:
        taken: list[amqp.Message] = []
        channel = connection.channel()
        channel.basic_consume(rpc_queue("treasury"), callback=taken.append, no_ack=True)
        while not taken:
            connection.drain_events(timeout=5)
    return taken[0]


async def test_another_services_answer_is_thrown_away_and_the_right_one_is_taken(urls: Mapping[str, str]) -> None:
    answers: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
    gateway = await open_connection(
        urls["gateway"], lambda number, body: answers.put_nowait((number, body)), lambda *_: None
    )
    gateway.publish("treasury.get_pool", b"{}", correlation_id="7", lives_ms=10_000, traceparent=None)
    call = await asyncio.to_thread(call_of, urls["treasury"])
    reply_to, number = call.properties["reply_to"], call.properties["correlation_id"]
    listening, asked = reply_to.split(".")
    assert asked == "treasury"

    def answer(name: str, key: str, said: bytes) -> bool:
        hand = Hand(urls[name])
        try:
            return hand.may_publish(RPC_EXCHANGE, key, said, correlation_id=number)
        finally:
            hand.close()

    assert not await asyncio.to_thread(answer, "notify", reply_to, b"forged")
    assert await asyncio.to_thread(answer, "notify", f"{listening}.notify", b"forged")
    assert await asyncio.to_thread(answer, "treasury", reply_to, b"true")
    assert await asyncio.wait_for(answers.get(), 10) == ("7", b"true")
    assert answers.empty()
    await gateway.close()
