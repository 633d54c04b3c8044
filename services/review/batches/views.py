"""What departments and those above them see of batches."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from chassis.read.reader import Reader
from contracts.quota_batches import BatchSummary, GetBatch, ListBatches, QuotaBatchList, QuotaBatchView
from services.review.batches.domain import BatchUnknown
from services.review.batches.store import QUOTA_BATCH, batch_of, entries_of
from services.review.batches.use_cases import shown_batch
from services.review.cases.views import is_confined, of_own_department

MOST = 200
"""Batches of one department that a list shows."""

C = QUOTA_BATCH.c


def list_batches(query: ListBatches, reader: Reader) -> QuotaBatchList:
    """The last at the top. Raises Forbidden."""
    conditions = _seen(reader)
    if query.item_id is not None:
        conditions.append(C.item_id == query.item_id)
    if query.state is not None:
        conditions.append(C.state == query.state)
    statement = select(QUOTA_BATCH).where(*conditions).order_by(C.drawn_at.desc(), C.id.desc()).limit(MOST)
    views = (shown_batch(batch_of(row)) for row in reader.execute(statement).mappings())
    return QuotaBatchList(items=tuple(BatchSummary(**dict(view)) for view in views))


def get_batch(query: GetBatch, reader: Reader) -> QuotaBatchView:
    """One with its lines. Raises BatchUnknown or Forbidden."""
    row = reader.execute(select(QUOTA_BATCH).where(*_seen(reader), C.id == query.batch_id)).mappings().first()
    if row is None:
        raise BatchUnknown()
    entries = entries_of(reader, [reader.tenant], [query.batch_id]).get(query.batch_id, [])
    return shown_batch(batch_of(row, entries))


def _seen(reader: Reader) -> list[ColumnElement[bool]]:
    """A department sees its own batches."""
    conditions: list[ColumnElement[bool]] = [C.tenant == reader.tenant]
    return [*conditions, of_own_department(reader, C)] if is_confined(reader) else conditions
