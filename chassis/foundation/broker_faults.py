"""What talking to the broker may raise when the broker, or the way to it, fails."""

from __future__ import annotations

import amqp


class PublishFailed(Exception):
    """The broker did not take every message of a batch; the whole batch is published again."""


CONNECTION_ERRORS: tuple[type[BaseException], ...] = (OSError, amqp.AMQPError, PublishFailed)
"""To be waited out: they say nothing about any message."""
