"""One order, one execution: the result of every command is kept under its operation id.

The id is held by a transaction-scoped advisory lock while the command runs, so that a second copy is told
"in progress" at once and a crash leaves nothing behind. The result is written in the command's own
transaction; a refusal in a transaction of its own, a fault not at all.

A result is sealed: it repeats what its owner keeps sealed or masked elsewhere (a query code, a name).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from chassis.foundation.secrecy import Cipher
from contracts.envelope import CommandEnvelope
from contracts.refusal import OperationInProgress, OperationKeyReused

if TYPE_CHECKING:
    from chassis.write.uow import UnitOfWork

Wire = dict[str, Any]

PURPOSE = "operation_result"


def earlier_result(uow: UnitOfWork, envelope: CommandEnvelope, cipher: Cipher) -> Wire | None:
    """Returns the stored result if the order was carried out before.

    Raises OperationInProgress while another copy runs, OperationKeyReused for the same id with another body.
    """
    row = uow.order
    assert row is not None, "this unit of work was not made for an order"
    if not row.held:
        raise OperationInProgress()
    if row.name is None:
        return None
    if row.name != envelope.name or row.body_hash != envelope.body_hash:
        raise OperationKeyReused()
    kept: Wire = row.result
    if "sealed" in kept:
        kept = orjson.loads(cipher.open(kept["sealed"], purpose=PURPOSE, tenant=envelope.tenant))
    return kept


INSERT_RESULT = (
    "INSERT INTO operation (tenant, operation_id, name, body_hash, actor, result, finished_at)"
    " VALUES (:operation_tenant, :operation_id, :operation_name, :body_hash, :actor, CAST(:result AS jsonb), :finished_at)"
)


def keep_result(uow: UnitOfWork, envelope: CommandEnvelope, result: Wire, cipher: Cipher) -> None:
    """Remember what came of it, in the caller's transaction."""
    kept = orjson.dumps(result).decode()
    if "ok" in result:
        kept = orjson.dumps({"sealed": cipher.seal(kept, purpose=PURPOSE, tenant=envelope.tenant)}).decode()
    uow.conclude(
        {
            "operation_tenant": envelope.tenant,
            "operation_id": envelope.operation_id,
            "operation_name": envelope.name,
            "body_hash": envelope.body_hash,
            "actor": envelope.actor.id,
            "result": kept,
            "finished_at": uow.now,
        }
    )
