"""In which tenant a finding about a firm lies: that of the item, which may be the city above.

Review says where, in the firm's own place and about the firm itself alone; whose the finding is its owner looks at again. Shared by
the JSON routes and the pages.
"""

from __future__ import annotations

from contracts.integrity_records import ListOwnFindingPlaces, ListOwnRecords, OwnRecords
from contracts.message import Id, TenantId
from gateway.door import Door


async def place_of_finding(door: Door, finding_id: Id) -> TenantId:
    """The finding's tenant. Staff, and a window that acts for a firm, ask in their own place."""
    if door.principal.actor.enterprise_id is None:
        return door.principal.tenant
    found = await door.told(ListOwnFindingPlaces(enterprise_id=door.principal.actor.enterprise_id))
    return next((each.tenant for each in found.items if each.finding_id == finding_id), door.principal.tenant)


async def own_records(door: Door, enterprise_id: Id) -> OwnRecords:
    """All that the firm has been told of, wherever it lies, the last first; records of all places once."""
    home = door.principal.tenant
    found = await door.told(ListOwnFindingPlaces(enterprise_id=enterprise_id))
    asked = ListOwnRecords(enterprise_id=enterprise_id, filed_in=home)
    own = await door.told(asked)
    findings, records = list(own.findings), own.records
    for tenant in sorted({each.tenant for each in found.items} - {home}):
        elsewhere = await door.told(asked, tenant=tenant)
        findings += elsewhere.findings
        records = records if own.records else elsewhere.records
    return OwnRecords(findings=tuple(sorted(findings, key=lambda each: each.opened_at, reverse=True)), records=records)
