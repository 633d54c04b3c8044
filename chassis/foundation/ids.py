"""Identifiers."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
import uuid

OID = uuid.NAMESPACE_OID.bytes
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """A UUIDv7 (RFC 9562): sorted by time, so that new rows land at the end of an index."""
    millis = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (millis << 80) | random
    return _written(value, 7)


def _written(value: int, version: int) -> str:
    """128 bits as a UUID of this version (RFC 9562) is written; `uuid.UUID` takes three times as long."""
    value = (value & ~(0xF << 76)) | (version << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def idempotency_key(tenant: str, client: str, route: str, key: str) -> str:
    """The same command from the same client has the same key: UUIDv5(tenant, client, route, key)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "\x1f".join(("zhida", tenant, client, route, key))))


def event_id(aggregate_type: str, aggregate_id: str, sequence: int) -> str:
    """An event's id follows from what it is, so that an event recomputed is the same event."""
    name = f"{aggregate_type}\x1f{aggregate_id}\x1f{sequence}".encode()
    digest = hashlib.sha1(OID + name, usedforsecurity=False).digest()  # UUIDv5(NAMESPACE_OID, name)
    return _written(int.from_bytes(digest[:16], "big"), 5)


def random_code(length: int) -> str:
    """`length` characters of Crockford's base 32 (no I, L, O, U), 5 bits of chance each."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))
