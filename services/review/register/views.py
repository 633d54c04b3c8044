"""What departments, the bureau and supervisors see of awards that were granted twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, tuple_

from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from contracts.award_findings import AwardFindingPage, AwardFindingView, GetAwardFinding, ListAwardFindings
from contracts.message import Actor
from contracts.refusal import Forbidden
from services.review.register.finding import AwardFinding, AwardFindingUnknown
from services.review.register.findings import AWARD_FINDING, finding_of

ACROSS_DEPARTMENTS = frozenset({"bureau", "supervisor"})
C = AWARD_FINDING.c


def list_award_findings(query: ListAwardFindings, reader: Reader) -> AwardFindingPage:
    """Those found last at the top; an officer sees the department's own. Raises Forbidden or CursorInvalid."""
    statement = select(AWARD_FINDING).where(C.tenant == reader.tenant, _seen_by(reader.actor))
    if query.state is not None:
        statement = statement.where(C.state == query.state)
    if (before := decode_cursor(query.cursor, datetime, str)) is not None:
        statement = statement.where(tuple_(C.found_at, C.id) < tuple_(*before))
    found = reader.execute(statement.order_by(C.found_at.desc(), C.id.desc()).limit(query.limit + 1))
    rows, more = cut_page(found.mappings().all(), query.limit)
    items = tuple(finding_of(row).view() for row in rows)
    return AwardFindingPage(
        items=items, next_cursor=encode_cursor(items[-1].found_at, items[-1].finding_id) if more else None
    )


def get_award_finding(query: GetAwardFinding, reader: Reader) -> AwardFindingView:
    """Raises AwardFindingUnknown or Forbidden."""
    statement = select(AWARD_FINDING).where(C.tenant == reader.tenant, C.id == query.finding_id, _seen_by(reader.actor))
    row = reader.execute(statement).mappings().first()
    if row is None:
        raise AwardFindingUnknown()
    return finding_of(row).view()


def may_see(finding: AwardFinding, actor: Actor) -> bool:
    """Whether it is of the actor's own department, or the actor sees those of all."""
    if actor.roles & ACROSS_DEPARTMENTS:
        return True
    if "department" not in actor.roles:
        return False
    if actor.department_id is not None and finding.department_id is not None:
        return actor.department_id == finding.department_id
    return actor.department == finding.department


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    """The same as a condition. Raises Forbidden for those who see none."""
    if actor.roles & ACROSS_DEPARTMENTS:
        return C.tenant.is_not(None)
    if "department" not in actor.roles or not actor.department:
        raise Forbidden()
    named = C.department == actor.department
    if actor.department_id is None:
        return named
    return or_(C.department_id == actor.department_id, and_(C.department_id.is_(None), named))
