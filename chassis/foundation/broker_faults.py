"""What talking to the broker may raise when the broker, or the way to it, fails."""

from __future__ import annotations

import amqp


class PublishFailed(Exception):
    """The broker did not take every message of a batch; the whole batch is published again."""


class TopologyMissing(ConnectionError):
    """An exchange, a queue or a binding is not there. The message, for an operator, says which and what to do.

    To be waited out like a broker that is away, by kombu's own loops too.
    """


CONNECTION_ERRORS: tuple[type[BaseException], ...] = (OSError, amqp.AMQPError, PublishFailed)
"""To be waited out: they say nothing about any message."""
