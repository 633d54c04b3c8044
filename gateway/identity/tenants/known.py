"""The tenants by their ids, division codes and receipt prefixes: asked at many requests, so they are kept for a moment."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from chassis.edge.frame import Frame
from contracts.message import TenantId

KEPT_SECONDS = 5.0
SELECT = "SELECT id, division_code, settings->>'receipt_prefix' AS prefix FROM tenant"


@dataclass(frozen=True)
class KnownTenants:
    """All of one moment. Of a code that two have, as a zone may have its county's, nobody is meant."""

    by_prefix: dict[str, TenantId] = field(default_factory=dict)
    by_name: dict[str, TenantId] = field(default_factory=dict)

    def of_receipt(self, receipt: str) -> TenantId | None:
        """The tenant whose prefix the receipt number begins with."""
        return self.by_prefix.get(receipt.split("-", 1)[0].upper())

    def called(self, name: str) -> TenantId | None:
        """The tenant with this id, or with this division code today."""
        return self.by_name.get(name)


class TenantsInMind:
    """Reads them again when they are KEPT_SECONDS old."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._kept: tuple[float, KnownTenants] | None = None

    def remembered(self) -> KnownTenants | None:
        """Without asking; None when they are too old."""
        if self._kept is None or time.monotonic() - self._kept[0] > KEPT_SECONDS:
            return None
        return self._kept[1]

    def read(self, *, not_before: float = 0.0) -> KnownTenants:
        """Blocks, where nobody else has read them meanwhile: call it in a thread. `not_before`: they are at least of this
        instant (monotonic seconds)."""
        known = self.remembered()
        if known is None or self._kept is None or self._kept[0] < not_before:
            began = time.monotonic()
            with self._frame.reader(()) as reader:
                rows = reader.execute(SELECT).all()
            having = Counter(row.division_code for row in rows)
            by_code = {row.division_code: row.id for row in rows if having[row.division_code] == 1}
            known = KnownTenants({row.prefix: row.id for row in rows}, by_code | {row.id: row.id for row in rows})
            self._kept = began, known
        return known
