"""Somebody's hand on the broker, with the credentials of one process: what the broker lets it do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import amqp

from chassis.events.broker import connect


class Hand:
    """One connection; each attempt has a channel of its own, since a refusal closes it."""

    def __init__(self, url: str) -> None:
        self._connection = connect(url)

    def close(self) -> None:
        self._connection.release()

    def may(self, act: Callable[[amqp.Channel], object]) -> bool:
        """Whether the broker lets us; an answer other than a refusal of access is a fault of the test."""
        channel: amqp.Channel = self._connection.channel()
        try:
            act(channel)
        except amqp.AccessRefused:
            return False
        channel.close()
        return True

    def may_publish(self, exchange: str, key: str, body: bytes = b"{}", **properties: Any) -> bool:
        """Whether a message was taken, confirmed; whether anybody got it is another matter."""

        def publish(channel: amqp.Channel) -> None:
            channel.confirm_select()
            channel.basic_publish_confirm(amqp.Message(body, **properties), exchange, key, confirm_timeout=10)

        return self.may(publish)

    def may_consume(self, queue: str) -> bool:
        def consume(channel: amqp.Channel) -> None:
            channel.basic_cancel(channel.basic_consume(queue, callback=lambda message: None))

        return self.may(consume)
