"""The calendars of all tenants as the database has them, read anew every half minute."""

from __future__ import annotations

import time
from datetime import time as time_of_day

from sqlalchemy import Engine, text

from chassis.time.calendar import CLOSING, Calendar
from contracts.message import TenantId

KEPT_SECONDS = 30.0
"""How long a calendar that was read is used before the table is asked again."""

DAYS = text("SELECT day, working FROM calendar_day WHERE tenant IN ('', :tenant) ORDER BY tenant, day")
CLOSING_TIME = text("SELECT settings->>'closing_time' FROM tenant WHERE id = :tenant")


class Calendars:
    """Read with the frame's role: working days are public, and the tenant is named."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: dict[TenantId, tuple[float, Calendar]] = {}

    def of(self, tenant: TenantId) -> Calendar:
        """The nation's working days with the tenant's own rows over them."""
        kept = self._kept.get(tenant)
        if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
            return kept[1]
        with self._engine.connect() as connection:
            rows = connection.execute(DAYS, {"tenant": tenant}).all()
            closing = connection.execute(CLOSING_TIME, {"tenant": tenant}).scalar()
        calendar = Calendar.from_rows(
            ((row.day, row.working) for row in rows),
            closing_time=time_of_day.fromisoformat(closing) if closing else CLOSING,
        )
        self._kept[tenant] = (time.monotonic(), calendar)
        return calendar
