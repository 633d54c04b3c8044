"""Keys for tests: the same at every run, another one for each purpose."""

from __future__ import annotations

import base64
import hashlib

from chassis.foundation.keyring import KeyRing
from contracts.keys import KEYS, keys_of, variable


def key_text(name: str) -> str:
    return base64.b64encode(hashlib.sha256(f"test-key-{name}".encode()).digest()).decode()


def key_ring(*names: str) -> KeyRing:
    """All keys, or these alone."""
    return KeyRing({name: key_text(name) for name in names or KEYS})


def key_environment(service: str) -> dict[str, str]:
    """What a process of `service` is given."""
    return {variable(name): key_text(name) for name in keys_of(service)}
