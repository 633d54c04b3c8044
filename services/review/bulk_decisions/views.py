"""What a bulk would come to: the cases that can be approved, their sum, the largest, and why the others cannot.

It is read from what is written out with each case. The last word is each line's own: whoever took a step that the plan keeps apart
learns it there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.read.reader import Reader
from contracts.bulk_decisions import MOST_AT_ONCE, BulkPreview, CaseInBulk, PreviewBulkDecision
from contracts.identity import TenantSettings
from contracts.refusal import Reason, Refused
from contracts.review import CaseFilter, CaseView, CountCases
from services.review.bulk_decisions.domain import ApprovalNotYours, DecidedAmountInBulk, is_set_by_persons
from services.review.cases.counts import count_cases
from services.review.cases.decision import AlreadyDecided
from services.review.cases.four_eyes import RecorderDecides, called, recorded_by
from services.review.cases.moves import OUTCOMES
from services.review.cases.store import DOCUMENTS
from services.review.cases.tables import REVIEW_CASE
from services.review.cases.views import SHOWN, shown_many
from services.review.cases.work_list import CaseSearch, filtered
from services.review.item_copies.item import PinnedItem
from services.review.item_copies.store import ItemVersions
from services.review.tasks.store import CASE_TASK
from services.review.tasks.use_cases import duties_for

C, T = REVIEW_CASE.c, CASE_TASK.c
SETTINGS = "SELECT settings FROM tenant WHERE id = :tenant"
LARGEST = 3


def preview_bulk_decision(query: PreviewBulkDecision, reader: Reader) -> BulkPreview:
    """Raises NotYourDepartment or Forbidden."""
    asked = _asked(query, reader)
    statement = select(*SHOWN, C.recorders).where(*asked).order_by(CaseSearch.due_order, C.id).limit(MOST_AT_ONCE)
    rows = reader.execute(statement).all()
    mine = _mine([row.id for row in rows], reader)
    items = ItemVersions(reader).items({_version(row) for row in rows}) if rows else {}
    found = [
        _line(view, _against(row, view, items.get(_version(row)), row.id in mine, reader))
        for row, view in zip(rows, shown_many(rows, reader) if rows else (), strict=True)
    ]
    approvable = tuple(each for each in found if not each.against)
    by_amount = sorted(approvable, key=lambda each: (-(each.amount_fen or 0), each.case_id))
    settings = reader.execute(SETTINGS, {"tenant": reader.tenant}).scalar()
    return BulkPreview(
        matching=len(rows) if query.case_ids else _matching(query, reader),
        total_fen=sum(each.amount_fen or 0 for each in approvable),
        largest=tuple(by_amount[:LARGEST]),
        approvable=approvable,
        blocked=tuple(each for each in found if each.against),
        undo_minutes=TenantSettings.model_validate(settings or {}).undo_minutes,
    )


def _asked(query: PreviewBulkDecision, reader: Reader) -> list[ColumnElement[bool]]:
    """Those named, in whatever state they are; else the open ones that the filter leaves."""
    if query.case_ids:
        named = any_(literal(sorted(set(query.case_ids)), ARRAY(Text)))
        return [*filtered(CaseFilter(), reader), C.id == named]
    words = query.model_dump(include={"item_id", "overdue", "about"})
    return filtered(CaseFilter(state="accepted", **words), reader)


def _matching(query: PreviewBulkDecision, reader: Reader) -> int:
    """How many the filter leaves, as the list counts them."""
    counts = count_cases(CountCases(**query.model_dump(include={"item_id", "about"})), reader)
    return counts.overdue if query.overdue else counts.states.get("accepted", 0)


def _mine(case_ids: Sequence[str], reader: Reader) -> Collection[str]:
    """Of these, where an approval is open that the actor's duty gives."""
    if not case_ids:
        return frozenset()
    wanted = any_(literal(sorted(case_ids), ARRAY(Text)))
    conditions = (T.tenant == reader.tenant, T.case_id == wanted, T.state == "open", T.kind == "approval")
    actor = reader.actor
    rows = reader.execute(select(T.case_id, T.duty, T.department, T.department_id).where(*conditions))
    return frozenset(
        row.case_id
        for row in rows
        if actor.duties.intersection(duties_for(row.duty))
        and (
            actor.department_id == row.department_id
            if actor.department_id is not None and row.department_id is not None
            else True  # the case itself is the department's, as `filtered` sees to
        )
    )


def _against(row: Row[Any], view: CaseView, item: PinnedItem | None, mine: bool, reader: Reader) -> list[Reason]:
    """All that is known to stand against approving it in a bulk."""
    if view.state in OUTCOMES:
        return list(AlreadyDecided(outcome=OUTCOMES[view.state]).reasons)
    found: list[Refused] = []
    if not mine:
        found.append(ApprovalNotYours())
    if view.decisions or (item is not None and is_set_by_persons(view.decisions, item.rules)):
        found.append(DecidedAmountInBulk())
    own = recorded_by(DOCUMENTS["recorders"].validate_python(row.recorders), reader.actor.id)
    if own:
        found.append(RecorderDecides(facts=called(own, item.rules.fact_types_by_name if item else {})))
    return [*view.obstacles, *(reason for each in found for reason in each.reasons)]


def _line(view: CaseView, against: Sequence[Reason]) -> CaseInBulk:
    return CaseInBulk(
        case_id=view.case_id,
        version=view.version,
        receipt=view.claim.receipt,
        enterprise_name=view.enterprise_called or view.claim.enterprise_name,
        item_title=view.claim.item_title,
        amount_fen=view.amount_fen,
        due_at=view.due_at,
        against=tuple({reason.code: reason for reason in against}.values()),
    )


def _version(row: Row[Any]) -> tuple[str, int]:
    return row.claim["item_id"], row.claim["item_version"]
