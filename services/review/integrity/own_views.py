"""What an enterprise reads of findings about it, and of its records."""

from __future__ import annotations

from sqlalchemy import any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.integrity_records import (
    FindingPlace,
    ListOwnFindingPlaces,
    ListOwnRecords,
    OwnFindingPlaces,
    OwnRecords,
)
from contracts.refusal import Forbidden
from copies.merged_enterprises import OF_ENTERPRISE
from services.review.good_standing.good_record import KnownRecords
from services.review.integrity.showing import as_it_stands, shown_to_enterprise
from services.review.integrity.store import FINDING

C = FINDING.c

DOSSIERS = f"""
SELECT d.id FROM unnest(ARRAY[CAST(:enterprise AS text)] || ARRAY(
    SELECT absorbed_id FROM merged_enterprise WHERE tenant = :tenant)) AS d(id) WHERE d.id {OF_ENTERPRISE}
"""
"""The firm's own dossier and those merged into it."""

CODES = "SELECT uscc FROM dossier_code WHERE tenant = :tenant AND enterprise_id = ANY (CAST(:own AS text[]))"
PLACES = "SELECT finding_id, tenant FROM finding_places_of(:tenant, CAST(:own AS text[]))"


def list_own_records(query: ListOwnRecords, reader: Reader) -> OwnRecords:
    """Raises Forbidden for whoever is not the enterprise."""
    home = query.filed_in or reader.tenant
    own = own_dossiers(query.enterprise_id, home, reader)
    told = (C.state != "opened") & (C.filed_in == home) & (C.enterprise_id == any_(literal(own, ARRAY(TEXT))))
    statement = select(FINDING).where(C.tenant == reader.tenant, told).order_by(C.opened_at.desc(), C.id.desc())
    rows = reader.execute(statement).mappings().all()
    findings = tuple(shown_to_enterprise(as_it_stands(row, reader), reader.now) for row in rows)
    codes = list(reader.execute(CODES, {"tenant": home, "own": own}).scalars())
    codes += [each.claim.uscc for each in findings]
    return OwnRecords(
        findings=findings, records=tuple(KnownRecords(reader).of(codes, reader.now.astimezone(CHINA).date()))
    )


def list_own_finding_places(query: ListOwnFindingPlaces, reader: Reader) -> OwnFindingPlaces:
    """Raises Forbidden for whoever is not the enterprise."""
    own = own_dossiers(query.enterprise_id, reader.tenant, reader)
    found = reader.execute(PLACES, {"tenant": reader.tenant, "own": own})
    return OwnFindingPlaces(items=tuple(FindingPlace(finding_id=row.finding_id, tenant=row.tenant) for row in found))


def own_dossiers(enterprise_id: str, home: str, reader: Reader) -> list[str]:
    """The firm's own and those merged into it in its own place."""
    if reader.actor.enterprise_id != enterprise_id:
        raise Forbidden()
    return list(reader.execute(DOSSIERS, {"enterprise": enterprise_id, "tenant": home}).scalars())
