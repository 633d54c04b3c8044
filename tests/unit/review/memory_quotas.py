"""Places of quotas in memory, for tests of cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from typing import Any

from chassis.testing.fakes import FakeUnit
from contracts.rule import FactSheet
from services.review.cases.case import Case
from services.review.cases.store import Cases
from services.review.quotas.domain import Order, OwnPlace, PotUse, QuotaClaim, QuotaKey, QuotasKnown
from services.review.quotas.store import QUOTA_MOVED


class MemoryQuotaPlaces:
    """Places of quotas in memory, as the table has them: what counts, by case and quota."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, int], dict[str, Any]] = {}
        self.unit: FakeUnit | None = None

    def hold(self, families: Collection[tuple[str, str]]) -> None:
        """Nobody else is there."""

    def known(self, claims: Sequence[QuotaClaim], tenants: Sequence[str]) -> QuotasKnown:
        assert self.unit is not None
        cases = self.unit.of(Cases).rows.values()
        by_item = {(each.tenant, each.family): each.item_id for each in claims}
        queue = {
            key: [_waiting(case, key) for case in cases if case.is_open and case.claim.item_id == item]
            for key, item in by_item.items()
        }
        use: dict[QuotaKey, PotUse] = {}
        short: dict[QuotaKey, list[tuple[Order, Fraction]]] = {}
        places = {}
        for (case_id, number), row in self.rows.items():
            key = QuotaKey(row["tenant"], row["family"], number)
            takes = Fraction(row["takes"])
            if row["state"] == "short":
                short.setdefault(key, []).append(((row["filed_at"], case_id), takes))
            else:
                gone = use.get(key, PotUse())
                use[key] = PotUse(gone.takes + takes, gone.places + 1)
                places[case_id, number] = OwnPlace(row["state"], row["fen"], takes)
        return QuotasKnown(use, short, queue, places)

    def take(self, rows: Iterable[dict[str, Any]]) -> None:
        for row in rows:
            key = (row["case_id"], row["number"])
            former = self.rows.get(key)
            if former is None or former["state"] != "held" or Fraction(former["takes"]) <= Fraction(row["takes"]):
                self.rows[key] = row | {"former": former}

    def undo(self, tenant: str, case_id: str, revision: int) -> None:
        for key, row in list(self.rows.items()):
            if key[0] == case_id and row["state"] == "held" and row["revision"] == revision:
                del self.rows[key]
                if row["former"] is not None:
                    self.rows[key] = row["former"]
                self.moved({(row["tenant"], row["family"])})

    def moved(self, families: Collection[tuple[str, str]]) -> None:
        """As the store does."""
        assert self.unit is not None
        self.unit.schedule_many(QUOTA_MOVED, [(tenant, family, self.unit.now) for tenant, family in families])

    def free(self, case_ids: Collection[str]) -> None:
        self.rows = {key: row for key, row in self.rows.items() if key[0] not in case_ids or row["state"] == "short"}


def _waiting(case: Case, key: tuple[str, str]) -> QuotaClaim:
    return QuotaClaim(
        case_id=case.id,
        tenant=key[0],
        family=key[1],
        item_id=case.claim.item_id,
        filed_at=case.received_at,
        money=case.assessment.amount.money,
        parts={each.part: each.money for each in case.assessment.amount.parts if each.part is not None},
        facts=FactSheet(facts=case.facts, reference_year=2025),
    )
