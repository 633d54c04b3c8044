"""The calendars of all tenants as the database has them, read anew every half minute."""

from __future__ import annotations

import time
from datetime import time as time_of_day

from sqlalchemy import Engine, text

from chassis.time.calendar import CLOSING, OPENING, Calendar, CalendarSource
from contracts.message import TenantId

KEPT_SECONDS = 30.0
"""How long a calendar that was read is used before the table is asked again."""

# One statement, so that days and the versions that are named for them belong together. A tenant may have taken back all
# that it had of its own: then there is a version without days. Days without a version were put in by hand.
DAYS = text(
    "SELECT coalesce(d.tenant, y.tenant) AS tenant, coalesce(d.year, y.year) AS year, d.day, d.working, y.version,"
    " y.document_number FROM (SELECT tenant, CAST(extract(year FROM day) AS integer) AS year, day, working"
    " FROM calendar_day WHERE tenant IN ('', :tenant)) AS d FULL JOIN (SELECT * FROM calendar_year"
    " WHERE tenant IN ('', :tenant)) AS y ON y.tenant = d.tenant AND y.year = d.year ORDER BY 1, 2, d.day"
)
OFFICE_HOURS = text(
    "SELECT settings->>'opening_time' AS opening, settings->>'closing_time' AS closing, hours_version"
    " FROM tenant WHERE id = :tenant"
)


class Calendars:
    """Read with the frame's role: working days are public, and the tenant is named."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: dict[TenantId, tuple[float, Calendar]] = {}

    def of(self, tenant: TenantId) -> Calendar:
        """The nation's working days with the tenant's own rows over them."""
        # Held on to while the table is read: what is forgotten meanwhile must not come back with what was read before.
        kept = self._kept
        found = kept.get(tenant)
        if found is not None and time.monotonic() - found[0] < KEPT_SECONDS:
            return found[1]
        read_at, calendar = time.monotonic(), self._read(tenant)
        kept[tenant] = (read_at, calendar)
        return calendar

    def forget(self) -> None:
        """What is kept may be old: the next question is put to the table."""
        self._kept = {}

    def _read(self, tenant: TenantId) -> Calendar:
        with self._engine.connect() as connection:
            rows = connection.execute(DAYS, {"tenant": tenant}).all()
            hours = connection.execute(OFFICE_HOURS, {"tenant": tenant}).first()
        sources = {(row.tenant, row.year): (row.version or 0, row.document_number or "") for row in rows}
        return Calendar.from_rows(
            ((row.day, row.working) for row in rows if row.day is not None),
            opening_time=time_of_day.fromisoformat(hours.opening) if hours and hours.opening else OPENING,
            closing_time=time_of_day.fromisoformat(hours.closing) if hours and hours.closing else CLOSING,
            sources=(
                CalendarSource(year, version, document, own=owner != "")
                for (owner, year), (version, document) in sources.items()
            ),
            hours_version=hours.hours_version if hours else 1,
        )
