"""The tracking projection: one row per receipt, to which steps are added as they are heard.

A row belongs to the claim's tenant, as the case does, and shows itself to the enterprise's own tenant besides. What
is heard of a case comes from several owners (intake in the enterprise's tenant, review in the item's, treasury in
the payer's), so that an envelope need not name the tenant that the row belongs to: `tenants_of` tells the
frame, and the batch's unit of work holds it. Row security stays forced for every read and every write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

import orjson
from pydantic import TypeAdapter

from chassis.write.uow import UnitOfWork
from contracts.intake import Claim
from services.oversight.domain import CaseStep, mask_enterprise

STEPS = TypeAdapter(dict[str, CaseStep])


@dataclass(slots=True)
class CaseTrail:
    """What one batch adds to one case: steps by event id, and what only its submission brings."""

    claim: Claim
    steps: dict[str, CaseStep] = field(default_factory=dict)
    query_code_digest: str | None = None
    submitted_at: datetime | None = None


class Tracking:
    """Where steps are written."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def add(self, trails: Iterable[CaseTrail]) -> None:
        """Create or lengthen these rows, in one statement and in key order.

        A step is filed under its event's id, so that adding it again changes nothing; and a row is made by
        whichever event comes first, so that adding them in another order ends in the same row.
        """
        ordered = sorted(trails, key=lambda trail: trail.claim.receipt)
        if not ordered:
            return
        claims = [trail.claim for trail in ordered]
        self._uow.execute(
            "INSERT INTO tracking (receipt, tenant, filed_in, enterprise_id, enterprise_masked, item_title, mode,"
            " query_code_digest, submitted_at, steps, department, department_id)"
            " SELECT * FROM unnest(CAST(:receipts AS text[]), CAST(:tenants AS text[]), CAST(:filed_in AS text[]),"
            " CAST(:enterprises AS text[]), CAST(:masked AS text[]), CAST(:titles AS text[]), CAST(:modes AS text[]),"
            " CAST(:digests AS text[]), CAST(:submitted AS timestamptz[]), CAST(:steps AS jsonb[]),"
            " CAST(:departments AS text[]), CAST(:department_ids AS text[]))"
            " ON CONFLICT (receipt, tenant) DO UPDATE SET steps = tracking.steps || EXCLUDED.steps,"
            " query_code_digest = COALESCE(tracking.query_code_digest, EXCLUDED.query_code_digest),"
            " submitted_at = COALESCE(tracking.submitted_at, EXCLUDED.submitted_at),"
            " department = EXCLUDED.department, department_id = EXCLUDED.department_id",
            {
                "receipts": [claim.receipt for claim in claims],
                "tenants": [claim.tenant for claim in claims],
                "filed_in": [claim.filed_in for claim in claims],
                "enterprises": [claim.enterprise_id for claim in claims],
                "masked": [mask_enterprise(claim.enterprise_name) for claim in claims],
                "titles": [claim.item_title for claim in claims],
                "modes": [claim.mode for claim in claims],
                "digests": [trail.query_code_digest for trail in ordered],
                "submitted": [trail.submitted_at for trail in ordered],
                "steps": [_json(trail.steps) for trail in ordered],
                "departments": [claim.department for claim in claims],
                "department_ids": [claim.department_id for claim in claims],
            },
        )


def _json(steps: Mapping[str, CaseStep]) -> str:
    return orjson.dumps(
        {
            event_id: {name: value for name, value in asdict(step).items() if value is not None}
            for event_id, step in steps.items()
        }
    ).decode()
