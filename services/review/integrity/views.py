"""What departments, supervisors and firms see of findings and records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    column,
    select,
    true,
    tuple_,
    union_all,
)

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.intake import Claim
from contracts.integrity import FindingPage, FindingView, GetFinding, ListFindings
from copies.plan_terms import KnownPlanTerms
from services.review.cases.views import is_confined, of_own_department
from services.review.integrity.own_views import own_dossiers
from services.review.integrity.refusals import FindingNotFound
from services.review.integrity.showing import as_it_stands, shown_to_enterprise, view_of
from services.review.integrity.store import FINDING, RECOVERY, recoverable_of, recovery_of

C, R = FINDING.c, RECOVERY.c
WAITING: ColumnElement[bool] = column("waiting", Boolean)
"""The generated column: somebody has something to do."""


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
    items = tuple(view_of(as_it_stands(row, reader), reader.now) for row in rows)
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
    finding = as_it_stands(row, reader)
    asked = select(RECOVERY).where(R.tenant == reader.tenant, R.finding_id == finding.id)
    rows = reader.execute(asked.order_by(R.proposed_at.desc(), R.id.desc())).mappings()
    recoveries = [recovery_of(each) for each in rows]
    if by_enterprise:
        return shown_to_enterprise(finding, reader.now, recoveries)
    return view_of(finding, reader.now, recoveries, recoverable_of(finding, reader))


def _is_for(claim: Claim, reader: Reader) -> bool:
    """Whether the asking enterprise has filed it, itself or as a dossier that was merged into it."""
    own = reader.actor.enterprise_id
    assert own is not None, "staff see findings as their lists do"
    return claim.enterprise_id in own_dossiers(own, claim.filed_in, reader)


def _seen_by(reader: Reader) -> ColumnElement[bool]:
    """The same as one condition, for one finding. Raises Forbidden for those who see none."""
    return of_own_department(reader, C) if is_confined(reader) else true()
