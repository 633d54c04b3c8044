"""What departments, supervisors and firms see of findings and records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    RowMapping,
    Select,
    and_,
    any_,
    column,
    literal,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.intake import Claim
from contracts.integrity import FindingPage, FindingView, GetFinding, ListFindings
from contracts.integrity_records import FindingPlace, ListOwnFindingPlaces, ListOwnRecords, OwnFindingPlaces, OwnRecords
from contracts.refusal import Forbidden
from copies.merged_enterprises import OF_ENTERPRISE
from copies.plan_terms import KnownPlanTerms
from services.review.cases.views import is_confined, of_own_department
from services.review.integrity.finding import IntegrityFinding
from services.review.integrity.good_record import KnownRecords
from services.review.integrity.refusals import FindingNotFound
from services.review.integrity.showing import shown_to_enterprise, view_of
from services.review.integrity.store import FINDING, RECOVERY, finding_of, recoverable_of, recovery_of
from services.review.integrity.times import follow

C, R = FINDING.c, RECOVERY.c
WAITING: ColumnElement[bool] = column("waiting", Boolean)
"""The generated column: somebody has something to do."""

DOSSIERS = f"""
SELECT d.id FROM unnest(ARRAY[CAST(:enterprise AS text)] || ARRAY(
    SELECT absorbed_id FROM merged_enterprise WHERE tenant = :tenant)) AS d(id) WHERE d.id {OF_ENTERPRISE}
"""
"""The firm's own dossier and those merged into it."""

CODES = "SELECT uscc FROM dossier_code WHERE tenant = :tenant AND enterprise_id = ANY (CAST(:own AS text[]))"
PLACES = "SELECT finding_id, tenant FROM finding_places_of(:tenant, CAST(:own AS text[]))"


def list_findings(query: ListFindings, reader: Reader) -> FindingPage:
    """Those opened last at the top. Raises Forbidden or CursorInvalid."""
    conditions: list[ColumnElement[bool]] = [C.tenant == reader.tenant]
    if query.state is not None:
        conditions.append(C.state == query.state)
    if query.case_id is not None:
        conditions.append(C.case_id == query.case_id)
    if query.waiting:
        conditions.append(WAITING)
    if (before := decode_cursor(query.cursor, datetime, str)) is not None:
        conditions.append(tuple_(C.opened_at, C.id) < tuple_(*before))
    found = reader.execute(_last_of(conditions, _ways_to_see(reader), query.limit + 1))
    rows, more = cut_page(found.mappings().all(), query.limit)
    items = tuple(view_of(_as_it_stands(row, reader), reader.now) for row in rows)
    return FindingPage(
        items=items, next_cursor=encode_cursor(items[-1].opened_at, items[-1].finding_id) if more else None
    )


def _last_of(
    conditions: Sequence[ColumnElement[bool]], ways: Sequence[ColumnElement[bool]], limit: int
) -> Select[Any] | CompoundSelect[Any]:
    """So many of those that were opened last. What a department has by the register and what by each of its names are indexes of
    their own, each in this order: asked for together, all would be read and sorted."""
    parts = [
        select(FINDING).where(*conditions, way).order_by(C.opened_at.desc(), C.id.desc()).limit(limit) for way in ways
    ]
    if len(parts) == 1:
        return parts[0]
    both = union_all(*(part.subquery().select() for part in parts)).subquery()
    return select(both).order_by(both.c.opened_at.desc(), both.c.id.desc()).limit(limit)


def _ways_to_see(reader: Reader) -> list[ColumnElement[bool]]:
    """In which ways findings are the actor's to see; none is in two of them. Raises Forbidden for those who see none."""
    if not is_confined(reader):
        return [true()]
    actor = reader.actor
    if actor.department_id is None:
        return [C.department == actor.department]
    names = {str(actor.department), *KnownPlanTerms(reader).names_of(reader.tenant, actor.department_id)}
    by_name = [and_(C.department_id.is_(None), C.department == name) for name in sorted(names)]
    return [C.department_id == actor.department_id, *by_name]


def get_finding(query: GetFinding, reader: Reader) -> FindingView:
    """Raises FindingNotFound or Forbidden."""
    statement = select(FINDING).where(C.tenant == reader.tenant, C.id == query.finding_id)
    by_enterprise = reader.actor.enterprise_id is not None
    condition = C.state != "opened" if by_enterprise else _seen_by(reader)
    row = reader.execute(statement.where(condition)).mappings().first()
    if row is None or (by_enterprise and not _is_for(Claim.model_validate(row["claim"]), reader)):
        raise FindingNotFound()
    finding = _as_it_stands(row, reader)
    asked = select(RECOVERY).where(R.tenant == reader.tenant, R.finding_id == finding.id)
    rows = reader.execute(asked.order_by(R.proposed_at.desc(), R.id.desc())).mappings()
    recoveries = [recovery_of(each) for each in rows]
    if by_enterprise:
        return shown_to_enterprise(finding, reader.now, recoveries)
    return view_of(finding, reader.now, recoveries, recoverable_of(finding, reader))


def list_own_records(query: ListOwnRecords, reader: Reader) -> OwnRecords:
    """Raises Forbidden for whoever is not the enterprise."""
    home = query.filed_in or reader.tenant
    own = _own_dossiers(query.enterprise_id, home, reader)
    told = (C.state != "opened") & (C.filed_in == home) & (C.enterprise_id == any_(literal(own, ARRAY(TEXT))))
    statement = select(FINDING).where(C.tenant == reader.tenant, told).order_by(C.opened_at.desc(), C.id.desc())
    rows = reader.execute(statement).mappings().all()
    findings = tuple(shown_to_enterprise(_as_it_stands(row, reader), reader.now) for row in rows)
    codes = list(reader.execute(CODES, {"tenant": home, "own": own}).scalars())
    codes += [each.claim.uscc for each in findings]
    return OwnRecords(findings=findings, records=tuple(KnownRecords(reader).of(codes, _today(reader))))


def list_own_finding_places(query: ListOwnFindingPlaces, reader: Reader) -> OwnFindingPlaces:
    """Raises Forbidden for whoever is not the enterprise."""
    own = _own_dossiers(query.enterprise_id, reader.tenant, reader)
    found = reader.execute(PLACES, {"tenant": reader.tenant, "own": own})
    return OwnFindingPlaces(items=tuple(FindingPlace(finding_id=row.finding_id, tenant=row.tenant) for row in found))


def _own_dossiers(enterprise_id: str, home: str, reader: Reader) -> list[str]:
    """The firm's own and those merged into it in its own place."""
    if reader.actor.enterprise_id != enterprise_id:
        raise Forbidden()
    return list(reader.execute(DOSSIERS, {"enterprise": enterprise_id, "tenant": home}).scalars())


def _is_for(claim: Claim, reader: Reader) -> bool:
    """Whether the asking enterprise has filed it, itself or as a dossier that was merged into it."""
    own = reader.actor.enterprise_id
    assert own is not None, "staff see findings as their lists do"
    return claim.enterprise_id in _own_dossiers(own, claim.filed_in, reader)


def _seen_by(reader: Reader) -> ColumnElement[bool]:
    """The same as one condition, for one finding. Raises Forbidden for those who see none."""
    return of_own_department(reader, C) if is_confined(reader) else true()


def _as_it_stands(row: RowMapping | Any, reader: Reader) -> IntegrityFinding:
    """Its times by the calendar as it is now."""
    finding = finding_of(row)
    follow(finding, reader.calendar(reader.tenant))
    return finding


def _today(reader: Reader) -> date:
    return reader.now.astimezone(CHINA).date()
