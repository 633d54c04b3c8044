"""Which keys there are, what is sealed under each, and who holds it: nobody else is given it.

A process reads each of its keys from `ZHIDA_KEY_<NAME>`: 32 bytes in base64, "new,old" while a key is changed. It
refuses to start without one that it needs, and with one that it has no use for.
"""

from __future__ import annotations

from typing import NamedTuple

from contracts.message import ServiceName


class Key(NamedTuple):
    """`purposes` are those that a Cipher is asked with. A key that is not `shared` is another one for each holder."""

    purposes: tuple[str, ...]
    holders: tuple[ServiceName, ...]
    shared: bool = True


EVERYBODY: tuple[ServiceName, ...] = ("gateway", "catalog", "intake", "review", "treasury", "notify", "oversight")

KEYS: dict[str, Key] = {
    # What came of a command, for whoever sends it again: read by nobody but its owner.
    "RESULTS": Key(("command_result",), EVERYBODY, shared=False),
    # Mobile numbers: of enterprises from the catalogue, of persons from the gateway; notify sends to both.
    "CONTACTS": Key(("contact",), ("gateway", "catalog", "notify")),
    # Bank accounts: sealed where they are named, opened where they are paid.
    "ACCOUNTS": Key(("payee_account",), ("catalog", "treasury")),
    # Resident ids of receivers: sealed, and the digests by which the same person is found again.
    "HOLDERS": Key(("holder_identity",), ("catalog",)),
    "QUERY_CODES": Key(("query_code",), ("intake",)),
    # By which a code fits its receipt: made where both are given out, compared where tracking is asked for.
    "QUERY_CODE_DIGESTS": Key(("query_code_digest",), ("intake", "oversight")),
    # What departments' own systems and review sign with.
    "DEPARTMENT_SYSTEMS": Key(("department_system_secret",), ("review",)),
    # Who objects to a public notice, and the code by which they ask what came of it: for the department that answers.
    "OBJECTORS": Key(("objector", "objection_code"), ("review",)),
    # Whom a person is known by: resident ids and issuers' subjects, and the digests that they are found by.
    "PERSONS": Key(("resident_id", "issuer_subject"), ("gateway",)),
    "SIGN_IN": Key(
        (
            "totp_secret",
            "totp_offer",
            "issuer_secret",
            "pkce_verifier",
            "csrf",
            "kept_form",
            "credential",
            "invitation",
            "own_writes",
        ),
        ("gateway",),
    ),
}

LEGACY = "LEGACY"
"""The one key of all, up to version 0.5. It opens what was sealed then, under every purpose that its holder has a key
for; it seals nothing. An installation that began later has none."""


def variable(key: str) -> str:
    """Where a process finds it."""
    return f"ZHIDA_KEY_{key}"


def keys_of(service: str) -> tuple[str, ...]:
    """The keys that `service` needs, in a stable order."""
    return tuple(name for name, key in KEYS.items() if service in key.holders)
