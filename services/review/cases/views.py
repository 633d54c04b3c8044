"""What departments and supervisors see of one case, and which cases are theirs to see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, any_, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.read.reader import Reader
from chassis.time.clock import CHINA
from chassis.time.sla import SlaClock
from contracts.refusal import Forbidden
from contracts.review import CaseView, GetCase
from copies.plan_terms import KnownPlanTerms
from services.review.cases.case_view import view_of_row
from services.review.cases.moves import OPEN
from services.review.cases.refusals import CaseNotFound, NotYourDepartment, is_of
from services.review.cases.tables import REVIEW_CASE
from services.review.item_copies.plan_words import PlanWords, Unmapped
from services.review.item_copies.store import ItemVersion
from services.review.register.names import present_names
from services.review.tasks.standing import projected_end

ACROSS_DEPARTMENTS = frozenset({"bureau", "supervisor"})
"""Roles that see the cases of every department of their tenant."""

C = REVIEW_CASE.c
SHOWN = (
    *(C.id, C.version, C.claim, C.department, C.department_id, C.state, C.asked_fen, C.assessment, C.payee),
    *(C.obstacles, C.remarks, C.inspection_required, C.inspection, C.materials),
    *(C.due_at, C.awaits_year, C.accepted_at, C.decided_by, C.decided_at, C.note, C.cites, C.how_to_object),
    *(
        C.steps,
        C.received_at,
        C.decisions,
        C.revision,
        C.instalment,
        C.first_case_id,
        C.undo_until,
        C.clock,
        C.receivers,
        C.grounds,
        C.remedies,
        C.notice_number,
    ),
)


def case_row(case_id: str, reader: Reader, *more: Any) -> Row[Any]:
    """The case's row with the columns that a view shows, and `more`. Raises CaseNotFound, NotYourDepartment, Forbidden."""
    confined = is_confined(reader)
    row = reader.execute(select(*SHOWN, *more).where(C.tenant == reader.tenant, C.id == case_id)).first()
    if row is None:
        raise CaseNotFound()
    if confined and not is_of(reader.actor, row.department, row.department_id, _names_of_own(reader)):
        raise NotYourDepartment.but_of(row.department, row.department_id)
    return row


def get_case(query: GetCase, reader: Reader) -> CaseView:
    """One case. Raises CaseNotFound, NotYourDepartment or Forbidden."""
    return shown(case_row(query.case_id, reader), reader)


def shown(row: Row[Any], reader: Reader) -> CaseView:
    """The case, with the words of its plan that mean nothing yet."""
    return shown_many([row], reader)[0]


def shown_many(rows: Sequence[Row[Any]], reader: Reader) -> tuple[CaseView, ...]:
    """The same of several, with one question about all their plans, and one about what enterprises are called now."""
    unmapped = _unmapped(rows, reader)
    called = present_names([row.claim["uscc"] for row in rows], reader)
    return tuple(
        view_of_row(row, unmapped.get(_version(row), ()), called.get(row.claim["uscc"]), _projected(row, reader))
        for row in rows
    )


def _projected(row: Row[Any], reader: Reader) -> datetime | None:
    """When a review limit that stands still would end if it went on now."""
    if row.state not in OPEN or not row.clock or not row.clock.get("paused"):
        return None
    return projected_end([SlaClock.model_validate(row.clock)], reader.now, reader.calendar(reader.tenant))


def is_confined(reader: Reader) -> bool:
    """Whether the actor sees its own department's cases only. Raises Forbidden for those who see none."""
    actor = reader.actor
    if actor.roles & ACROSS_DEPARTMENTS:
        return False
    if "department" not in actor.roles or not actor.department:
        raise Forbidden()
    return True


def of_own_department(reader: Reader, columns: Any = C) -> ColumnElement[bool]:
    """The cases of the actor's department: by the register where the claim is in it, else by name."""
    actor = reader.actor
    if actor.department_id is None:
        own: ColumnElement[bool] = columns.department == actor.department
        return own
    called = any_(literal(sorted({str(actor.department), *_names_of_own(reader)}), ARRAY(Text)))
    by_name = columns.department_id.is_(None) & (columns.department == called)
    return or_(columns.department_id == actor.department_id, by_name)


def _names_of_own(reader: Reader) -> Collection[str]:
    """Everything that the actor's department was ever called, or is meant by."""
    department_id = reader.actor.department_id
    return () if department_id is None else KnownPlanTerms(reader).names_of(reader.tenant, department_id)


def _unmapped(rows: Sequence[Row[Any]], reader: Reader) -> Unmapped:
    """The words of their plans that mean nothing today, for those that wait to be decided."""
    today = reader.now.astimezone(CHINA).date()
    return PlanWords(reader).unmapped([_version(row) for row in rows if row.state == "accepted"], today)


def _version(row: Row[Any]) -> ItemVersion:
    return row.claim["item_id"], row.claim["item_version"]
