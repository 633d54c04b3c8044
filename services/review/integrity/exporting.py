"""The tenant's records as the credit platform takes them: each with its decision, of a range of days."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select, tuple_

from chassis.foundation.secrecy import mask_name
from chassis.read.paging import cut_page, decode_cursor, encode_cursor
from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from contracts.integrity_grounds import GROUNDS
from contracts.integrity_records import ListRecordLines, RecordLine, RecordLinePage
from services.review.cases.views import is_confined, of_own_department
from services.review.integrity.finding import IntegrityFinding
from services.review.integrity.store import FINDING, finding_of

C = FINDING.c
INDIVIDUAL_BUSINESS = "92"
"""How the codes of individual businesses begin: before the law they are natural persons."""


def list_record_lines(query: ListRecordLines, reader: Reader) -> RecordLinePage:
    """In the order of their decisions; a department's own, or those of all for supervisors. Raises Forbidden or CursorInvalid."""
    statement = select(FINDING).where(
        C.tenant == reader.tenant, C.record_state.is_not(None), C.from_day.between(query.first_day, query.last_day)
    )
    if is_confined(reader):
        statement = statement.where(of_own_department(reader, C))
    if (after := decode_cursor(query.cursor, date, str)) is not None:
        statement = statement.where(tuple_(C.from_day, C.id) > tuple_(*after))
    found = reader.execute(statement.order_by(C.from_day, C.id).limit(query.limit + 1))
    rows, more = cut_page(found.mappings().all(), query.limit)
    today = reader.now.astimezone(CHINA).date()
    items = tuple(line_of(finding_of(row), today) for row in rows)
    return RecordLinePage(items=items, next_cursor=_cursor(rows[-1]) if more else None)


def line_of(finding: IntegrityFinding, today: date) -> RecordLine:
    """A finding with a record as a line; of natural persons the name is masked. What is minor, repaired or corrected is not for
    publication."""
    decision, record, claim = finding.decision, finding.record_made, finding.claim
    assert decision is not None and decision.gravity is not None and record is not None, "a line has a record"
    person = claim.uscc.startswith(INDIVIDUAL_BUSINESS)
    state = record.state_on(today)
    return RecordLine(
        subject_name=mask_name(claim.enterprise_name) if person else claim.enterprise_name,
        uscc=claim.uscc,
        natural_person=person,
        conduct=GROUNDS[decision.ground].name,
        basis=GROUNDS[decision.ground].basis,
        number=decision.number,
        authority=claim.department,
        decided_on=record.from_day,
        gravity=decision.gravity,
        valid_until=record.until_day,
        state=state,
        disputed=finding.disputed,
        public=state == "in_force" and decision.gravity != "minor",
        ended_on=record.ended_on,
    )


def _cursor(row: Any) -> str:
    return encode_cursor(row["from_day"], row["id"])
