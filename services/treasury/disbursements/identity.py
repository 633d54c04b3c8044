"""What makes a disbursement the same one. Pure."""

from __future__ import annotations

import uuid

from contracts.message import TenantId


def disbursement_id(
    case_id: str, payer: TenantId, revision: int, instalment: int, attempt: int = 1, *, part: int = 1
) -> str:
    """The same share of an approval is the same disbursement, however often it arrives.

    The first receiver's is the one that it was when there was only one.
    """
    named = ("disbursement", case_id, payer, str(revision), str(instalment), str(attempt))
    key = "\x1f".join(named if part == 1 else (*named, f"part {part}"))
    return str(uuid.uuid5(uuid.NAMESPACE_OID, key))


def instruction_of(disbursement_id: str, attempt: int) -> str:
    """The one instruction that an attempt is sent under; the same after a restore."""
    return f"{disbursement_id}-{attempt}"
