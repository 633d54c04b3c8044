"""Forecasts as rows of the paying tenant. What is over stays, so that an event told again does not bring it back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson

from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from contracts.review import CaseAccepted
from services.treasury.budget.domain import budget_year
from services.treasury.places import Place

KEEP = """
INSERT INTO forecast (tenant, case_id, instalment, part, first_case_id, year, department, department_id, item_id, item_title,
    amount_fen)
SELECT tenant, case_id, instalment, part, first_case_id, year, department, department_id, item_id, item_title, amount_fen
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(tenant text, case_id text, instalment integer, part integer,
    first_case_id text, year integer, department text, department_id text, item_id text, item_title text, amount_fen bigint)
ORDER BY tenant, case_id, instalment, part
ON CONFLICT (tenant, case_id, instalment, part) DO UPDATE SET year = EXCLUDED.year, amount_fen = EXCLUDED.amount_fen
WHERE NOT forecast.over
"""

# What the case of a later instalment says takes the place of what the cases before it had said of that one and those after.
REPLACED = """
UPDATE forecast f SET over = true
FROM unnest(CAST(:firsts AS text[]), CAST(:cases AS text[]), CAST(:since AS integer[]), CAST(:until AS integer[]))
    AS k(first_case_id, case_id, since, until)
WHERE f.tenant = ANY (CAST(:tenants AS text[])) AND f.first_case_id = k.first_case_id AND f.case_id <> k.case_id
    AND f.instalment BETWEEN k.since AND k.until AND NOT f.over
"""

APPROVED = """
UPDATE forecast f SET over = true
FROM unnest(CAST(:tenants AS text[]), CAST(:cases AS text[]), CAST(:instalments AS integer[]), CAST(:parts AS integer[]))
    AS k(tenant, case_id, instalment, part)
WHERE (f.tenant, f.case_id, f.instalment, f.part) = (k.tenant, k.case_id, k.instalment, k.part) AND NOT f.over
"""

ENDED = """
UPDATE forecast f SET over = true
FROM unnest(CAST(:cases AS text[]), CAST(:instalments AS integer[])) AS k(case_id, instalment)
WHERE f.tenant = ANY (CAST(:tenants AS text[])) AND NOT f.over AND (f.case_id = k.case_id OR f.first_case_id = k.case_id)
    AND (k.instalment IS NULL OR f.instalment = k.instalment)
"""

LAST = 2**31 - 1


class EndedCase(NamedTuple):
    """A case of which nothing is to be expected any more; or one instalment of it."""

    case_id: str
    instalment: int | None = None


class Forecasts:
    """What may have to be paid."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def keep(self, accepted: Sequence[CaseAccepted]) -> None:
        """Keep what these say; what was said before of the same is replaced."""
        later = [each for each in accepted if each.first_case_id is not None]
        if later:
            self._uow.execute(
                REPLACED,
                {
                    "tenants": list(self._uow.tenants),
                    "firsts": [each.first_case_id for each in later],
                    "cases": [each.case_id for each in later],
                    "since": [each.instalment for each in later],
                    "until": [LAST if each.forecast else each.instalment for each in later],
                },
            )
        rows = [row for each in accepted for row in _rows(each)]
        if rows:
            self._uow.execute(KEEP, {"rows": orjson.dumps(rows).decode()})

    def approved(self, places: Collection[Place]) -> None:
        """What was expected of these is approved: it is no forecast any more."""
        if places:
            ordered = sorted(places)
            self._uow.execute(
                APPROVED,
                {
                    "tenants": [place.tenant for place in ordered],
                    "cases": [place.case_id for place in ordered],
                    "instalments": [place.instalment for place in ordered],
                    "parts": [place.part for place in ordered],
                },
            )

    def end(self, payers: Collection[TenantId], ended: Collection[EndedCase]) -> None:
        """Of these nothing is expected any more, by whichever of these payers."""
        ordered = sorted(ended, key=str)
        self._uow.execute(
            ENDED,
            {
                "tenants": sorted(payers),
                "cases": [each.case_id for each in ordered],
                "instalments": [each.instalment for each in ordered],
            },
        )


def _rows(accepted: CaseAccepted) -> list[dict[str, object]]:
    """One for each payer, receiver and instalment; what the same payer bears of it twice is one amount."""
    claim, sums = accepted.claim, dict[tuple[str, int, int, int], int]()
    for each in accepted.forecast:
        key = (each.payer, each.instalment, each.part, each.year or _year(accepted.accepted_at))
        sums[key] = sums.get(key, 0) + each.amount_fen
    return [
        {
            "tenant": payer,
            "case_id": accepted.case_id,
            "instalment": instalment,
            "part": part,
            "first_case_id": accepted.first_case_id or accepted.case_id,
            "year": year,
            "department": claim.department,
            "department_id": claim.department_id,
            "item_id": claim.item_id,
            "item_title": claim.item_title,
            "amount_fen": amount,
        }
        for (payer, instalment, part, year), amount in sorted(sums.items())
    ]


def _year(at: datetime) -> int:
    return budget_year(at)
