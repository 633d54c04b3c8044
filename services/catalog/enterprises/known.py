"""Whether an enterprise is one of this place's, before anything of it is listed."""

from __future__ import annotations

from chassis.read.reader import Reader
from contracts.message import Id
from services.catalog.enterprises.domain import EnterpriseUnknown, refuse_stranger

HERE = "SELECT 1 FROM enterprise WHERE tenant = :tenant AND id = :id"


def refuse_unknown(reader: Reader, enterprise_id: Id) -> None:
    """Let pass whoever may ask about this enterprise, if this place has it: an empty list would say that it has nothing.

    Raises EnterpriseNotYours or EnterpriseUnknown.
    """
    refuse_stranger(reader.actor, enterprise_id)
    if reader.execute(HERE, {"tenant": reader.tenant, "id": enterprise_id}).first() is None:
        raise EnterpriseUnknown()
