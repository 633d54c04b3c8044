"""Items' addresses are looked at from time to time, outside any transaction; what came of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson

from chassis.foundation.crash import crash_point
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from services.catalog.links.probe import Links, LinkState
from services.catalog.policies.store import PolicyItems
from services.catalog.policies.use_cases import ITEM_LINKS

AT_ONCE = 4
"""Addresses looked at under one lease: none takes longer than a few seconds."""

LOOK_AGAIN = timedelta(days=30)
"""After how long an address is looked at again; what was not certain, after a day."""

DOUBTFUL = timedelta(days=1)

STALE = """
SELECT a.url FROM unnest(CAST(:urls AS text[])) WITH ORDINALITY AS a(url, place)
LEFT JOIN policy_link l ON l.tenant = :tenant AND l.url = a.url
WHERE l.url IS NULL OR l.checked_at <= CASE WHEN l.state = 'ok' THEN :long_ago ELSE :a_day_ago END
ORDER BY a.place
"""

KEEP = """
INSERT INTO policy_link (tenant, url, state, detail, checked_at)
SELECT :tenant, url, state, detail, :now
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(url text, state text, detail text)
ORDER BY url
ON CONFLICT (tenant, url) DO UPDATE
SET state = EXCLUDED.state, detail = EXCLUDED.detail, checked_at = EXCLUDED.checked_at
"""


def look_at_links(jobs: Sequence[Job], unit: Callable[[Sequence[str]], Any], links: Links) -> None:
    """What `item_links` jobs that have come due ask for, one item after the other."""
    for job in jobs:
        with unit([job.tenant]) as uow:
            stale = _stale(job, uow)
            if stale is None:
                uow.finish(job)
                continue
        found = {address: links.look(address) for address in stale[:AT_ONCE]}
        crash_point("catalog.links.after_looking")
        with unit([job.tenant]) as uow:
            _keep(job, found, uow)
            uow.finish(job)
            pause = timedelta() if len(stale) > AT_ONCE else DOUBTFUL
            uow.schedule(ITEM_LINKS, job.subject, at=uow.now + pause, tenant=job.tenant)


def _stale(job: Job, uow: UnitOfWork) -> list[str] | None:
    """The item's addresses that have not been looked at lately; None for an item that is no longer on offer."""
    item = uow.of(PolicyItems).own_many([(job.tenant, job.subject)]).get(job.subject)
    if item is None or item.state in ("withdrawn", "expired") or not item.content.addresses:
        return None
    times = {"long_ago": uow.now - LOOK_AGAIN, "a_day_ago": uow.now - DOUBTFUL}
    rows = uow.execute(STALE, {"tenant": job.tenant, "urls": list(item.content.addresses), **times})
    return [row.url for row in rows]


def _keep(job: Job, found: Mapping[str, LinkState], uow: UnitOfWork) -> None:
    if found:
        rows = [{"url": url, "state": each.state, "detail": each.detail} for url, each in found.items()]
        uow.execute(KEEP, {"tenant": job.tenant, "now": uow.now, "rows": orjson.dumps(rows).decode()})
