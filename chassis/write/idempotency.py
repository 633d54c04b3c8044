"""One command, one execution: the result of every command is kept under its idempotency key.

The id is held by a transaction-scoped advisory lock while the command runs, so that a second copy is told
"in progress" at once and a crash leaves nothing behind. The result is written in the command's own
transaction; a refusal in a transaction of its own, a fault not at all.

A result is sealed: it repeats what its owner keeps sealed or masked elsewhere (a query code, a name).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import orjson

from chassis.foundation.secrecy import Cipher
from contracts.envelope import CommandEnvelope
from contracts.refusal import CommandInProgress, IdempotencyKeyReused

Wire = dict[str, Any]

PURPOSE = "command_result"


class Earlier(Protocol):
    """What the database says of a command's key when the transaction begins (`begin_command`).

    `held`: the key is ours until the transaction ends. `name` is None if nothing was carried out under it yet.
    """

    @property
    def held(self) -> bool: ...
    @property
    def name(self) -> str | None: ...
    @property
    def body_hash(self) -> str: ...
    @property
    def result(self) -> Wire: ...


def earlier_result(earlier: Earlier, envelope: CommandEnvelope, cipher: Cipher) -> Wire | None:
    """Returns the stored result if the command was carried out before.

    Raises CommandInProgress while another copy runs, IdempotencyKeyReused for the same id with another body.
    """
    if not earlier.held:
        raise CommandInProgress()
    if earlier.name is None:
        return None
    if earlier.name != envelope.name or earlier.body_hash != envelope.body_hash:
        raise IdempotencyKeyReused()
    kept = earlier.result
    if "sealed" in kept:
        kept = orjson.loads(cipher.open(kept["sealed"], purpose=PURPOSE, tenant=envelope.tenant))
    return kept


INSERT_RESULT = (
    "INSERT INTO idempotency_record (tenant, key, name, body_hash, actor, result, finished_at)"
    " VALUES (:record_tenant, :record_key, :record_name, :body_hash, :actor, CAST(:result AS jsonb), :finished_at)"
)


def result_parameter(envelope: CommandEnvelope, result: Wire, cipher: Cipher, at: datetime) -> dict[str, Any]:
    """What INSERT_RESULT takes to remember what came of the command."""
    kept = orjson.dumps(result).decode()
    if "ok" in result:
        kept = orjson.dumps({"sealed": cipher.seal(kept, purpose=PURPOSE, tenant=envelope.tenant)}).decode()
    return {
        "record_tenant": envelope.tenant,
        "record_key": envelope.idempotency_key,
        "record_name": envelope.name,
        "body_hash": envelope.body_hash,
        "actor": envelope.actor.id,
        "result": kept,
        "finished_at": at,
    }
