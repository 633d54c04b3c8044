"""What was proposed about a case that is decided."""

from __future__ import annotations

from sqlalchemy import select

from chassis.read.reader import Reader
from contracts.reopening import ListReopenings, Reopenings
from services.review.cases.views import case_row
from services.review.reopening.store import REOPENING, reopening_of


def list_reopenings(query: ListReopenings, reader: Reader) -> Reopenings:
    """Raises CaseNotFound, NotYourDepartment or Forbidden."""
    case, c = case_row(query.case_id, reader), REOPENING.c
    statement = select(REOPENING).where(c.tenant == reader.tenant, c.case_id == case.id)
    rows = reader.execute(statement.order_by(c.proposed_at.desc(), c.id.desc())).mappings()
    return Reopenings(items=tuple(reopening_of(row).view(case.version) for row in rows))
