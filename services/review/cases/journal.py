"""How a case's deadline has moved, and on what ground."""

from __future__ import annotations

from sqlalchemy import select

from chassis.read.reader import Reader
from contracts.deadlines import DeadlineMove, DeadlineMoves, ListReviewDeadlineMoves
from services.review.cases.tables import DEADLINE_MOVE
from services.review.cases.views import case_row


def list_review_deadline_moves(query: ListReviewDeadlineMoves, reader: Reader) -> DeadlineMoves:
    """The journal of one case's deadline. Raises CaseNotFound, NotYourDepartment or Forbidden."""
    case, c = case_row(query.case_id, reader), DEADLINE_MOVE.c
    statement = select(DEADLINE_MOVE).where(c.tenant == reader.tenant, c.case_id == case.id).order_by(c.version)
    rows = reader.execute(statement).mappings()
    return DeadlineMoves(items=tuple(DeadlineMove.model_validate(dict(row)) for row in rows))
