"""One order, one execution: the result of every command is kept under its operation id.

The id is held by a transaction-scoped advisory lock while the command runs, so that a second copy is told
"in progress" at once and a crash leaves nothing behind. The result is written in the command's own
transaction; a refusal in a transaction of its own, a fault not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from contracts.envelope import CommandEnvelope
from contracts.refusal import OperationInProgress, OperationKeyReused

if TYPE_CHECKING:
    from chassis.uow import UnitOfWork

Wire = dict[str, Any]


def earlier_result(uow: UnitOfWork, envelope: CommandEnvelope) -> Wire | None:
    """Claim the operation id; returns the stored result if the order was carried out before.

    Raises OperationInProgress while another copy runs, OperationKeyReused for the same id with another body.
    """
    claimed = uow.execute(
        "SELECT pg_try_advisory_xact_lock(hashtextextended(:key, 7203))",
        {"key": f"{envelope.tenant}/{envelope.operation_id}"},
    ).scalar_one()
    if not claimed:
        raise OperationInProgress()
    # A statement of its own: its snapshot must be younger than the lock.
    row = uow.execute(
        "SELECT name, body_hash, result FROM operation WHERE tenant = :tenant AND operation_id = :id",
        {"tenant": envelope.tenant, "id": envelope.operation_id},
    ).first()
    if row is None:
        return None
    if row.name != envelope.name or row.body_hash != envelope.body_hash:
        raise OperationKeyReused()
    result: Wire = row.result
    return result


def keep_result(uow: UnitOfWork, envelope: CommandEnvelope, result: Wire) -> None:
    """Remember what came of it, in the caller's transaction."""
    uow.execute(
        "INSERT INTO operation (tenant, operation_id, name, body_hash, actor, result, finished_at)"
        " VALUES (:tenant, :id, :name, :body_hash, :actor, CAST(:result AS jsonb), :at)",
        {
            "tenant": envelope.tenant,
            "id": envelope.operation_id,
            "name": envelope.name,
            "body_hash": envelope.body_hash,
            "actor": envelope.actor.id,
            "result": orjson.dumps(result).decode(),
            "at": uow.now,
        },
    )
