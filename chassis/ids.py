"""Identifiers."""

from __future__ import annotations

import os
import secrets
import time
import uuid

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """A UUIDv7 (RFC 9562): sorted by time, so that new rows land at the end of an index."""
    millis = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (millis << 80) | random
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))


def operation_id(tenant: str, client: str, route: str, key: str) -> str:
    """The same order from the same client has the same id: UUIDv5(tenant, client, route, key)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "\x1f".join(("zhida", tenant, client, route, key))))


def event_id(aggregate_type: str, aggregate_id: str, sequence: int) -> str:
    """An event's id follows from what it is, so that an event recomputed is the same event."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{aggregate_type}\x1f{aggregate_id}\x1f{sequence}"))


def random_code(length: int) -> str:
    """`length` characters of Crockford's base 32 (no I, L, O, U), 5 bits of chance each."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))
